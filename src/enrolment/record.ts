/**
 * The enrolment record: all that one side has to know of the other, in a CBOR map (RFC 8949) with small integers as
 * names, so that it fits on the smallest tags. Written and accepted in the deterministic form of section 4.2.1 only.
 *
 *   1 version (1)          4 SHA-256 of the gateway's public key, 32 bytes     7 claim code, text
 *   2 device, text         5 PSK identity, bytes                               8 the device's public key, SPKI in DER
 *   3 gateway, text (URI)  6 PSK, bytes
 *
 * Exactly one of these is there: 5 with 6, 7 with 2, or 8. Whoever reads a record with a key in it has the key.
 */
import { equalBytes, required } from '../base/index.ts';
import { readCbor, writeCbor } from './cbor.ts';
import { decoding, type Malformed, refuse } from './fault.ts';

interface AnyEnrolment {
  /** What the device is called at the gateway. */
  readonly device: string | null;
  /** Where the gateway is: `coaps://host:port`. */
  readonly gateway: string | null;
  /** SHA-256 of the gateway's public key (SPKI), which the device may pin it by. */
  readonly gatewayKey: Uint8Array | null;
}

/** A pre-shared key: what the gateway made for a device, or what a device was made with. */
export interface PskEnrolment extends AnyEnrolment {
  readonly kind: 'psk';
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
}

/** What proves that somebody holds the device, for the one who wants to be its first owner. */
export interface ClaimEnrolment extends AnyEnrolment {
  readonly kind: 'claim';
  readonly device: string;
  readonly code: string;
}

/** The public half of a key that the device made itself; no secret. */
export interface PublicKeyEnrolment extends AnyEnrolment {
  readonly kind: 'rpk';
  /** SubjectPublicKeyInfo, DER. Not looked into here. */
  readonly publicKey: Uint8Array;
}

export type Enrolment = PskEnrolment | ClaimEnrolment | PublicKeyEnrolment;

/** The CBOR of an enrolment record. */
export function encodeEnrolment(record: Enrolment): Uint8Array {
  const { device, gateway, gatewayKey } = record;
  const members = new Map<number, number | string | Uint8Array | null>([
    [VERSION, VERSION_1],
    [DEVICE, device],
    [GATEWAY, gateway],
    [GATEWAY_KEY, gatewayKey],
  ]);
  switch (record.kind) {
    case 'psk':
      members.set(IDENTITY, record.identity).set(KEY, record.key);
      break;
    case 'claim':
      members.set(CODE, record.code);
      break;
    case 'rpk':
      members.set(PUBLIC_KEY, record.publicKey);
      break;
  }
  const there = new Map([...members].filter(([, value]) => value !== null));
  return required(writeCbor(there), 'texts, bytes and integers have an encoding');
}

/** Reads the CBOR of exactly one enrolment record. */
export function decodeEnrolment(bytes: Uint8Array): Enrolment | Malformed {
  return decoding(() => {
    if (bytes.length > RECORD_BYTES_MAX) refuse('too-large');
    const members = strictMap(bytes);
    for (const name of members.keys()) if (!MEMBERS.has(name)) refuse('unknown-member');
    if (members.get(VERSION) !== VERSION_1) refuse('unknown-version');
    const device = text(members, DEVICE, DEVICE_LENGTH_MAX);
    const gateway = text(members, GATEWAY, URI_LENGTH_MAX);
    const gatewayKey = octets(members, GATEWAY_KEY, HASH_BYTES, HASH_BYTES);
    return { gateway, gatewayKey, ...secretOf(members, device) };
  });
}

type Members = ReadonlyMap<unknown, unknown>;
type SecretOf<T> = T extends Enrolment ? Omit<T, 'gateway' | 'gatewayKey'> : never;

function secretOf(members: Members, device: string | null): SecretOf<Enrolment> {
  const identity = octets(members, IDENTITY, 1, IDENTITY_BYTES_MAX);
  const key = octets(members, KEY, KEY_BYTES_MIN, KEY_BYTES_MAX);
  const code = text(members, CODE, CODE_LENGTH_MAX);
  const publicKey = octets(members, PUBLIC_KEY, 1, PUBLIC_KEY_BYTES_MAX);
  const there = [identity ?? key, code, publicKey].filter((part) => part !== null);
  if (there.length !== 1) refuse('unclear-kind');
  if (publicKey !== null) return { kind: 'rpk', device, publicKey };
  if (code !== null) return device === null ? refuse('unclear-kind') : { kind: 'claim', device, code };
  return identity === null || key === null ? refuse('unclear-kind') : { kind: 'psk', device, identity, key };
}

/** The map that `bytes` are, if they are its one deterministic encoding. */
function strictMap(bytes: Uint8Array): Members {
  const value = readCbor(bytes);
  if (value === undefined) refuse('bad-cbor');
  if (!(value instanceof Map)) return refuse('not-a-map');
  // The order of members is what the library does not look at.
  const again = writeCbor(value);
  if (again === undefined || !equalBytes(again, bytes)) refuse('bad-cbor');
  return value;
}

function text(members: Members, name: number, lengthMax: number): string | null {
  const value = members.get(name);
  if (value === undefined) return null;
  const fits = typeof value === 'string' && value.length > 0 && value.length <= lengthMax;
  return fits && !/\p{Cc}/u.test(value) ? value : refuse('bad-member');
}

function octets(members: Members, name: number, lengthMin: number, lengthMax: number): Uint8Array | null {
  const value = members.get(name);
  if (value === undefined) return null;
  const fits = value instanceof Uint8Array && value.length >= lengthMin && value.length <= lengthMax;
  return fits ? Uint8Array.from(value) : refuse('bad-member');
}

const VERSION = 1;
const DEVICE = 2;
const GATEWAY = 3;
const GATEWAY_KEY = 4;
const IDENTITY = 5;
const KEY = 6;
const CODE = 7;
const PUBLIC_KEY = 8;
const MEMBERS: ReadonlySet<unknown> = new Set([
  VERSION,
  DEVICE,
  GATEWAY,
  GATEWAY_KEY,
  IDENTITY,
  KEY,
  CODE,
  PUBLIC_KEY,
]);
const VERSION_1 = 1;

const RECORD_BYTES_MAX = 1_024;
const DEVICE_LENGTH_MAX = 64;
const URI_LENGTH_MAX = 256;
const HASH_BYTES = 32;
/** As trust has it (RFC 4279 section 5.3). */
const IDENTITY_BYTES_MAX = 128;
const KEY_BYTES_MIN = 8;
const KEY_BYTES_MAX = 64;
const CODE_LENGTH_MAX = 64;
const PUBLIC_KEY_BYTES_MAX = 512;
