/**
 * Nonces of DTLS 1.2. Those of AEADs are built from epoch and sequence number, never from chance: a nonce cannot repeat
 * while sequence numbers do not (RFC 6655 3, RFC 5288 3, RFC 7905 2).
 *
 *   explicit (AES-CCM, AES-GCM)    nonce = write_IV (4) | epoch, sequence (8); the 8 travel in front of the ciphertext
 *   xor (ChaCha20-Poly1305)        nonce = write_IV (12) xor (0 (4) | epoch, sequence (8)); nothing travels
 *   random (AES-CBC)               an IV that nobody can foretell (16), travelling (RFC 5246 6.2.3.2)
 */
import { putU16, putU48 } from '../record/header.ts';

export type NonceShape = 'explicit' | 'xor' | 'random';

/** Those that follow from epoch and sequence number. */
export type DerivedNonce = Exclude<NonceShape, 'random'>;

export const NONCE_BYTES = 12;
const EXPLICIT_BYTES = 8;
export const CBC_IV_BYTES = 16;

/** Length of the write IV that the key block yields. */
export const ivLength = (shape: NonceShape): number => ({ explicit: 4, xor: NONCE_BYTES, random: 0 })[shape];

/** How many nonce bytes travel in each record. */
export const explicitLength = (shape: NonceShape): number =>
  ({ explicit: EXPLICIT_BYTES, xor: 0, random: CBC_IV_BYTES })[shape];

/** The nonce of a record that we seal. */
export function sealNonce(
  out: Uint8Array,
  shape: DerivedNonce,
  iv: readonly number[],
  epoch: number,
  sequence: number,
): void {
  putU16(out, 4, epoch);
  putU48(out, 6, sequence);
  if (shape === 'explicit') {
    out.set(iv, 0);
    return;
  }
  out.fill(0, 0, 4);
  for (let i = 0; i < NONCE_BYTES; i++) out[i] = (out[i] as number) ^ (iv[i] as number);
}

/** The nonce of a received record: with the explicit form the peer's eight bytes, whatever it chose. */
export function openNonce(
  out: Uint8Array,
  shape: DerivedNonce,
  iv: readonly number[],
  record: { epoch: number; sequence: number },
  explicit: Uint8Array,
): void {
  sealNonce(out, shape, iv, record.epoch, record.sequence);
  if (shape === 'explicit') out.set(explicit, 4);
}
