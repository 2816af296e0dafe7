/** From a command and a snapshot to the events that it becomes, or why it is refused. Nothing is written. */
import {
  type ActorId,
  addActor,
  addPsk,
  endCredential,
  findActor,
  refuse,
  removeActor,
  revisionRefusal,
  type Verdict,
} from '../../../trust/index.ts';
import type { ActorWish, Command, Plan, Planning, PskWish } from './command.ts';
import { drawActorId } from './ids.ts';
import { planTrust, withOwnership } from './plan-trust.ts';
import { preparePsk } from './psk.ts';

export function plan(planning: Planning, command: Command): Plan {
  switch (command.kind) {
    case 'add-actor':
      return withOwnership(planning, planActor(planning, command.actor, command.psk));
    case 'add-psk':
      return planPsk(planning, command.actor, command.psk);
    case 'remove-actor': {
      const { trust } = planning;
      const actor = trust.snapshot.actors.get(command.id);
      const stale = actor === undefined ? undefined : revisionRefusal(actor.revision, command.ifRevision);
      return only(stale ?? removeActor(trust, command.id));
    }
    case 'end-credential': {
      const { trust } = planning;
      const credential = trust.snapshot.credentials.get(command.id);
      const stale =
        credential === undefined ? undefined : revisionRefusal(credential.revision, command.ifRevision);
      return only(stale ?? endCredential(trust, command.id));
    }
    default:
      return planTrust(planning, command);
  }
}

function planActor(planning: Planning, wish: ActorWish, psk: PskWish | null): Plan {
  const { entropy } = planning;
  const { snapshot } = planning.trust;
  const id = drawActorId(entropy, wish.kind);
  if (psk === null) return { ...only(addActor(snapshot, { id, ...wish }, null)), made: { actor: id } };
  if (wish.kind !== 'device') {
    return only(refuse('credential-not-allowed', 'only devices come with a PSK', '/credential'));
  }
  const prepared = preparePsk(planning, id, wish.name, psk);
  if (prepared.kind === 'refused') return only({ ...prepared, field: `/credential${prepared.field ?? ''}` });
  const verdict = addActor(snapshot, { id, ...wish }, prepared.psk);
  const { keyHex } = prepared;
  const made = { actor: id, credential: prepared.psk.id, ...(keyHex === undefined ? {} : { keyHex }) };
  return { verdict, keys: [prepared.material], made };
}

function planPsk(planning: Planning, reference: string, wish: PskWish): Plan {
  const { snapshot } = planning.trust;
  const actor = snapshot.actors.get(reference as ActorId) ?? findActor(snapshot, 'device', reference);
  if (actor === undefined) return only(refuse('actor-unknown', 'there is no such actor', '/actor'));
  const prepared = preparePsk(planning, actor.id, actor.name, wish);
  if (prepared.kind === 'refused') return only(prepared);
  const verdict = addPsk(snapshot, actor.id, prepared.psk);
  const { keyHex } = prepared;
  const made = { credential: prepared.psk.id, ...(keyHex === undefined ? {} : { keyHex }) };
  return { verdict, keys: [prepared.material], made };
}

const only = (verdict: Verdict): Plan => ({ verdict, keys: [], made: {} });
