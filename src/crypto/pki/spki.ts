/**
 * SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 5480, RFC 8410), canonical forms only. One key has one encoding here:
 * explicit curve parameters, compressed points, padded bit strings and trailing bytes are not the key under another
 * name, they are refused before any library sees them.
 */
import { concat, equalBytes, fromHex, required } from '../../base/index.ts';
import type { PublicKeyKind } from '../provider.ts';
import { DerReader, derDocument, TAG } from './der.ts';
import { decoding } from './fault.ts';

/**
 * What the encoding says it is: canonical in every byte, or `undefined`. RSA of any size but those that cost too much:
 * whoever shows a key makes us compute with it before we know him.
 */
export function kindOfSpki(spki: Uint8Array): PublicKeyKind | undefined {
  for (const [kind, prefix, length] of FIXED_FORMS) {
    if (spki.length === length && equalBytes(spki.subarray(0, prefix.length), prefix)) return kind;
  }
  const bits = rsaModulusBits(spki);
  return bits === undefined || bits > RSA_BITS_MAX ? undefined : 'rsa';
}

/** A P-256 key from its uncompressed point (65 bytes, 0x04 first). */
export const spkiOfP256 = (point: Uint8Array): Uint8Array => concat(P256_PREFIX.subarray(0, -1), point);

/** A P-384 key from its uncompressed point (97 bytes, 0x04 first). */
export const spkiOfP384 = (point: Uint8Array): Uint8Array => concat(P384_PREFIX.subarray(0, -1), point);

/** An Ed25519 key from its 32 bytes (RFC 8410). */
export const spkiOfEd25519 = (key: Uint8Array): Uint8Array => concat(ED25519_PREFIX, key);

/**
 * The size of an RSA modulus, in bits; `undefined` when this is no canonical RSA key: rsaEncryption with NULL (RFC 3279
 * 2.3.1), minimal integers, an odd modulus, an odd exponent from 3 to 2^32, nothing behind.
 */
export function rsaModulusBits(spki: Uint8Array): number | undefined {
  const bits = decoding(() => {
    const document = derDocument(spki, RSA_BYTES_MAX);
    if (!equalBytes(document.element(TAG.sequence).whole, RSA_ALGORITHM)) return undefined;
    const key = new DerReader(document.octetsInBitString());
    document.end();
    const numbers = key.sequence();
    key.end();
    const modulus = withoutLeadingZero(numbers.unsigned(RSA_BYTES_MAX));
    const exponent = withoutLeadingZero(numbers.unsigned(5));
    numbers.end();
    if (exponent.length > 4) return undefined;
    const isOdd = (number: Uint8Array): boolean => ((number.at(-1) as number) & 1) === 1;
    if (!isOdd(modulus) || !isOdd(exponent) || (exponent.length === 1 && exponent[0] === 1)) return undefined;
    return 8 * modulus.length + 24 - Math.clz32(modulus[0] as number);
  });
  return typeof bits === 'object' ? undefined : bits;
}

/** The name that people know a kind of key by. */
export const displayKind = (kind: PublicKeyKind): string => KIND_NAMES[kind];

/** In words, what a SubjectPublicKeyInfo is, or why it is none that is accepted: "an RSA key of 1024 bits". */
export function describeSpki(spki: Uint8Array): string {
  const bits = rsaModulusBits(spki);
  if (bits !== undefined) return `an RSA key of ${bits} bits`;
  const kind = kindOfSpki(spki);
  if (kind !== undefined) return `${kind === 'ed25519' ? 'an' : 'a'} ${displayKind(kind)} key`;
  const described = decoding(() => {
    const document = derDocument(spki, RSA_BYTES_MAX);
    const algorithm = document.sequence();
    const oid = algorithm.oid();
    if (oid !== OID_EC) return KEY_ALGORITHMS[oid] ?? `a key of an unknown algorithm (${oid})`;
    if (algorithm.nextTag !== TAG.oid) return 'an elliptic curve key with explicit curve parameters';
    const curve = algorithm.oid();
    const name = CURVES[curve];
    if (name === undefined) return `a key on another curve (${curve})`;
    if (!SUPPORTED_CURVES.has(curve)) return `a key on the curve ${name}`;
    const point = document.octetsInBitString();
    if (point[0] === 2 || point[0] === 3) return `a ${name} key with a compressed point`;
    return `a ${name} key that is not in its one canonical encoding`;
  });
  return typeof described === 'string' ? described : 'bytes that are no public key';
}

function withoutLeadingZero(content: Uint8Array): Uint8Array {
  return content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
}

const hex = (text: string): Uint8Array => required(fromHex(text), 'a constant is hexadecimal');

/** The last byte of the EC prefixes is the 0x04 of an uncompressed point. */
const P256_PREFIX = hex('3059301306072a8648ce3d020106082a8648ce3d03010703420004');
const P384_PREFIX = hex('3076301006072a8648ce3d020106052b8104002203620004');
const ED25519_PREFIX = hex('302a300506032b6570032100');
const RSA_ALGORITHM = hex('300d06092a864886f70d0101010500');
export const RSA_BITS_MAX = 8_192;
/** A key of 16384 bits is 2 KiB; nothing that anybody uses is larger. */
const RSA_BYTES_MAX = 4_096;

const FIXED_FORMS: readonly (readonly [PublicKeyKind, Uint8Array, length: number])[] = [
  ['ec-p256', P256_PREFIX, 91],
  ['ec-p384', P384_PREFIX, 120],
  ['ed25519', ED25519_PREFIX, 44],
];

const KIND_NAMES = {
  'ec-p256': 'P-256',
  'ec-p384': 'P-384',
  ed25519: 'Ed25519',
  rsa: 'RSA',
} as const satisfies Record<PublicKeyKind, string>;

const OID_EC = '1.2.840.10045.2.1';

const CURVES: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
  '1.3.132.0.33': 'P-224',
  '1.2.840.10045.3.1.1': 'P-192',
  '1.3.132.0.10': 'secp256k1',
  '1.3.36.3.3.2.8.1.1.7': 'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.11': 'brainpoolP384r1',
};

const SUPPORTED_CURVES: ReadonlySet<string> = new Set(['1.2.840.10045.3.1.7', '1.3.132.0.34']);

const KEY_ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'an RSA key that is not in its one canonical encoding',
  '1.2.840.113549.1.1.10': 'an RSA key for RSASSA-PSS only',
  '1.2.840.10040.4.1': 'a DSA key',
  '1.2.840.113549.1.3.1': 'a Diffie-Hellman key',
  '1.3.101.110': 'an X25519 key, which cannot sign',
  '1.3.101.111': 'an X448 key, which cannot sign',
  '1.3.101.112': 'an Ed25519 key that is not in its one canonical encoding',
  '1.3.101.113': 'an Ed448 key',
};
