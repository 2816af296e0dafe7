/**
 * AES-CBC with HMAC, encrypt-then-MAC (RFC 7366): the one cipher here that is no AEAD, put into the shape of one.
 *
 *   sealed = ciphertext | MAC        MAC over aad | IV | ciphertext
 *
 * The length at the end of the associated bytes counts what the MAC covers, IV included (RFC 7366 3). The older order,
 * MAC first, is not offered: its padding cannot be checked in constant time from JavaScript.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { concat } from '../../base/index.ts';

export interface CbcKey {
  readonly mac: Uint8Array;
  readonly key: Uint8Array;
}

export function sealCbc(
  key: CbcKey,
  iv: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  out: Uint8Array,
): void {
  const cipher = createCipheriv('aes-128-cbc', key.key, iv).setAutoPadding(false);
  const ciphertext = cipher.update(padded(plaintext));
  cipher.final();
  out.set(ciphertext);
  out.set(tag(key, iv, aad, ciphertext), ciphertext.length);
}

/** The plaintext, or `undefined` when the MAC does not verify; padding is looked at only behind that. */
export function openCbc(
  key: CbcKey,
  iv: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - CBC_TAG_BYTES;
  if (length <= 0 || length % BLOCK_BYTES !== 0) return undefined;
  const ciphertext = sealed.subarray(0, length);
  if (!timingSafeEqual(tag(key, iv, aad, ciphertext), sealed.subarray(length))) return undefined;
  const cipher = createDecipheriv('aes-128-cbc', key.key, iv).setAutoPadding(false);
  const inner = cipher.update(ciphertext);
  cipher.final();
  const padding = inner[length - 1] as number;
  if (padding >= length) return undefined;
  if (inner.subarray(length - 1 - padding).some((byte) => byte !== padding)) return undefined;
  return Uint8Array.from(inner.subarray(0, length - 1 - padding));
}

function tag(key: CbcKey, iv: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const covered = iv.length + ciphertext.length;
  const head = concat(aad.subarray(0, -2), Uint8Array.of(covered >>> 8, covered & 0xff));
  return createHmac('sha256', key.mac).update(head).update(iv).update(ciphertext).digest();
}

/** RFC 5246 6.2.3.2: n padding bytes and their number, each of value n. */
function padded(plaintext: Uint8Array): Uint8Array {
  const padding = BLOCK_BYTES - 1 - (plaintext.length % BLOCK_BYTES);
  const block = new Uint8Array(plaintext.length + padding + 1).fill(padding);
  block.set(plaintext);
  return block;
}

const BLOCK_BYTES = 16;
const CBC_TAG_BYTES = 32;
