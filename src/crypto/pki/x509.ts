/**
 * X.509 v3 certificates (RFC 5280 section 4), read strictly into plain data. Reading judges the form only; whether a
 * certificate may be believed is path.ts.
 */
import { equalBytes, toHex, type WallTime } from '../../base/index.ts';
import type { PublicKeyKind } from '../provider.ts';
import { contextTag, type DerReader, derDocument, TAG, unsignedContent } from './der.ts';
import { type CertificateExtensions, readExtensions } from './extensions.ts';
import { decoding, type Malformed, refuse } from './fault.ts';
import { type DistinguishedName, readName } from './name.ts';
import { type SignatureAlgorithm, signatureAlgorithm } from './signature.ts';
import { kindOfSpki } from './spki.ts';

export interface Certificate {
  readonly kind: 'certificate';
  readonly der: Uint8Array;
  /** The part that is signed. */
  readonly tbs: Uint8Array;
  /** Lower-case hexadecimal, no leading zero bytes. */
  readonly serialHex: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: WallTime;
  /** The second it names is still valid (RFC 5280 4.1.2.5). */
  readonly notAfter: WallTime;
  readonly spki: Uint8Array;
  /** `undefined` for keys that are not accepted. */
  readonly keyKind: PublicKeyKind | undefined;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  readonly extensions: CertificateExtensions;
}

/** The certificate in these bytes, in memory of its own; or what is wrong with them. */
export function readCertificate(der: Uint8Array, bytesMax = CERTIFICATE_BYTES_MAX): Certificate | Malformed {
  return decoding(() => {
    if (der.length > bytesMax) refuse('too-large');
    const own = der.slice();
    const outer = derDocument(own, bytesMax);
    const tbs = outer.element(TAG.sequence);
    const algorithm = outer.element(TAG.sequence);
    const signature = outer.octetsInBitString();
    outer.end();
    const { innerAlgorithm, ...content } = readTbs(outer.within(tbs.content));
    // RFC 5280 4.1.1.2: both fields are the same, or an unsigned one could override the signed one.
    if (!equalBytes(algorithm.whole, innerAlgorithm)) refuse('algorithms-differ');
    return {
      kind: 'certificate',
      der: own,
      tbs: tbs.whole,
      ...content,
      signatureAlgorithm: signatureAlgorithm(algorithm),
      signature,
    };
  });
}

/**
 * The SubjectPublicKeyInfo of a certificate that is judged elsewhere: nothing else is looked at, at a tenth of the
 * cost. `undefined` where there is none to be found.
 */
export function subjectKeyOf(der: Uint8Array): Uint8Array | undefined {
  const found = decoding(() => {
    const tbs = derDocument(der, CERTIFICATE_BYTES_MAX).sequence();
    // Version, serial number, algorithm, issuer, validity, subject.
    tbs.element(contextTag(0, 'constructed'));
    tbs.element(TAG.integer);
    for (let passed = 0; passed < 4; passed++) tbs.element(TAG.sequence);
    return tbs.element(TAG.sequence).whole;
  });
  return found instanceof Uint8Array ? found : undefined;
}

/** Whether names and key say that a certificate was issued by itself; its signature is not looked at. */
export const isSelfIssued = ({ issuer, subject }: Certificate): boolean =>
  equalBytes(issuer.der, subject.der);

function readTbs(tbs: DerReader) {
  // v1 and v2 have no extensions, hence no way to say what a key may do.
  const version = tbs.optional(contextTag(0, 'constructed'));
  if (version === undefined || toHex(version) !== '020102') refuse('bad-version');
  const serial = tbs.unsigned(SERIAL_BYTES_MAX);
  const innerAlgorithm = tbs.element(TAG.sequence).whole;
  const issuer = readName(tbs);
  const validity = tbs.sequence();
  const notBefore = validity.time();
  const notAfter = validity.time();
  validity.end();
  const subject = readName(tbs);
  const spki = tbs.element(TAG.sequence).whole;
  if (tbs.nextTag === contextTag(1, 'primitive') || tbs.nextTag === contextTag(2, 'primitive')) {
    refuse('unique-identifier');
  }
  const extensions = readExtensions(tbs, contextTag(3, 'constructed'));
  tbs.end();
  return {
    innerAlgorithm,
    serialHex: serialHex(serial),
    issuer,
    subject,
    notBefore,
    notAfter,
    spki,
    keyKind: kindOfSpki(spki),
    extensions,
  };
}

/** Serial numbers as text: without the zero byte that DER puts before a high bit. */
export function serialHex(content: Uint8Array): string {
  const unsigned = unsignedContent(content, SERIAL_BYTES_MAX);
  return toHex(unsigned.length > 1 && unsigned[0] === 0 ? unsigned.subarray(1) : unsigned);
}

const CERTIFICATE_BYTES_MAX = 8_192;
/** RFC 5280 4.1.2.2: 20 octets; one more for the sign. */
export const SERIAL_BYTES_MAX = 21;
