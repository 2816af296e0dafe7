/** The rules of RFC 5280 that look at one certificate of a path. Each answers what is wrong, or `undefined`. */
import { type WallTime, wallTime } from '../../base/index.ts';
import type { PathRefusal, PathRefusalReason } from './path.ts';
import { describeSpki, RSA_BITS_MAX, rsaModulusBits } from './spki.ts';
import type { Certificate } from './x509.ts';

export type CertificatePurpose = 'client' | 'server';

type Problem = PathRefusal | undefined;

/** Validity, inclusive at both ends (RFC 5280 4.1.2.5). */
export function usableAt(certificate: Certificate, at: WallTime): Problem {
  if (at < certificate.notBefore) return because('certificate-expired', certificate, 'is not valid yet');
  if (at >= endOf(certificate)) return because('certificate-expired', certificate, 'has expired');
  return undefined;
}

/** From when on it has expired: `notAfter` names a second, and all of that second is valid. */
export const endOf = ({ notAfter }: Certificate): WallTime => wallTime(notAfter + 1_000);

/** Kinds of keys that are accepted, and RSA neither too small to trust nor too large to compute with. */
export function keyStrengthProblem(certificate: Certificate): Problem {
  const bits = rsaModulusBits(certificate.spki);
  const fits = bits === undefined || (bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX);
  if (certificate.keyKind !== undefined && fits) return undefined;
  const accepted = `P-256, P-384, Ed25519 and RSA of ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits are accepted`;
  const what = `holds ${describeSpki(certificate.spki)}; ${accepted}`;
  return because('unsupported-certificate', certificate, what);
}

/** Extended key usage, key usage of a leaf, and extensions that this implementation does not evaluate. */
export function purposeProblem(
  certificate: Certificate,
  purpose: CertificatePurpose,
  role: 'leaf' | 'authority',
): Problem {
  const { extendedKeyUsage, keyUsage, unknownCritical, nameConstraints } = certificate.extensions;
  const [unknown] = unknownCritical;
  if (unknown !== undefined) {
    const what = `has the critical extension ${unknown}, which is not understood here`;
    return because('unsupported-certificate', certificate, what);
  }
  if (nameConstraints) {
    return because(
      'unsupported-certificate',
      certificate,
      'has name constraints, which are not evaluated here',
    );
  }
  const wanted = PURPOSES[purpose];
  const allows = (oid: string): boolean => oid === wanted.oid || oid === ANY_EXTENDED_KEY_USAGE;
  if (extendedKeyUsage !== undefined && !extendedKeyUsage.some(allows)) {
    return because('unsupported-certificate', certificate, `may not be used for ${wanted.name}`);
  }
  // Every key exchange here has the holder sign.
  if (role === 'leaf' && keyUsage !== undefined && !keyUsage.includes('digitalSignature')) {
    const what = 'may not be used for signatures (keyUsage has no digitalSignature)';
    return because('unsupported-certificate', certificate, what);
  }
  return undefined;
}

/** RFC 5280 6.1.4 (k) to (n): whether a certificate may issue others, with so many intermediates below it. */
export function authorityProblem(certificate: Certificate, intermediatesBelow: number): Problem {
  const { basicConstraints, keyUsage } = certificate.extensions;
  if (basicConstraints?.ca !== true) {
    const what = 'issued a certificate but is no certification authority (basicConstraints)';
    return because('bad-certificate', certificate, what);
  }
  if (keyUsage !== undefined && !keyUsage.includes('keyCertSign')) {
    const what = 'issued a certificate but may not (keyUsage has no keyCertSign)';
    return because('bad-certificate', certificate, what);
  }
  const { pathLength } = basicConstraints;
  if (pathLength !== undefined && intermediatesBelow > pathLength) {
    const what = `allows ${pathLength} intermediate certificates below it, and there are ${intermediatesBelow}`;
    return because('bad-certificate', certificate, what);
  }
  return undefined;
}

function because(reason: PathRefusalReason, { subject }: Certificate, what: string): PathRefusal {
  return {
    kind: 'refused',
    reason,
    detail: `the certificate of ${subject.display || '(no name)'} ${what}`,
  };
}

const PURPOSES = {
  client: { oid: '1.3.6.1.5.5.7.3.2', name: 'clients (no clientAuth in its extended key usage)' },
  server: { oid: '1.3.6.1.5.5.7.3.1', name: 'servers (no serverAuth in its extended key usage)' },
} as const satisfies Record<CertificatePurpose, { readonly oid: string; readonly name: string }>;

const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';
const RSA_BITS_MIN = 2_048;
