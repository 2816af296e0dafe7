/** TrustSnapshot: the state that the event log folds to, at one revision. Plain data, structured-clonable. */
import type { Actor, ActorId, Revision } from './actor.ts';
import type { Credential, CredentialId } from './credential.ts';

export interface TrustSnapshot {
  readonly revision: Revision;
  readonly actors: ReadonlyMap<ActorId, Actor>;
  readonly credentials: ReadonlyMap<CredentialId, Credential>;
  /** PSK identity (hex) -> credential: one identity, one credential. */
  readonly identities: ReadonlyMap<string, CredentialId>;
}
