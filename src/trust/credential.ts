/** Credentials: what an actor proves itself with. Keys themselves never enter this folder, only their sealed form. */
import type { Brand } from '../base/index.ts';
import type { ActorId, Revision } from './actor.ts';

export type CredentialId = Brand<string, 'CredentialId'>;

/** How the trust behind a credential was established. */
export const ESTABLISHMENTS = [
  'printed',
  'displayed',
  'nfc',
  'file',
  'factory',
  'first-contact',
  'pairing-code',
  'ca',
  'ace',
] as const;
export type Establishment = (typeof ESTABLISHMENTS)[number];

export interface PskCredential {
  readonly id: CredentialId;
  readonly kind: 'psk';
  readonly actor: ActorId;
  /** The PSK identity, opaque bytes in lower-case hexadecimal: no two credentials share one. */
  readonly identityHex: string;
  /** The key, encrypted at rest by control; opaque here. */
  readonly sealedKey: string;
  readonly established: Establishment;
  readonly revision: Revision;
}

/** Raw public keys and certificates join here as further members of the union. */
export type Credential = PskCredential;
