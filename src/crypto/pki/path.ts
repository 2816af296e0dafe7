/**
 * Certification path validation, RFC 5280 section 6: from a peer's chain to one of the configured anchors.
 *
 *     leaf ---issued by---> intermediate ... ---issued by---> anchor
 *      |                        |                               |
 *      purpose, validity,       CA, keyCertSign, path length,   configured by an operator,
 *      revocation               validity, revocation            held to the same rules where it issues
 *
 * What is not evaluated is refused, never passed over: name constraints, unknown critical extensions, required
 * policies. Names are compared byte by byte. The search tries anchors before intermediates, never the same
 * certificate twice, and stops at a number of signature checks, so that cross-signed loops and name-alikes end.
 */
import { equalBytes, type WallTime } from '../../base/index.ts';
import type { VerifyKey } from '../provider.ts';
import { PKI_FAULTS } from './fault.ts';
import {
  authorityProblem,
  endOf,
  type CertificatePurpose,
  keyStrengthProblem,
  purposeProblem,
  usableAt,
} from './path-rules.ts';
import { signatureProblem } from './signed.ts';
import type { CertificateVerifier } from './signature.ts';
import { type Certificate, isSelfIssued, readCertificate } from './x509.ts';

export type PathRefusalReason =
  | 'bad-certificate'
  | 'certificate-expired'
  | 'certificate-revoked'
  | 'unknown-authority'
  | 'unsupported-certificate';

export interface PathRefusal {
  readonly kind: 'refused';
  readonly reason: PathRefusalReason;
  /** One sentence for the operator. Holds names of the peer's choosing, made printable. Never for the peer. */
  readonly detail: string;
}

export interface ValidPath {
  readonly kind: 'valid';
  readonly leaf: Certificate;
  /** The leaf's key, to verify CertificateVerify with. */
  readonly key: VerifyKey;
  /** Leaf first, anchor last; one certificate when the leaf itself is configured as an anchor. */
  readonly path: readonly Certificate[];
  /** From when on the first certificate of the path has expired. */
  readonly validUntil: WallTime;
}

/** What a revocation list says of a certificate that `issuer` issued. */
export type RevocationCheck = (
  certificate: Pick<Certificate, 'serialHex'>,
  issuer: Certificate,
) => RevocationAnswer;
export type RevocationAnswer = 'good' | 'revoked' | 'unknown';

export interface PathQuestion {
  /** DER, the leaf first. The others may be in any order and may include some that do not belong. */
  readonly chain: readonly Uint8Array[];
  readonly anchors: readonly Certificate[];
  /** The caller's clock, which never goes back. */
  readonly at: WallTime;
  /** What the peer does in this connection. */
  readonly purpose: CertificatePurpose;
  readonly verifier: CertificateVerifier;
  readonly revocation?: {
    readonly check: RevocationCheck;
    /** What to make of a certificate whose issuer has no current list. */
    readonly unknown: 'accept' | 'refuse';
  };
  readonly limits?: PathLimits;
}

export interface PathLimits {
  /** Certificates in the peer's chain. */
  readonly chainLengthMax: number;
  readonly certificateBytesMax: number;
  /** Certificates in a path, anchor included. */
  readonly pathLengthMax: number;
  /** Signature checks for one chain: what an unauthenticated peer can make us compute. */
  readonly verificationsMax: number;
}

export const PATH_LIMITS: PathLimits = {
  chainLengthMax: 6,
  certificateBytesMax: 8_192,
  pathLengthMax: 6,
  verificationsMax: 12,
};

/** Judges a peer's chain. Never throws, whatever the bytes are. */
export function validatePath(question: PathQuestion): ValidPath | PathRefusal {
  const limits = question.limits ?? PATH_LIMITS;
  const { chain } = question;
  if (chain.length === 0) return refused('bad-certificate', 'the peer sent no certificate');
  if (chain.length > limits.chainLengthMax) {
    const detail = `the peer's chain has ${chain.length} certificates, at most ${limits.chainLengthMax} are read`;
    return refused('unsupported-certificate', detail);
  }
  const certificates: Certificate[] = [];
  for (const [index, der] of chain.entries()) {
    const certificate = readCertificate(der, limits.certificateBytesMax);
    if (certificate.kind === 'malformed') {
      const problem = `certificate ${index + 1} of the peer's chain ${PKI_FAULTS[certificate.fault]}`;
      const unsupported = certificate.fault === 'too-large' || certificate.fault === 'bad-version';
      return refused(unsupported ? 'unsupported-certificate' : 'bad-certificate', problem);
    }
    certificates.push(certificate);
  }
  return search(question, limits, certificates);
}

interface Search {
  readonly question: PathQuestion;
  readonly limits: PathLimits;
  readonly intermediates: readonly Certificate[];
  verificationsLeft: number;
  /** The refusal to report if nothing is found: of the attempt that came furthest. */
  best: { readonly rank: number; readonly refusal: PathRefusal };
}

