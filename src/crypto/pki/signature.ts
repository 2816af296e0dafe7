/** What certificates and revocation lists are signed with: a closed table of algorithm identifiers. */
import { equalBytes, fromHex, required } from '../../base/index.ts';
import type { PublicKeyKind, SignatureName, VerifyKey } from '../provider.ts';
import { type DerElement, DerReader } from './der.ts';
import { decoding } from './fault.ts';

/** TLS ties the curve of ECDSA to its hash; certificates do not (RFC 5758 3.2). */
export type CertificateSignatureName =
  | SignatureName
  | 'ecdsa_secp256r1_sha384'
  | 'ecdsa_secp256r1_sha512'
  | 'ecdsa_secp384r1_sha256'
  | 'ecdsa_secp384r1_sha512';

/** The part of cryptography that judging certificates takes. `nodeCertificateVerifier` in production. */
export interface CertificateVerifier {
  /** See CryptoProvider. */
  verifyKey(spki: Uint8Array): VerifyKey | undefined;
  verifyCertificate(
    scheme: CertificateSignatureName,
    key: VerifyKey,
    signed: Uint8Array,
    signature: Uint8Array,
  ): boolean;
}

/** An algorithm as written in a certificate: which one it is depends on the issuer's key as well. */
export type SignatureAlgorithm =
  | {
      readonly kind: 'supported';
      readonly name: string;
      readonly schemes: Partial<Record<PublicKeyKind, CertificateSignatureName>>;
    }
  | { readonly kind: 'unsupported'; readonly name: string };

/** Looks an AlgorithmIdentifier up, parameters included: what differs in one byte is not supported. */
export function signatureAlgorithm({ whole, content }: DerElement): SignatureAlgorithm {
  for (const { der, name, schemes } of ALGORITHMS) {
    if (equalBytes(whole, der)) return { kind: 'supported', name, schemes };
  }
  const oid = decoding(() => new DerReader(content).oid());
  if (typeof oid !== 'string') return { kind: 'unsupported', name: 'an unreadable signature algorithm' };
  return { kind: 'unsupported', name: REFUSED[oid] ?? `the signature algorithm ${oid}` };
}

interface Algorithm {
  readonly name: string;
  readonly der: Uint8Array;
  readonly schemes: Partial<Record<PublicKeyKind, CertificateSignatureName>>;
}

const row = (name: string, der: string, schemes: Algorithm['schemes']): Algorithm => ({
  name,
  der: required(fromHex(der), 'a constant is hexadecimal'),
  schemes,
});

/** RFC 4055 3.1: hash, MGF1 with the same hash, a salt as long as the hash; the defaults (SHA-1) left out. */
const pss = (hashArc: string, saltLength: string): string => {
  const hash = `300d0609608648016503040${hashArc}0500`;
  return `304106092a864886f70d01010a3034a00f${hash}a11c301a06092a864886f70d010108${hash}a2030201${saltLength}`;
};

const ALGORITHMS: readonly Algorithm[] = [
  row('ecdsa-with-SHA256', '300a06082a8648ce3d040302', {
    'ec-p256': 'ecdsa_secp256r1_sha256',
    'ec-p384': 'ecdsa_secp384r1_sha256',
  }),
  row('ecdsa-with-SHA384', '300a06082a8648ce3d040303', {
    'ec-p256': 'ecdsa_secp256r1_sha384',
    'ec-p384': 'ecdsa_secp384r1_sha384',
  }),
  row('ecdsa-with-SHA512', '300a06082a8648ce3d040304', {
    'ec-p256': 'ecdsa_secp256r1_sha512',
    'ec-p384': 'ecdsa_secp384r1_sha512',
  }),
  row('Ed25519', '300506032b6570', { ed25519: 'ed25519' }),
  row('sha256WithRSAEncryption', '300d06092a864886f70d01010b0500', { rsa: 'rsa_pkcs1_sha256' }),
  row('sha384WithRSAEncryption', '300d06092a864886f70d01010c0500', { rsa: 'rsa_pkcs1_sha384' }),
  row('sha512WithRSAEncryption', '300d06092a864886f70d01010d0500', { rsa: 'rsa_pkcs1_sha512' }),
  row('RSASSA-PSS with SHA-256', pss('201', '20'), { rsa: 'rsa_pss_rsae_sha256' }),
  row('RSASSA-PSS with SHA-384', pss('202', '30'), { rsa: 'rsa_pss_rsae_sha384' }),
  row('RSASSA-PSS with SHA-512', pss('203', '40'), { rsa: 'rsa_pss_rsae_sha512' }),
];

/** Known, and not good enough or not built in. */
const REFUSED: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'RSA with MD5, which is broken',
  '1.2.840.113549.1.1.5': 'RSA with SHA-1, which is broken',
  '1.2.840.10045.4.1': 'ECDSA with SHA-1, which is broken',
  '1.2.840.10045.4.3.1': 'ECDSA with SHA-224',
  '1.2.840.10040.4.3': 'DSA with SHA-1',
  '1.2.840.113549.1.1.10': 'RSASSA-PSS with unusual parameters',
  '1.3.101.113': 'Ed448',
};
