/** Who stands behind a credential, here and now. */
import type { Actor, ActorId } from './actor.ts';
import { type CredentialId, isCurrent } from './credential.ts';
import type { Trust } from './trust.ts';

export interface Standing {
  readonly actor: Actor;
  readonly credential: CredentialId;
  /** In whose name it acts: the credential's user, else a device's owner; `null` when there is none who may act. */
  readonly user: ActorId | null;
}

/**
 * `undefined` when the credential is not valid, or its actor is not active, or not the user whom it names: what acts in
 * somebody's name has no other name to fall back to.
 */
export function standingOf(trust: Trust, credential: CredentialId): Standing | undefined {
  const { credentials, actors } = trust.snapshot;
  const found = credentials.get(credential);
  if (found === undefined || !isCurrent(found, trust.now)) return undefined;
  const actor = actors.get(found.actor);
  if (actor?.state !== 'active') return undefined;
  if (found.user !== null && !trust.isActive(found.user)) return undefined;
  const user = found.user ?? actor.owner;
  return { actor, credential, user: user !== null && trust.isActive(user) ? user : null };
}
