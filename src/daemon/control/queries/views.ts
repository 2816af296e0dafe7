/** What operators get to see of actors, credentials and sessions. No keys, sealed or not. */
import { displayBytes, fromHex, required } from '../../../base/index.ts';
import type { SessionView } from '../../ports/index.ts';
import type { Actor, ActorId, Credential, CredentialId, TrustSnapshot } from '../../../trust/index.ts';

export interface ActorView {
  readonly id: ActorId;
  readonly kind: Actor['kind'];
  readonly name: string;
  readonly owner: ActorId | null;
  readonly state: 'active';
  readonly revision: number;
}

export interface CredentialView {
  readonly id: CredentialId;
  readonly actor: ActorId;
  readonly kind: Credential['kind'];
  /** The user in whose context it acts. */
  readonly user: ActorId | null;
  /** Printable, or `hex:...`. */
  readonly identity: string;
  readonly identityHex: string;
  readonly established: Credential['established'];
  readonly notAfter: null;
  readonly state: 'active';
  readonly revision: number;
}

export interface NamedSession extends SessionView {
  /** The principal's name; `null` when the actor is gone already. */
  readonly name: string | null;
}

export function viewActor({ id, kind, name, owner, revision }: Actor): ActorView {
  return { id, kind, name, owner, state: 'active', revision };
}

export function viewCredential(snapshot: TrustSnapshot, credential: Credential): CredentialView {
  const { id, actor, kind, identityHex, established, revision } = credential;
  const identity = displayBytes(required(fromHex(identityHex), 'identities are hexadecimal'));
  const user = snapshot.actors.get(actor)?.owner ?? null;
  return {
    id,
    actor,
    kind,
    user,
    identity,
    identityHex,
    established,
    notAfter: null,
    state: 'active',
    revision,
  };
}

export function viewSession(snapshot: TrustSnapshot, session: SessionView): NamedSession {
  return { ...session, name: snapshot.actors.get(session.principal)?.name ?? null };
}
