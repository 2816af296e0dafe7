/** Actors, worked out. */
import { addActor, addActorWith, refuse } from '../../../trust/index.ts';
import type { ActorWish, CredentialWish, Plan, Planning } from './command.ts';
import { prepareCredential } from './credential.ts';
import { drawActorId } from './ids.ts';
import { plainPsk, planned } from './plan-credentials.ts';
import { only, within } from './refusals.ts';

/** An actor, with its first credential if it comes with one. */
export function planActor(planning: Planning, wish: ActorWish, credential: CredentialWish | null): Plan {
  const { entropy, trust } = planning;
  const id = drawActorId(entropy, wish.kind);
  const actor = { id, ...wish };
  if (credential === null) return { ...only(addActor(trust.snapshot, actor, null)), made: { actor: id } };
  if (credential.kind === 'token') {
    return only(refuse('credential-not-allowed', 'tokens are for actors that are there', '/credential'));
  }
  if (wish.kind === 'user') {
    return only(refuse('credential-not-allowed', 'users reach the gateway through devices', '/credential'));
  }
  const prepared = prepareCredential(planning, id, wish.name, credential);
  if (prepared.kind === 'refused') return only(within('/credential', prepared));
  const { facts } = prepared;
  const psk = plainPsk(facts);
  const verdict = psk === null ? addActorWith(trust, actor, facts) : addActor(trust.snapshot, actor, psk);
  return planned(verdict, prepared, { actor: id });
}
