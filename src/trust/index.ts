/**
 * trust: who is who, and by what credential. Pure: commands against a snapshot give events, events fold to snapshots.
 *
 *   command --addActor, removeActor, ...--> events --append--> log --apply--> snapshot
 *
 * What it does not do: keep keys (they arrive sealed and stay so), ask what time it is, or decide what is allowed.
 */
export { ACTOR_KINDS, type Actor, type ActorId, type ActorKind, type Revision } from './actor.ts';
export { apply, replay, type TrustBatch } from './apply.ts';
export {
  addActor,
  addPsk,
  endCredential,
  type NewActor,
  type NewPsk,
  REFUSAL_CODES,
  type RefusalCode,
  refuse,
  removeActor,
  revisionRefusal,
  type Verdict,
} from './commands.ts';
export {
  type Credential,
  type CredentialId,
  ESTABLISHMENTS,
  type Establishment,
  type PskCredential,
} from './credential.ts';
export type { TrustEvent } from './events.ts';
export { TRUST_LIMITS } from './limits.ts';
export {
  emptySnapshot,
  findActor,
  nameKey,
  plainSnapshot,
  recordSnapshot,
  restoreSnapshot,
  type SnapshotRecord,
  type TrustSnapshot,
} from './snapshot.ts';
