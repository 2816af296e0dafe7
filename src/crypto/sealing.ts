/**
 * Sealing: keys at rest. AES-256-GCM under a master key that exists as a KeyObject only; what a sealed key belongs to
 * is authenticated with it, so that it opens for the credential and identity it was made for and for nothing else.
 *
 *   v1.<hex( nonce(12) | ciphertext | tag(16) )>      AAD = "postern/psk/v1" 0 credential 0 identity-hex
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { assert, concat, fromHex, toHex, utf8 } from '../base/index.ts';
import type { Entropy } from './provider.ts';

/** The key that seals all others. Does not print, serialise or compare. */
export interface MasterKey {
  readonly object: KeyObject;
}

/** What a sealed key is bound to. */
export interface SealedFor {
  readonly credential: string;
  readonly identityHex: string;
}

/** Takes 32 random bytes; the caller may wipe its own. */
export function masterKey(bytes: Uint8Array): MasterKey {
  assert(bytes.length === MASTER_KEY_BYTES, 'a master key has 32 bytes');
  return { object: createSecretKey(bytes) };
}

/** Seals `key` with a nonce of its own: 96 random bits, fit for 2^32 sealings (NIST SP 800-38D section 8.3). */
export function sealKey(master: MasterKey, entropy: Entropy, of: SealedFor, key: Uint8Array): string {
  const nonce = entropy(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', master.object, nonce);
  cipher.setAAD(context(of));
  const ciphertext = cipher.update(key);
  cipher.final();
  return `v1.${toHex(concat(nonce, ciphertext, cipher.getAuthTag()))}`;
}

/** A hash of `text` that only holders of the master key can make: SHA-256 hexadecimal, bound to `context`. */
export function keyedHash(master: MasterKey, context: string, text: string): string {
  return createHmac('sha256', master.object).update(`postern/hash/v1\0${context}\0${text}`).digest('hex');
}

/** The key, or `undefined` when it was sealed by another master key, for somebody else, or changed since. */
export function unsealKey(master: MasterKey, of: SealedFor, sealed: string): Uint8Array | undefined {
  const bytes = sealed.startsWith('v1.') ? fromHex(sealed.slice(3)) : undefined;
  if (bytes === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const tagAt = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', master.object, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(context(of));
  decipher.setAuthTag(bytes.subarray(tagAt));
  try {
    const key = decipher.update(bytes.subarray(NONCE_BYTES, tagAt));
    decipher.final();
    return Uint8Array.from(key);
  } catch {
    return undefined;
  }
}

/** What is kept of a token to recognise it by. */
export const tokenDigest = (token: string): Uint8Array =>
  Uint8Array.from(hash('sha256', utf8(token), 'buffer'));

/** Whether `token` has this digest, in time that does not depend on where they differ. */
export function tokenMatches(token: string, digest: Uint8Array): boolean {
  return timingSafeEqual(tokenDigest(token), digest);
}

function context({ credential, identityHex }: SealedFor): Uint8Array {
  return utf8(`postern/psk/v1\0${credential}\0${identityHex}`);
}

export const MASTER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
