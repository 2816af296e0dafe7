/** Signature schemes by code point: the pairs of RFC 5246 7.4.1.4.1, and the later ones of RFC 8446 4.2.3. */
import type { PublicKeyKind, SignatureName } from '../../crypto/index.ts';

export interface SignatureScheme {
  readonly id: number;
  readonly name: SignatureName;
  /** The kind of key it is made with. */
  readonly key: PublicKeyKind;
}

/** In order of preference. SHA-1 and what is older are not here: they are neither offered nor accepted. */
export const SIGNATURES = [
  { id: 0x0403, name: 'ecdsa_secp256r1_sha256', key: 'ec-p256' },
  { id: 0x0807, name: 'ed25519', key: 'ed25519' },
  { id: 0x0503, name: 'ecdsa_secp384r1_sha384', key: 'ec-p384' },
  { id: 0x0804, name: 'rsa_pss_rsae_sha256', key: 'rsa' },
  { id: 0x0805, name: 'rsa_pss_rsae_sha384', key: 'rsa' },
  { id: 0x0806, name: 'rsa_pss_rsae_sha512', key: 'rsa' },
  { id: 0x0401, name: 'rsa_pkcs1_sha256', key: 'rsa' },
  { id: 0x0501, name: 'rsa_pkcs1_sha384', key: 'rsa' },
  { id: 0x0601, name: 'rsa_pkcs1_sha512', key: 'rsa' },
] as const satisfies readonly SignatureScheme[];

export function signatureById(id: number): SignatureScheme | undefined {
  return SIGNATURES.find((row) => row.id === id);
}

/** The first scheme that fits the key and that the other side accepts. */
export function signatureFor(key: PublicKeyKind, accepted: readonly number[]): SignatureScheme | undefined {
  return SIGNATURES.find((row) => row.key === key && accepted.includes(row.id));
}

/** Whether a scheme goes with a key. Before TLS 1.3 a hash said nothing about the curve (RFC 5246 7.4.1.4.1). */
export function fitsKey(scheme: SignatureScheme, key: PublicKeyKind): boolean {
  return scheme.key === key || (scheme.key.startsWith('ec-') && key.startsWith('ec-'));
}
