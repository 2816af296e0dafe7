/** The content of a Certificate message -> a key to verify with, and the claim that it makes. */
import { type CryptoProvider, RAW_PUBLIC_KEY_KINDS, type VerifyKey } from '../../crypto/index.ts';
import type { Claim } from '../effect.ts';
import type { CertificateTypeName } from '../suite/certificate-types.ts';
import { violation } from '../violation.ts';

/**
 * `content` is not empty. A raw public key is of a kind that can be registered: P-256 or Ed25519; others come in
 * certificates only.
 */
export function certifiedKey(
  crypto: CryptoProvider,
  type: CertificateTypeName,
  content: readonly Uint8Array[],
): { claim: Extract<Claim, { kind: 'rpk' | 'x509' }>; key: VerifyKey } {
  const [first] = content as readonly [Uint8Array];
  if (type === 'raw-public-key') {
    const key = crypto.verifyKey(first);
    if (key === undefined || !RAW_PUBLIC_KEY_KINDS.includes(key.kind))
      return violation('unsupported-certificate');
    return { key, claim: { kind: 'rpk', fingerprint: crypto.hash('sha256', key.spki), spki: key.spki } };
  }
  const key = crypto.certificateKey(first);
  if (key === undefined) return violation('bad-certificate');
  return { key, claim: { kind: 'x509', fingerprint: crypto.hash('sha256', first), chain: content } };
}
