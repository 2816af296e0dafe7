/** What a server proves itself with, as a person compares it. */
import { toHex } from '../../base/index.ts';
import { nodeProvider, PKI_FAULTS, readCertificate, spokenFingerprint } from '../../crypto/index.ts';
import type { CredentialQuestion } from '../../dtls/index.ts';

export interface ServerKey {
  readonly kind: 'rpk' | 'x509';
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal; of a certificate that cannot be read, none. */
  readonly fingerprint: string | null;
  readonly spoken: string | null;
  readonly certificate: {
    readonly subject: string;
    readonly issuer: string;
    /** Milliseconds since 1970. */
    readonly notAfter: number | null;
    readonly chainLength: number;
  } | null;
}

/** The key in the question that the client role asks about its server. */
export function serverKeyOf(ask: CredentialQuestion): ServerKey | undefined {
  if (ask.kind === 'rpk') return { kind: 'rpk', ...fingerprintOf(ask.spki), certificate: null };
  if (ask.kind !== 'x509') return undefined;
  const leaf = readCertificate(ask.chain[0] ?? new Uint8Array(0));
  const chainLength = ask.chain.length;
  if (leaf.kind === 'malformed') {
    const subject = `a certificate that ${PKI_FAULTS[leaf.fault]}`;
    const certificate = { subject, issuer: 'unknown', notAfter: null, chainLength };
    return { kind: 'x509', fingerprint: null, spoken: null, certificate };
  }
  const { subject, issuer, notAfter } = leaf;
  const certificate = { subject: subject.display, issuer: issuer.display, notAfter, chainLength };
  return { kind: 'x509', ...fingerprintOf(leaf.spki), certificate };
}

function fingerprintOf(spki: Uint8Array): { fingerprint: string; spoken: string } {
  const fingerprint = toHex(nodeProvider.hash('sha256', spki));
  return { fingerprint, spoken: spokenFingerprint(fingerprint) };
}
