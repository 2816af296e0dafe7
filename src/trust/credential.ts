/** Credentials: what an actor proves itself with. Keys themselves never enter this folder, only their sealed form. */
import type { Brand, WallTime } from '../base/index.ts';
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

/** What the actor shows, by kind. */
export type Proof =
  /** The PSK identity, opaque bytes in lower-case hexadecimal, and the key, sealed by control. */
  | { readonly kind: 'psk'; readonly identityHex: string; readonly sealedKey: string }
  /** SHA-256 of the canonical SPKI, and the SPKI itself (DER), both in hexadecimal. */
  | { readonly kind: 'rpk'; readonly fingerprintHex: string; readonly spkiHex: string }
  /** A chain that ends at this trust anchor (SHA-256 of its certificate) for this subject, or `subjectByName`. */
  | { readonly kind: 'x509'; readonly anchorHex: string; readonly subject: string }
  /** A short code for a password-authenticated exchange, sealed by control. */
  | { readonly kind: 'pairing-code'; readonly sealedCode: string; readonly failuresMax: number }
  /** SHA-256 of a bearer or proof-of-possession token. */
  | { readonly kind: 'token'; readonly hashHex: string };

interface Common {
  readonly id: CredentialId;
  readonly actor: ActorId;
  /** The user in whose context it acts; `null`: the owner's, for a device, and nobody's otherwise. */
  readonly user: ActorId | null;
  readonly established: Establishment;
  /** Valid from here on; `null`: always was. */
  readonly notBefore: WallTime | null;
  /** Not valid from here on; `null`: until it ends. */
  readonly notAfter: WallTime | null;
  /** An ended credential is in no snapshot any more. */
  readonly state: 'active' | 'suspended';
  /** The actor who suspended it, and may resume it; absent when an operator did. */
  readonly suspendedBy?: ActorId;
  /** The first of the credentials that replaced each other up to this one: itself, if it replaced none. */
  readonly line: CredentialId;
  /** Who replaces it: it ends when the successor is used for the first time, if not at `notAfter` before. */
  readonly successor: CredentialId | null;
  readonly revision: Revision;
}

export type CredentialKind = Proof['kind'];
export type CredentialOf<K extends CredentialKind> = Common & Extract<Proof, { kind: K }>;
export type Credential = { [K in CredentialKind]: CredentialOf<K> }[CredentialKind];
export type PskCredential = CredentialOf<'psk'>;

/**
 * What a handshake finds a credential by, unique among all: a PSK's identity in bare hexadecimal, the others with
 * their kind in front. `undefined` for what nobody looks up.
 */
export function proofKey(proof: Proof): string | undefined {
  switch (proof.kind) {
    case 'psk':
      return proof.identityHex;
    case 'rpk':
      return `rpk:${proof.fingerprintHex}`;
    case 'x509':
      return `x509:${proof.anchorHex}:${proof.subject}`;
    case 'token':
      return `token:${proof.hashHex}`;
    case 'pairing-code':
      return undefined;
  }
}

/**
 * In place of a subject: every certificate of the anchor from which the anchor's rules derive this name of a device.
 * No subject has this form: a subject begins with a type and `=`.
 */
export const subjectByName = (name: string): string => `${BY_NAME}${name}`;

/** The name in such a form; `undefined` for a subject as it stands in a certificate. */
export const nameOfSubject = (subject: string): string | undefined =>
  subject.startsWith(BY_NAME) ? subject.slice(BY_NAME.length) : undefined;

/** Whether the credential by itself is valid at `t`; its actor is another matter. */
export function isCurrent({ state, notBefore, notAfter }: Credential, t: WallTime): boolean {
  return state === 'active' && (notBefore === null || notBefore <= t) && (notAfter === null || t < notAfter);
}

const BY_NAME = 'name:';
