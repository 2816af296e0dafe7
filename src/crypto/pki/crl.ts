/**
 * Certificate revocation lists (RFC 5280 section 5): complete lists of one issuer for its own certificates. Delta,
 * indirect and partial lists are refused: half understood, they would let revoked certificates pass.
 *
 * Reading judges the form, `verifyCrl` the signature; how old a list may be is the caller's decision, for which
 * `crlFreshness` and `compareCrls` give the facts.
 */
import { equalBytes, fromUtf8, toHex, type WallTime } from '../../base/index.ts';
import { contextTag, DerReader, derDocument, TAG } from './der.ts';
import { type RawExtension, readExtensionList, readRawExtensions } from './extensions.ts';
import { decoding, PKI_FAULTS, refuse } from './fault.ts';
import { type DistinguishedName, readName } from './name.ts';
import type { RevocationCheck } from './path.ts';
import { looksLikePem, pemBlocks } from './pem.ts';
import { type CertificateVerifier, type SignatureAlgorithm, signatureAlgorithm } from './signature.ts';
import { signatureProblem } from './signed.ts';
import { type Certificate, SERIAL_BYTES_MAX, serialHex } from './x509.ts';

export interface RevocationList {
  readonly kind: 'list';
  readonly tbs: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: WallTime;
  /** When the issuer promises the next list; `undefined` when it promises nothing. */
  readonly nextUpdate: WallTime | undefined;
  /** Lower-case hexadecimal without leading zeros; `undefined` in lists of version 1. */
  readonly number: string | undefined;
  /** Serial numbers as in `Certificate.serialHex`. */
  readonly revoked: ReadonlySet<string>;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/** Which of an issuer's lists it is. */
export type ListAge = Pick<RevocationList, 'number' | 'thisUpdate'>;

/** A list whose signature was checked against the certificate of its issuer. */
export interface VerifiedList {
  readonly kind: 'verified';
  readonly list: RevocationList;
  readonly issuer: Certificate;
}

export type CrlProblem = { readonly kind: 'problem'; readonly problem: string };

export interface CrlLimits {
  readonly bytesMax: number;
  readonly revokedMax: number;
}

export const CRL_LIMITS: CrlLimits = { bytesMax: 8 * 1_024 * 1_024, revokedMax: 100_000 };

/** A list in DER or PEM, or a sentence about what is wrong with it. */
export function readCrl(bytes: Uint8Array, limits = CRL_LIMITS): RevocationList | CrlProblem {
  const der = bytes[0] === TAG.sequence ? bytes : crlInPem(bytes, limits);
  if (!(der instanceof Uint8Array)) return der;
  const list = decoding(() => parseList(der, limits));
  if (list.kind !== 'malformed') return list;
  const tooMany = `: at most ${limits.bytesMax} bytes and ${limits.revokedMax} revoked certificates are read`;
  return problem(`the revocation list ${PKI_FAULTS[list.fault]}${list.fault === 'too-large' ? tooMany : ''}`);
}

/** Finds among `issuers` the one that signed the list and may sign lists. */
export function verifyCrl(
  list: RevocationList,
  issuers: readonly Certificate[],
  verifier: CertificateVerifier,
): VerifiedList | CrlProblem {
  let why = `the revocation list is of ${list.issuer.display}, which is no configured authority`;
  for (const issuer of issuers) {
    if (!equalBytes(issuer.subject.der, list.issuer.der)) continue;
    const { keyUsage, basicConstraints } = issuer.extensions;
    if (basicConstraints?.ca !== true || (keyUsage !== undefined && !keyUsage.includes('cRLSign'))) {
      why = `${issuer.subject.display} may not sign revocation lists (keyUsage cRLSign)`;
      continue;
    }
    const wrong = signatureProblem(list, issuer, verifier);
    if (wrong === undefined) return { kind: 'verified', list, issuer };
    why = `the revocation list of ${list.issuer.display}: ${wrong.detail}`;
  }
  return problem(why);
}

/** Where a moment lies in the time for which the issuer speaks. */
export function crlFreshness(
  { list }: VerifiedList,
  at: WallTime,
): 'not-yet' | 'current' | 'stale' | 'no-promise' {
  if (at < list.thisUpdate) return 'not-yet';
  if (list.nextUpdate === undefined) return 'no-promise';
  return at <= list.nextUpdate ? 'current' : 'stale';
}

/**
 * Whether `next` may take the place of `current`: not when its number is lower (RFC 5280 5.2.3: numbers only grow), or,
 * without numbers, its date earlier. A replayed old list would bring revoked certificates back.
 */
export function compareCrls(next: ListAge, current: ListAge): 'newer' | 'same' | 'older' {
  const [a, b] = [next, current];
  // A list that lost its number is a step back.
  if (b.number !== undefined && a.number === undefined) return 'older';
  if (a.number !== undefined && b.number !== undefined && a.number !== b.number) {
    const longer = a.number.length - b.number.length;
    return longer > 0 || (longer === 0 && a.number > b.number) ? 'newer' : 'older';
  }
  if (a.thisUpdate === b.thisUpdate) return 'same';
  return a.thisUpdate > b.thisUpdate ? 'newer' : 'older';
}

/** The question that path validation asks, answered from these lists; their age is the caller's concern. */
export function revocationCheck(lists: readonly VerifiedList[]): RevocationCheck {
  return (certificate, issuer) => {
    const spoken = lists.filter(
      (verified) =>
        equalBytes(verified.issuer.subject.der, issuer.subject.der) &&
        equalBytes(verified.issuer.spki, issuer.spki),
    );
    if (spoken.some(({ list }) => list.revoked.has(certificate.serialHex))) return 'revoked';
    return spoken.length > 0 ? 'good' : 'unknown';
  };
}

function crlInPem(bytes: Uint8Array, limits: CrlLimits): Uint8Array | CrlProblem {
  if (bytes.length > 2 * limits.bytesMax) return problem('the revocation list is larger than the limit');
  const text = fromUtf8(bytes);
  const blocks = text === undefined || !looksLikePem(text) ? undefined : pemBlocks(text, 1);
  const [block] = blocks ?? [];
  if (block === undefined) {
    return problem('this is no revocation list: it is neither DER nor one PEM block (X509 CRL)');
  }
  // RFC 7468 6; some libraries write the shorter label.
  if (block.label === 'X509 CRL' || block.label === 'CRL') return block.der;
  return problem(`this is no revocation list but PEM of the kind ${block.label}; X509 CRL is accepted`);
}

function parseList(der: Uint8Array, limits: CrlLimits): RevocationList {
  if (der.length > limits.bytesMax) refuse('too-large');
  const outer = derDocument(der.slice(), limits.bytesMax);
  const tbs = outer.element(TAG.sequence);
  const algorithm = outer.element(TAG.sequence);
  const signature = outer.octetsInBitString();
  outer.end();
  const content = outer.within(tbs.content);
  const hasVersion = content.nextTag === TAG.integer;
  if (hasVersion && content.small() !== 1) refuse('bad-version');
  if (!equalBytes(content.element(TAG.sequence).whole, algorithm.whole)) refuse('algorithms-differ');
  const issuer = readName(content);
  const thisUpdate = content.time();
  const dated = content.nextTag === TAG.utcTime || content.nextTag === TAG.generalizedTime;
  const nextUpdate = dated ? content.time() : undefined;
  const revoked = content.nextTag === TAG.sequence ? readRevoked(content, limits) : NOBODY;
  const extensions = readRawExtensions(content, contextTag(0, 'constructed'));
  content.end();
  if (!hasVersion && extensions.length > 0) refuse('bad-version');
  const number = readNumber(extensions);
  return {
    kind: 'list',
    tbs: tbs.whole,
    issuer,
    thisUpdate,
    nextUpdate,
    number,
    revoked,
    signatureAlgorithm: signatureAlgorithm(algorithm),
    signature,
  };
}

function readRevoked(content: DerReader, limits: CrlLimits): ReadonlySet<string> {
  const entries = content.sequence();
  const revoked = new Set<string>();
  while (!entries.done) {
    if (revoked.size === limits.revokedMax) refuse('too-large');
    const entry = entries.sequence();
    revoked.add(serialHex(entry.element(TAG.integer).content));
    entry.time();
    if (!entry.done) refuseCritical(readExtensionList(entry), ENTRY_EXTENSIONS);
    entry.end();
  }
  return revoked;
}

function readNumber(extensions: readonly RawExtension[]): string | undefined {
  refuseCritical(extensions, LIST_EXTENSIONS);
  const extension = extensions.find(({ oid }) => oid === OID_CRL_NUMBER);
  if (extension === undefined) return undefined;
  const reader = new DerReader(extension.value);
  const number = toHex(reader.unsigned(SERIAL_BYTES_MAX)).replace(/^00(?=.)/, '');
  reader.end();
  return number;
}

/** Delta, partial and indirect lists say what they are in critical extensions (RFC 5280 5.2.4, 5.2.5, 5.3.3). */
function refuseCritical(extensions: readonly RawExtension[], understood: ReadonlySet<string>): void {
  if (extensions.some(({ oid, critical }) => critical && !understood.has(oid))) refuse('unknown-critical');
}

const problem = (text: string): CrlProblem => ({ kind: 'problem', problem: text });

const OID_CRL_NUMBER = '2.5.29.20';
const LIST_EXTENSIONS: ReadonlySet<string> = new Set([OID_CRL_NUMBER]);
/** Reason and date of the event: they change nothing about being revoked. */
const ENTRY_EXTENSIONS: ReadonlySet<string> = new Set(['2.5.29.21', '2.5.29.24']);
const NOBODY: ReadonlySet<string> = new Set();
