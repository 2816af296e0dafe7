/**
 * Certificates for tests, sound and odd: a small DER writer and signatures by node:crypto, so that a test can ask for
 * what no sane issuer makes.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signWith,
} from 'node:crypto';
import { concat, fromHex, required, utf8 } from '../../src/base/index.ts';

/** One element: header of minimal length, then the contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents);
  const { length } = content;
  if (length < 0x80) return concat(Uint8Array.of(tag, length), content);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest % 0x100);
  return concat(Uint8Array.of(tag, 0x80 | bytes.length, ...bytes), content);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(0x30, ...parts);
export const boolean = (value: boolean): Uint8Array => der(0x01, Uint8Array.of(value ? 0xff : 0));
export const octets = (...parts: readonly Uint8Array[]): Uint8Array => der(0x04, ...parts);
export const bits = (content: Uint8Array, unused = 0): Uint8Array =>
  der(0x03, Uint8Array.of(unused), content);
export const bytes = (hex: string): Uint8Array => required(fromHex(hex), 'a test writes hexadecimal');

/** A non-negative integer, from hexadecimal. */
export function integer(value: number | string): Uint8Array {
  const text = typeof value === 'number' ? value.toString(16) : value;
  const even = bytes(text.length % 2 === 0 ? text : `0${text}`);
  return der(0x02, (even[0] as number) >= 0x80 ? concat(Uint8Array.of(0), even) : even);
}

export function oid(dotted: string): Uint8Array {
  const [a = 0, b = 0, ...rest] = dotted.split('.').map(Number);
  const content = [40 * a + b, ...rest].flatMap((arc) => {
    const septets = [arc % 0x80];
    for (let left = Math.floor(arc / 0x80); left > 0; left = Math.floor(left / 0x80)) {
      septets.unshift(0x80 | (left % 0x80));
    }
    return septets;
  });
  return der(0x06, Uint8Array.from(content));
}

