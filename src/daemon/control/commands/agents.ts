/**
 * Who may ask for which command at all, and that nobody learns of what does not concern him: for an actor, what is not
 * his to see is not there. Whether he may do what he asks for, the trust core decides.
 */
import {
  type ActorId,
  type Agent,
  type CredentialId,
  refuse,
  type Refused,
  type RelationshipId,
  seesCredential,
  seesRelationship,
  type Trust,
} from '../../../trust/index.ts';
import type { Command } from './command.ts';
import type { Asking } from './references.ts';
import { mayStillAct } from './token.ts';

/** Refuses a command that is not for this agent, or about what is hidden from him. */
export function agentRefusal({ trust, by }: Asking, command: Command): Refused | undefined {
  const agents: readonly Agent['kind'][] = AGENTS[command.kind];
  if (!agents.includes(by.kind)) return NOT_FOR_YOU;
  if (!mayStillAct(trust, by)) return NOT_ANY_MORE;
  return by.kind === 'actor' ? hiddenRefusal(trust, by.id, command) : undefined;
}

/** As if what the viewer must not see were not there. A command that nothing is said of here is not for actors. */
function hiddenRefusal(trust: Trust, viewer: ActorId, command: Command): Refused | undefined {
  switch (command.kind) {
    case 'revoke':
    case 'suspend-relationship':
    case 'resume-relationship':
      return hiddenRelationship(trust, viewer, command.id);
    case 'rotate-credential':
    case 'suspend-credential':
    case 'resume-credential':
    case 'end-credential':
      return hiddenCredential(trust, viewer, command.id);
    case 'add-credential':
    case 'establish':
    case 'introduce':
    case 'claim':
    case 'release':
    case 'reset':
      return undefined; // they name actors, and only such as the agent sees are found: references.ts
    case 'claim-by-device':
    case 'return-device':
      return undefined; // whatever was wrong, the shard says the same of it
    default:
      return NOT_FOR_YOU;
  }
}

/** Of a relationship that the viewer does not see, what would be said if there were none. */
function hiddenRelationship(trust: Trust, viewer: ActorId, id: RelationshipId): Refused | undefined {
  const relationship = trust.snapshot.relationships.get(id);
  if (relationship === undefined || seesRelationship(trust, viewer, relationship)) return undefined;
  return refuse('relationship-unknown', 'there is no such relationship', undefined, { relationship: id });
}

function hiddenCredential(trust: Trust, viewer: ActorId, id: CredentialId): Refused | undefined {
  const credential = trust.snapshot.credentials.get(id);
  if (credential === undefined || seesCredential(trust, viewer, credential)) return undefined;
  return refuse('credential-unknown', 'there is no such credential');
}

const OPERATORS = ['operator'] as const;
const GATEWAY = ['gateway'] as const;
const ACTORS = ['actor'] as const;
const ACTORS_TOO = ['operator', 'actor'] as const;

const AGENTS = {
  'add-actor': OPERATORS,
  'add-credential': ACTORS_TOO,
  'add-devices': OPERATORS,
  'remove-actor': OPERATORS,
  'rotate-credential': ACTORS_TOO,
  'suspend-credential': ACTORS_TOO,
  'resume-credential': ACTORS_TOO,
  'end-credential': ACTORS_TOO,
  establish: ACTORS_TOO,
  introduce: ACTORS_TOO,
  revoke: ACTORS_TOO,
  'suspend-relationship': ACTORS_TOO,
  'resume-relationship': ACTORS_TOO,
  'suspend-actor': OPERATORS,
  'resume-actor': OPERATORS,
  'add-unclaimed': OPERATORS,
  claim: ACTORS_TOO,
  release: ACTORS_TOO,
  // Whoever owns a device stands behind it: nobody makes another do that.
  transfer: OPERATORS,
  reset: ACTORS_TOO,
  'open-claim-window': OPERATORS,
  'close-claim-window': OPERATORS,
  'issue-claim-code': OPERATORS,
  // It outlives an owner: whoever he was, he must not come back by it.
  'set-reset-proof': OPERATORS,
  'admit-device': GATEWAY,
  'use-credential': GATEWAY,
  'claim-by-device': ACTORS,
  'return-device': ACTORS,
} as const satisfies Record<Command['kind'], readonly Agent['kind'][]>;

const NOT_ANY_MORE = refuse('not-entitled', 'what it was asked with has ended meanwhile');
const NOT_FOR_YOU = refuse('not-entitled', 'that is for an operator to do');
