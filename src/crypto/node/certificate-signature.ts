/** Signatures on certificates, which may pair curves and hashes that TLS does not. */
import { createPublicKey, verify as verifyWith } from 'node:crypto';
import type { CertificateSignatureName, CertificateVerifier } from '../pki/signature.ts';
import type { PublicKeyKind, SignatureName } from '../provider.ts';
import { verify, verifyKey } from './public-key.ts';

export const nodeCertificateVerifier: CertificateVerifier = {
  verifyKey,

  verifyCertificate(scheme, key, signed, signature) {
    if (!isUnusual(scheme)) return verify(scheme, key, signed, signature);
    const { kind, hash } = UNUSUAL[scheme];
    if (kind !== key.kind) return false;
    try {
      const object = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
      return verifyWith(hash, signed, object, signature);
    } catch {
      return false;
    }
  },
};

function isUnusual(scheme: CertificateSignatureName): scheme is Unusual {
  return Object.hasOwn(UNUSUAL, scheme);
}

type Unusual = Exclude<CertificateSignatureName, SignatureName>;

const UNUSUAL = {
  ecdsa_secp256r1_sha384: { kind: 'ec-p256', hash: 'sha384' },
  ecdsa_secp256r1_sha512: { kind: 'ec-p256', hash: 'sha512' },
  ecdsa_secp384r1_sha256: { kind: 'ec-p384', hash: 'sha256' },
  ecdsa_secp384r1_sha512: { kind: 'ec-p384', hash: 'sha512' },
} as const satisfies Record<Unusual, { readonly kind: PublicKeyKind; readonly hash: string }>;