/** UTCTime to 2049, GeneralizedTime from 2050, as RFC 5280 wants it; `at` is ISO 8601 in UTC. */
export function time(at: string): Uint8Array {
  const digits = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`;
  return Number(digits.slice(0, 4)) < 2050 ? der(0x17, utf8(digits.slice(2))) : der(0x18, utf8(digits));
}

/** A Name of one attribute in each relative name: `[['O', 'Example'], ['CN', 'lock-1']]`. */
export function name(
  parts: readonly (readonly [type: keyof typeof NAME_TYPES, value: string])[],
): Uint8Array {
  return sequence(
    ...parts.map(([type, value]) => der(0x31, sequence(oid(NAME_TYPES[type]), der(0x0c, utf8(value))))),
  );
}

export const commonName = (cn: string): Uint8Array => name([['CN', cn]]);

export function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value));
}

export type KeyType = 'p256' | 'p384' | 'p521' | 'ed25519' | 'rsa2048' | 'rsa1024' | 'rsa3072';

/** A key pair, one for each type and label in a process: RSA keys are slow to make. */
export function testKey(type: KeyType = 'p256', label = ''): KeyObject {
  const known = keys.get(`${type} ${label}`);
  if (known !== undefined) return known;
  const made = makeKey(type);
  keys.set(`${type} ${label}`, made);
  return made;
}

export const spkiOf = (key: KeyObject): Uint8Array =>
  Uint8Array.from(createPublicKey(key).export({ type: 'spki', format: 'der' }));

/** The key in other clothes, for tests of importing. */
export const pkcs8Of = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' });
export const copyOf = (key: KeyObject): KeyObject => createPrivateKey(pkcs8Of(key));

export type SignatureChoice = keyof typeof SIGNATURES;

export interface CertificateWish {
  readonly subject?: string | Uint8Array;
  readonly key?: KeyObject;
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Hexadecimal. */
  readonly serial?: string;
  /** Encoded extensions; `undefined` for none at all. */
  readonly extensions?: readonly Uint8Array[] | undefined;
  readonly signature?: SignatureChoice;
  /** Algorithm identifier inside, when it differs from the one outside. */
  readonly innerAlgorithm?: Uint8Array;
  readonly version?: Uint8Array;
  readonly spki?: Uint8Array;
  /** Appended to the part that is signed. */
  readonly tail?: Uint8Array;
}

/** Something that issued, or can issue, certificates: itself a certificate with its key. */
export interface Holder {
  readonly der: Uint8Array;
  readonly key: KeyObject;
  readonly subject: Uint8Array;
}

/** A certificate for `wish`, signed by `issuer`, or by itself. */
export function issue(wish: CertificateWish = {}, issuer?: Pick<Holder, 'key' | 'subject'>): Holder {
  const key = wish.key ?? testKey('p256', String(++serials));
  const subject = nameOf(wish.subject ?? 'device');
  const signer = issuer ?? { key, subject };
  const algorithm: Signature = SIGNATURES[wish.signature ?? naturalSignature(signer.key)];
  const tbs = sequence(
    wish.version ?? bytes('a003020102'),
    integer(wish.serial ?? (++serials).toString(16)),
    wish.innerAlgorithm ?? algorithm.der,
    signer.subject,
    sequence(time(wish.notBefore ?? '2026-01-01T00:00:00Z'), time(wish.notAfter ?? '2027-01-01T00:00:00Z')),
    subject,
    wish.spki ?? spkiOf(key),
    wish.extensions === undefined ? new Uint8Array(0) : der(0xa3, sequence(...wish.extensions)),
    wish.tail ?? new Uint8Array(0),
  );
  return { der: signed(tbs, algorithm, signer.key), key, subject };
}

/** A certification authority, self-signed unless `issuer` is given. */
export function authority(wish: CertificateWish & { pathLength?: number } = {}, issuer?: Holder): Holder {
  const { pathLength, ...rest } = wish;
  const extensions = [basicConstraints(true, pathLength), keyUsage('keyCertSign', 'cRLSign')];
  return issue({ subject: 'Example Root', extensions, ...rest }, issuer);
}

/** A device's certificate. */
export function device(wish: CertificateWish, issuer: Pick<Holder, 'key' | 'subject'>): Holder {
  const extensions = [keyUsage('digitalSignature'), extendedKeyUsage(OID_CLIENT_AUTH)];
  return issue({ subject: 'lock-1', extensions, ...wish }, issuer);
}

export interface CrlWish {
  readonly thisUpdate?: string;
  readonly nextUpdate?: string | undefined;
  /** Hexadecimal serial numbers. */
  readonly revoked?: readonly string[];
  readonly number?: number;
  readonly extensions?: readonly Uint8Array[];
  readonly entryExtensions?: readonly Uint8Array[];
  readonly signature?: SignatureChoice;
}

/** A revocation list, DER. */
export function revocationList(wish: CrlWish, issuer: Pick<Holder, 'key' | 'subject'>): Uint8Array {
  const algorithm: Signature = SIGNATURES[wish.signature ?? naturalSignature(issuer.key)];
  const none = new Uint8Array(0);
  const entryTail = wish.entryExtensions === undefined ? none : sequence(...wish.entryExtensions);
  const entries = (wish.revoked ?? []).map((serial) =>
    sequence(integer(serial), time('2026-06-01T00:00:00Z'), entryTail),
  );
  const numbered = wish.number === undefined ? [] : [extension('2.5.29.20', integer(wish.number))];
  const extensions = [...numbered, ...(wish.extensions ?? [])];
  const nextUpdate = 'nextUpdate' in wish ? wish.nextUpdate : '2026-07-01T00:00:00Z';
  const tbs = sequence(
    integer(1),
    algorithm.der,
    issuer.subject,
    time(wish.thisUpdate ?? '2026-06-01T00:00:00Z'),
    nextUpdate === undefined ? none : time(nextUpdate),
    // Joined before: there may be more entries than a call takes arguments.
    entries.length === 0 ? none : sequence(Buffer.concat(entries)),
    extensions.length === 0 ? none : der(0xa0, sequence(...extensions)),
  );
  return signed(tbs, algorithm, issuer.key);
}

export function basicConstraints(ca: boolean, pathLength?: number, critical = true): Uint8Array {
  const parts = ca ? [boolean(true)] : [];
  if (pathLength !== undefined) parts.push(integer(pathLength));
  return extension('2.5.29.19', sequence(...parts), critical);
}

export function keyUsage(...usages: readonly (keyof typeof KEY_USAGE_BITS)[]): Uint8Array {
  const value = usages.reduce((sum, usage) => sum | KEY_USAGE_BITS[usage], 0);
  const unused = 31 - Math.clz32(value & -value);
  return extension('2.5.29.15', bits(Uint8Array.of(value), unused), true);
}

export const extendedKeyUsage = (...oids: readonly string[]): Uint8Array =>
  extension('2.5.29.37', sequence(...oids.map(oid)));

export type AlternativeName = readonly [kind: 'dns' | 'uri' | 'email', name: string];

export function subjectAltName(...names: readonly AlternativeName[]): Uint8Array {
  const tags = { email: 0x81, dns: 0x82, uri: 0x86 };
  return extension('2.5.29.17', sequence(...names.map(([kind, text]) => der(tags[kind], utf8(text)))));
}

export const OID_SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const OID_CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

function signed(tbs: Uint8Array, algorithm: Signature, key: KeyObject): Uint8Array {
  const signature = signWith(algorithm.hash, tbs, { key, ...algorithm.options });
  return sequence(tbs, algorithm.der, bits(signature));
}

function naturalSignature(key: KeyObject): SignatureChoice {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return 'ed25519';
    case 'rsa':
      return 'rsa-sha256';
    default:
      return 'ecdsa-sha256';
  }
}

function makeKey(type: KeyType): KeyObject {
  if (type === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (type.startsWith('rsa')) {
    return generateKeyPairSync('rsa', { modulusLength: Number(type.slice(3)) }).privateKey;
  }
  const namedCurve = { p256: 'prime256v1', p384: 'secp384r1', p521: 'secp521r1' }[type as 'p256'];
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

const nameOf = (subject: string | Uint8Array): Uint8Array =>
  typeof subject === 'string' ? commonName(subject) : subject;

const keys = new Map<string, KeyObject>();
let serials = 0x1000;

interface Signature {
  readonly der: Uint8Array;
  readonly hash: string | null;
  readonly options?: { readonly padding: number; readonly saltLength: number };
}

const RSA_PSS_SHA256 =
  '304106092a864886f70d01010a3034a00f300d06096086480165030402010500' +
  'a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120';

const SIGNATURES = {
  'ecdsa-sha256': { der: bytes('300a06082a8648ce3d040302'), hash: 'sha256' },
  'ecdsa-sha384': { der: bytes('300a06082a8648ce3d040303'), hash: 'sha384' },
  'ecdsa-sha1': { der: bytes('300906072a8648ce3d0401'), hash: 'sha1' },
  ed25519: { der: bytes('300506032b6570'), hash: null },
  'rsa-sha1': { der: bytes('300d06092a864886f70d0101050500'), hash: 'sha1' },
  'rsa-sha256': { der: bytes('300d06092a864886f70d01010b0500'), hash: 'sha256' },
  'rsa-pss-sha256': {
    der: bytes(RSA_PSS_SHA256),
    hash: 'sha256',
    options: { padding: 6, saltLength: 32 },
  },
} as const satisfies Record<string, Signature>;

const KEY_USAGE_BITS = {
  digitalSignature: 0x80,
  keyEncipherment: 0x20,
  keyAgreement: 0x08,
  keyCertSign: 0x04,
  cRLSign: 0x02,
} as const;

const NAME_TYPES = {
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
} as const;
