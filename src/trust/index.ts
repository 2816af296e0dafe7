/** trust: who is who, and by what credential. Pure: events in, snapshots out. */
export { ACTOR_KINDS, type Actor, type ActorId, type ActorKind, type Revision } from './actor.ts';
export {
  type Credential,
  type CredentialId,
  ESTABLISHMENTS,
  type Establishment,
  type PskCredential,
} from './credential.ts';
export type { TrustEvent } from './events.ts';
export type { TrustSnapshot } from './snapshot.ts';
