/** From a command and a snapshot to the events that it becomes, or why it is refused. Nothing is written. */
import { closeClaimWindow, removeActor } from '../../../trust/index.ts';
import { agentRefusal } from './agents.ts';
import type { Plan, Planning, ShortCommand } from './command.ts';
import { planActor } from './plan-actor.ts';
import { planDoor } from './plan-door.ts';
import { planCredential, planEnd, planRotation, planSwitch } from './plan-credentials.ts';
import {
  planClaim,
  planClaimCode,
  planRelease,
  planReset,
  planResetProof,
  planTransfer,
  planUnclaimed,
} from './plan-ownership.ts';
import { planTrust, withOwnership } from './plan-trust.ts';
import { windowOf } from './plan-window.ts';
import { only, staleRefusal } from './refusals.ts';

export function plan(planning: Planning, command: ShortCommand): Plan {
  const refused = agentRefusal(planning, command);
  if (refused !== undefined) return only(refused);
  switch (command.kind) {
    case 'add-actor':
      return withOwnership(planning, planActor(planning, command.actor, command.credential));
    case 'remove-actor': {
      const { trust } = planning;
      const stale = staleRefusal(trust.snapshot.actors.get(command.id), command.ifRevision);
      return only(stale ?? removeActor(trust, command.id));
    }
    case 'add-credential':
      return planCredential(planning, command);
    case 'rotate-credential':
      return planRotation(planning, command);
    case 'suspend-credential':
    case 'resume-credential':
      return planSwitch(planning, command);
    case 'end-credential':
      return planEnd(planning, command);
    case 'add-unclaimed':
      return planUnclaimed(planning, command);
    case 'claim':
      return planClaim(planning, command);
    case 'release':
      return planRelease(planning, command);
    case 'issue-claim-code':
      return planClaimCode(planning, command);
    case 'set-reset-proof':
      return planResetProof(planning, command);
    case 'transfer':
      return planTransfer(planning, command);
    case 'reset':
      return planReset(planning, command);
    case 'admit-device':
    case 'use-credential':
    case 'claim-by-device':
    case 'return-device':
      return planDoor(planning, command);
    case 'close-claim-window': {
      const { trust } = planning;
      const stale = staleRefusal(windowOf(trust.snapshot), command.ifRevision);
      return only(stale ?? closeClaimWindow(trust, command.newcomers));
    }
    default:
      return planTrust(planning, command);
  }
}