function search(
  question: PathQuestion,
  limits: PathLimits,
  [leaf, ...intermediates]: readonly Certificate[],
): ValidPath | PathRefusal {
  const end = leaf as Certificate;
  const key = question.verifier.verifyKey(end.spki);
  const own = leafProblem(question, end, key);
  if (own !== undefined) return own;
  const nobody = `nobody configured as an authority issued ${named(end)} (its issuer is ${end.issuer.display})`;
  const state: Search = {
    question,
    limits,
    intermediates,
    verificationsLeft: limits.verificationsMax,
    best: { rank: 0, refusal: refused('unknown-authority', nobody) },
  };
  const isAnchor = question.anchors.some(({ der }) => equalBytes(der, end.der));
  const path = isAnchor ? [end] : extend(state, [end], 0);
  if (path === undefined || key === undefined) return state.best.refusal;
  const validUntil = path.map(endOf).reduce((first, each) => (each < first ? each : first));
  return { kind: 'valid', leaf: end, key, path, validUntil };
}

/** Completes a path upwards, depth first: the whole path, or `undefined` with the reason kept in the search. */
function extend(
  state: Search,
  path: readonly Certificate[],
  intermediatesBelow: number,
): readonly Certificate[] | undefined {
  const { question, limits, intermediates } = state;
  const subject = path.at(-1) as Certificate;
  if (path.length >= limits.pathLengthMax) {
    keep(state, path.length, refused('unsupported-certificate', `the path is longer than ${path.length}`));
    return undefined;
  }
  const issues = (issuer: Certificate): boolean =>
    equalBytes(issuer.subject.der, subject.issuer.der) && !path.some((used) => isSameAuthority(used, issuer));
  for (const anchor of question.anchors.filter(issues)) {
    if (mayFollow(state, path, anchor, intermediatesBelow)) return [...path, anchor];
  }
  for (const issuer of intermediates.filter(issues)) {
    if (!mayFollow(state, path, issuer, intermediatesBelow)) continue;
    const below = intermediatesBelow + (isSelfIssued(issuer) ? 0 : 1);
    const whole = extend(state, [...path, issuer], below);
    if (whole !== undefined) return whole;
  }
  return undefined;
}

/** Whether `issuer` may stand above the path so far. Cheap questions first, the signature last. */
function mayFollow(
  state: Search,
  path: readonly Certificate[],
  issuer: Certificate,
  intermediatesBelow: number,
): boolean {
  const { question } = state;
  const subject = path.at(-1) as Certificate;
  const problem =
    keyStrengthProblem(issuer) ??
    authorityProblem(issuer, intermediatesBelow) ??
    purposeProblem(issuer, question.purpose, 'authority') ??
    usableAt(issuer, question.at) ??
    checkedSignature(state, subject, issuer) ??
    revocationProblem(question, subject, issuer);
  if (problem === undefined) return true;
  keep(state, path.length, problem);
  return false;
}

function checkedSignature(state: Search, subject: Certificate, issuer: Certificate): PathRefusal | undefined {
  if (state.verificationsLeft === 0) {
    return refused('unsupported-certificate', 'the chain asks for more signature checks than one may');
  }
  state.verificationsLeft--;
  const problem = signatureProblem(subject, issuer, state.question.verifier);
  return problem === undefined ? undefined : refused(problem.reason, `${named(subject)}: ${problem.detail}`);
}

function revocationProblem(
  { revocation }: PathQuestion,
  subject: Certificate,
  issuer: Certificate,
): PathRefusal | undefined {
  const answer = revocation?.check(subject, issuer) ?? 'good';
  if (answer === 'revoked') {
    return refused('certificate-revoked', `${named(subject)}, serial ${subject.serialHex}, is revoked`);
  }
  if (answer === 'good' || revocation?.unknown !== 'refuse') return undefined;
  const detail = `there is no current revocation list of ${issuer.subject.display}, and one is required`;
  return refused('unknown-authority', detail);
}

/** What is wrong with the leaf whoever issued it. */
function leafProblem(
  { purpose, at }: PathQuestion,
  leaf: Certificate,
  key: VerifyKey | undefined,
): PathRefusal | undefined {
  const problem = keyStrengthProblem(leaf) ?? purposeProblem(leaf, purpose, 'leaf') ?? usableAt(leaf, at);
  if (problem !== undefined || key !== undefined) return problem;
  return refused('bad-certificate', `${named(leaf)} holds a public key that is not valid`);
}

/** RFC 4158 5.2: a path never goes through the same name and key twice, whatever certificates say so. */
function isSameAuthority(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.subject.der, b.subject.der) && equalBytes(a.spki, b.spki);
}

/** Keeps the refusal of the attempt that came furthest, the first of equals. */
function keep(state: Search, rank: number, refusal: PathRefusal): void {
  if (rank > state.best.rank) state.best = { rank, refusal };
}

const refused = (reason: PathRefusalReason, detail: string): PathRefusal => ({
  kind: 'refused',
  reason,
  detail,
});

const named = ({ subject }: Certificate): string => subject.display || 'a certificate without a name';
