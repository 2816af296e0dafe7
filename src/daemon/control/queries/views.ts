/** What operators get to see of actors, credentials and sessions. No keys, sealed or not. */
import { displayBytes, fromHex, required } from '../../../base/index.ts';
import type { SessionView } from '../../ports/index.ts';
import type { Actor, ActorId, Credential, CredentialId, TrustSnapshot } from '../../../trust/index.ts';

export interface ActorView {
  readonly id: ActorId;
  readonly kind: Actor['kind'];
  readonly name: string;
  readonly owner: ActorId | null;
  readonly state: Actor['state'];
  readonly revision: number;
}

export interface CredentialView {
  readonly id: CredentialId;
  readonly actor: ActorId;
  readonly kind: Credential['kind'];
  /** The user in whose context it acts. */
  readonly user: ActorId | null;
  /** Of a PSK: printable, or `hex:...`. */
  readonly identity?: string;
  readonly identityHex?: string;
  /** Of a raw public key: SHA-256 of its SPKI, in hexadecimal. */
  readonly fingerprint?: string;
  /** Of a certificate: its subject, and the SHA-256 of its authority's certificate. */
  readonly subject?: string;
  readonly anchor?: string;
  readonly established: Credential['established'];
  /** Milliseconds since 1970. */
  readonly notAfter: number | null;
  readonly state: Credential['state'];
  /** Who replaces it, at its first use at the latest. */
  readonly successor: CredentialId | null;
  readonly revision: number;
}

export interface NamedSession extends SessionView {
  /** The principal's name; `null` when the actor is gone already. */
  readonly name: string | null;
}

export function viewActor({ id, kind, name, owner, state, revision }: Actor): ActorView {
  return { id, kind, name, owner, state, revision };
}

export function viewCredential(snapshot: TrustSnapshot, credential: Credential): CredentialView {
  const { id, actor, kind, established, notAfter, state, successor, revision } = credential;
  const user = credential.user ?? snapshot.actors.get(actor)?.owner ?? null;
  return {
    id,
    actor,
    kind,
    user,
    ...viewProof(credential),
    established,
    notAfter,
    state,
    successor,
    revision,
  };
}

function viewProof(
  credential: Credential,
): Pick<CredentialView, 'identity' | 'identityHex' | 'fingerprint' | 'subject' | 'anchor'> {
  switch (credential.kind) {
    case 'psk': {
      const { identityHex } = credential;
      return {
        identity: displayBytes(required(fromHex(identityHex), 'identities are hexadecimal')),
        identityHex,
      };
    }
    case 'rpk':
      return { fingerprint: credential.fingerprintHex };
    case 'x509':
      return { subject: credential.subject, anchor: credential.anchorHex };
    case 'pairing-code':
    case 'token':
      return {};
  }
}

export function viewSession(snapshot: TrustSnapshot, session: SessionView): NamedSession {
  return { ...session, name: snapshot.actors.get(session.principal)?.name ?? null };
}
