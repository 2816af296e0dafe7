/** Files of certificates as operators configure them: the authorities to believe, and a gateway's own chain. */
import { equalBytes, fromUtf8 } from '../../base/index.ts';
import type { SigningKey } from '../provider.ts';
import { describeDer } from './describe-der.ts';
import { PKI_FAULTS } from './fault.ts';
import { keyStrengthProblem } from './path-rules.ts';
import { looksLikePem, pemBlocks } from './pem.ts';
import { type Certificate, readCertificate } from './x509.ts';

export type Certificates = { readonly kind: 'certificates'; readonly certificates: readonly Certificate[] };
export type CertificateFileProblem = { readonly kind: 'problem'; readonly problem: string };

/**
 * The authorities in a file: PEM with one or more certificates, or one in DER. Devices' own certificates may be among
 * them (they are then believed by themselves); keys that are too weak may not.
 */
export function readAnchors(input: string | Uint8Array): Certificates | CertificateFileProblem {
  const read = readAll(input);
  if (read.kind === 'problem') return read;
  for (const certificate of read.certificates) {
    const weak = keyStrengthProblem(certificate);
    if (weak !== undefined) return problem(weak.detail);
  }
  return read;
}

/** A gateway's chain: its own certificate first, which holds the public half of `key`, then whoever issued which. */
export function readOwnChain(
  input: string | Uint8Array,
  key: SigningKey,
): Certificates | CertificateFileProblem {
  const read = readAll(input);
  if (read.kind === 'problem') return read;
  const [leaf, ...issuers] = read.certificates;
  if (leaf === undefined || !equalBytes(leaf.spki, key.spki)) {
    const elsewhere = issuers.some(({ spki }) => equalBytes(spki, key.spki));
    return problem(
      elsewhere
        ? 'the certificate of the private key must come first in the file, and it comes later'
        : `the first certificate (${leaf?.subject.display ?? ''}) does not belong to the private key`,
    );
  }
  // RFC 5246 7.4.2: each certificate directly certifies the one before it; some clients insist.
  for (const [i, issuer] of issuers.entries()) {
    const subject = read.certificates[i] as Certificate;
    if (equalBytes(subject.issuer.der, issuer.subject.der)) continue;
    return problem(
      `out of order: ${issuer.subject.display} did not issue ${subject.subject.display} before it`,
    );
  }
  return read;
}

function readAll(input: string | Uint8Array): Certificates | CertificateFileProblem {
  const ders = input.length > INPUT_MAX ? `a file of ${input.length} bytes` : dersIn(input);
  if (typeof ders === 'string') return problem(`found ${ders}; ${ACCEPTED}`);
  const certificates: Certificate[] = [];
  for (const [i, der] of ders.entries()) {
    const certificate = readCertificate(der);
    if (certificate.kind === 'malformed') {
      return problem(
        `found, as certificate ${i + 1}, one that ${PKI_FAULTS[certificate.fault]}; ${ACCEPTED}`,
      );
    }
    certificates.push(certificate);
  }
  return { kind: 'certificates', certificates };
}

/** The certificates of a file, or words for what is in it instead. */
function dersIn(input: string | Uint8Array): readonly Uint8Array[] | string {
  const text = typeof input === 'string' ? input : fromUtf8(input);
  if (text === undefined || !looksLikePem(text)) {
    if (typeof input === 'string') return 'text that is no PEM';
    const what = describeDer(input);
    if (what.kind === 'certificate') return [input];
    return what.kind === 'other' ? what.words : DER_WORDS[what.kind];
  }
  const blocks = pemBlocks(text, CERTIFICATES_MAX);
  if (blocks === undefined) return `PEM that is damaged or has more than ${CERTIFICATES_MAX} parts`;
  const stranger = blocks.find(({ label, headers }) => label !== 'CERTIFICATE' || headers);
  return stranger === undefined ? blocks.map(({ der }) => der) : `PEM of the kind ${stranger.label}`;
}

const problem = (text: string): CertificateFileProblem => ({ kind: 'problem', problem: text });

const DER_WORDS = { spki: 'a public key', 'private-key': 'a private key' } as const;
const ACCEPTED = 'accepted are X.509 v3 certificates: PEM (CERTIFICATE) or one in DER';
const CERTIFICATES_MAX = 256;
const INPUT_MAX = 1_048_576;
