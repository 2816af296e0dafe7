/** Certificate extensions (RFC 5280 4.2): those that decide, understood; all others, by whether they are critical. */
import { toHex } from '../../base/index.ts';
import { asciiText, contextTag, type DerElement, DerReader, TAG } from './der.ts';
import { refuse } from './fault.ts';

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many intermediate certificates may follow; `undefined` means any number. */
  readonly pathLength: number | undefined;
}

export type KeyUsage = (typeof KEY_USAGES)[number];

export interface SubjectAlternativeNames {
  readonly dns: readonly string[];
  readonly uri: readonly string[];
  /** IPv4 as dotted decimal, IPv6 as eight groups of hexadecimal without compression. */
  readonly ip: readonly string[];
  readonly email: readonly string[];
  /** How many names are of other kinds. */
  readonly others: number;
}

export interface CertificateExtensions {
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  /** Object identifiers. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltName: SubjectAlternativeNames | undefined;
  /** Present at all: they are not evaluated. */
  readonly nameConstraints: boolean;
  /** Object identifiers of critical extensions that are not understood here. */
  readonly unknownCritical: readonly string[];
}

/** One extension as it lies there. */
export interface RawExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** Reads the optional Extensions under an explicit tag. Throws a fault (see fault.ts). */
export function readRawExtensions(reader: DerReader, tag: number): readonly RawExtension[] {
  if (reader.nextTag !== tag) return [];
  const wrapper = reader.inside(tag);
  const list = readExtensionList(wrapper);
  wrapper.end();
  return list;
}

/** Reads an Extensions sequence. Throws a fault (see fault.ts). */
export function readExtensionList(reader: DerReader): readonly RawExtension[] {
  const sequence = reader.sequence();
  if (sequence.done) refuse('empty-list');
  const found: RawExtension[] = [];
  while (!sequence.done) {
    const extension = sequence.sequence();
    const oid = extension.oid();
    // An explicit FALSE is not DER, but old issuing software writes it and it means nothing else.
    const critical = extension.nextTag === TAG.boolean && extension.boolean();
    const value = extension.element(TAG.octetString).content;
    extension.end();
    // RFC 5280 4.2: at most one instance, or two readers believe different ones.
    if (found.some((other) => other.oid === oid)) refuse('duplicate-extension');
    if (found.length === EXTENSIONS_MAX) refuse('too-large');
    found.push({ oid, critical, value });
  }
  return found;
}

/** Reads and understands the extensions of a certificate. Throws a fault (see fault.ts). */
export function readExtensions(reader: DerReader, tag: number): CertificateExtensions {
  const raw = readRawExtensions(reader, tag);
  const parsed = <T>(oid: string, parse: (reader: DerReader) => T): T | undefined => {
    const extension = raw.find((one) => one.oid === oid);
    if (extension === undefined) return undefined;
    const value = new DerReader(extension.value);
    const result = parse(value);
    value.end();
    return result;
  };
  return {
    basicConstraints: parsed(OID.basicConstraints, readBasicConstraints),
    keyUsage: parsed(OID.keyUsage, readKeyUsage),
    extendedKeyUsage: parsed(OID.extendedKeyUsage, readExtendedKeyUsage),
    subjectAltName: parsed(OID.subjectAltName, readAlternativeNames),
    nameConstraints: raw.some(({ oid }) => oid === OID.nameConstraints),
    unknownCritical: raw
      .filter(({ oid, critical }) => critical && !UNDERSTOOD.has(oid))
      .map(({ oid }) => oid),
  };
}

function readBasicConstraints(reader: DerReader): BasicConstraints {
  const sequence = reader.sequence();
  const ca = sequence.nextTag === TAG.boolean && sequence.boolean();
  const pathLength = sequence.nextTag === TAG.integer ? sequence.small() : undefined;
  sequence.end();
  return { ca, pathLength };
}

function readKeyUsage(reader: DerReader): readonly KeyUsage[] {
  const { content } = reader.element(TAG.bitString);
  const [unused = 8, first = 0, second = 0] = content;
  const last = content.at(-1) as number;
  // Zero bits at the end are not DER (X.690 11.2.2), but public authorities write them and they mean nothing else.
  if (content.length < 2 || content.length > 3 || unused > 7 || (last & ((1 << unused) - 1)) !== 0) {
    refuse('bad-bit-string');
  }
  const bits = (first << 8) | second;
  // RFC 5280 4.2.1.3: at least one bit is set.
  if (bits === 0) refuse('bad-bit-string');
  return KEY_USAGES.filter((_, bit) => (bits & (0x8000 >> bit)) !== 0);
}

function readExtendedKeyUsage(reader: DerReader): readonly string[] {
  const sequence = reader.sequence();
  if (sequence.done) refuse('empty-list');
  const purposes: string[] = [];
  while (!sequence.done) purposes.push(sequence.oid());
  return purposes;
}

function readAlternativeNames(reader: DerReader): SubjectAlternativeNames {
  const sequence = reader.sequence();
  if (sequence.done) refuse('empty-list');
  const names: DerElement[] = [];
  while (!sequence.done) names.push(sequence.any());
  const texts = (n: number): string[] =>
    names.filter(({ tag }) => tag === contextTag(n, 'primitive')).map(({ content }) => asciiText(content));
  const ip = names
    .filter(({ tag }) => tag === contextTag(7, 'primitive'))
    .map(({ content }) => displayIp(content));
  const [email, dns, uri] = [texts(1), texts(2), texts(6)];
  return { dns, uri, ip, email, others: names.length - dns.length - uri.length - ip.length - email.length };
}

function displayIp(content: Uint8Array): string {
  if (content.length === 4) return content.join('.');
  if (content.length !== 16) refuse('bad-length');
  return (toHex(content).match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, '')).join(':');
}

/** RFC 5280 4.2.1.3, in the order of their bits. */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

const OID = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
} as const;

/**
 * Name constraints are refused by path.ts by name. Policies are understood in that none is asked for (RFC 5280 6.1.1
 * with any-policy); policyConstraints and inhibitAnyPolicy, which could ask for one, stay unknown.
 */
const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(OID));

const EXTENSIONS_MAX = 64;
