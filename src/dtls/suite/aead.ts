/**
 * Nonces of DTLS 1.2 AEADs. Both forms are built from epoch and sequence number, never from chance: a nonce cannot
 * repeat while sequence numbers do not (RFC 6655 3, RFC 5288 3, RFC 7905 2).
 *
 *   explicit (AES-CCM, AES-GCM)    nonce = write_IV (4) | epoch, sequence (8); the 8 travel in front of the ciphertext
 *   xor (ChaCha20-Poly1305)        nonce = write_IV (12) xor (0 (4) | epoch, sequence (8)); nothing travels
 */
import { putU16, putU48 } from '../record/header.ts';

export type NonceShape = 'explicit' | 'xor';

export const NONCE_BYTES = 12;
const EXPLICIT_BYTES = 8;

/** Length of the write IV that the key block yields. */
export const ivLength = (shape: NonceShape): number => (shape === 'explicit' ? 4 : NONCE_BYTES);

/** How many nonce bytes travel in each record. */
export const explicitLength = (shape: NonceShape): number => (shape === 'explicit' ? EXPLICIT_BYTES : 0);

/** The nonce of a record that we seal. */
export function sealNonce(
  out: Uint8Array,
  shape: NonceShape,
  iv: Uint8Array,
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
  shape: NonceShape,
  iv: Uint8Array,
  record: { epoch: number; sequence: number },
  explicit: Uint8Array,
): void {
  sealNonce(out, shape, iv, record.epoch, record.sequence);
  if (shape === 'explicit') out.set(explicit, 4);
}
