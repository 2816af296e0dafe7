/**
 * SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 5480, RFC 8410), canonical forms only. One key has one encoding here:
 * explicit curve parameters, compressed points, padded bit strings and trailing bytes are not the key under another
 * name, they are refused before any library sees them.
 */
import { concat, equalBytes, required } from '../../base/index.ts';
import { fromHex } from '../../base/index.ts';
import type { PublicKeyKind } from '../provider.ts';

/** What the encoding says it is; RSA is recognised by its algorithm only, for certificates. */
export function kindOfSpki(spki: Uint8Array): PublicKeyKind | undefined {
  for (const [kind, prefix, length] of FIXED_FORMS) {
    if (spki.length === length && equalBytes(spki.subarray(0, prefix.length), prefix)) return kind;
  }
  return isRsa(spki) ? 'rsa' : undefined;
}

/** A P-256 key from its uncompressed point (65 bytes, 0x04 first). */
export const spkiOfP256 = (point: Uint8Array): Uint8Array => concat(P256_PREFIX.subarray(0, -1), point);

/** rsaEncryption with NULL parameters inside one definite-length sequence that ends where the bytes do. */
function isRsa(spki: Uint8Array): boolean {
  if (spki.length < 4 || spki[0] !== 0x30 || spki[1] !== 0x82) return false;
  const length = ((spki[2] as number) << 8) | (spki[3] as number);
  return length + 4 === spki.length && equalBytes(spki.subarray(4, 4 + RSA_ALGORITHM.length), RSA_ALGORITHM);
}

const hex = (text: string): Uint8Array => required(fromHex(text), 'a constant is hexadecimal');

/** The last byte of the EC prefixes is the 0x04 of an uncompressed point. */
const P256_PREFIX = hex('3059301306072a8648ce3d020106082a8648ce3d03010703420004');
const P384_PREFIX = hex('3076301006072a8648ce3d020106052b8104002203620004');
const ED25519_PREFIX = hex('302a300506032b6570032100');
const RSA_ALGORITHM = hex('300d06092a864886f70d0101010500');

const FIXED_FORMS: readonly (readonly [PublicKeyKind, Uint8Array, length: number])[] = [
  ['ec-p256', P256_PREFIX, 91],
  ['ec-p384', P384_PREFIX, 120],
  ['ed25519', ED25519_PREFIX, 44],
];
