/**
 * crypto: primitives behind one interface, and what certificates and public keys are made of. The only room of the pure
 * house that may use node:crypto.
 *
 *   provider.ts (what protocols ask for) <-- node/   production
 *                                        <-- null/   for the fuzzer, to get past authentication; never in a process
 *   bytes --pki/der, spki, x509, crl--> values --pki/path--> a valid path to an anchor, or why there is none
 *   key --sealing.ts--> what the store may keep
 *
 * RFC 5280 (certificates, lists, paths), 5480 and 8410 (public keys), 7468 (PEM), 7517 (JWK).
 * Invariants: parsers are total and bounded, and name what is wrong; secrets are compared in constant time, here and
 * nowhere else; nothing is half understood: what is critical and unknown is refused.
 * What it does not do: keep keys, read files, know who anybody is, or make certificates.
 */
export { nodeCertificateVerifier } from './node/certificate-signature.ts';
export { nodeEntropy } from './node/entropy.ts';
export {
  generateIdentityKey,
  type IdentityKey,
  type IdentityKeyKind,
  importIdentityKey,
} from './node/identity-key.ts';
export { nodeProvider } from './node/provider.ts';
export { signingKey } from './node/public-key.ts';
export { dangerousNullProvider } from './null/provider.ts';
export { type Anchor, type AnchorRule, openAnchors } from './pki/anchor.ts';
export {
  type CertificateFileProblem,
  type Certificates,
  readAnchors,
  readOwnChain,
} from './pki/certificate-files.ts';
export {
  compareCrls,
  CRL_LIMITS,
  type CrlLimits,
  type CrlProblem,
  crlFreshness,
  type ListAge,
  type RevocationList,
  readCrl,
  revocationCheck,
  type VerifiedList,
  verifyCrl,
} from './pki/crl.ts';
export { type Malformed, PKI_FAULTS, type PkiFault } from './pki/fault.ts';
export { spokenFingerprint } from './pki/fingerprint.ts';
export { type ImportedKey, importPublicKey, type KeyCrypto, type KeyProblem } from './pki/key-import.ts';
export type { DistinguishedName } from './pki/name.ts';
export {
  PATH_LIMITS,
  type PathLimits,
  type PathQuestion,
  type PathRefusal,
  type PathRefusalReason,
  type RevocationAnswer,
  type RevocationCheck,
  type ValidPath,
  validatePath,
} from './pki/path.ts';
export type { CertificatePurpose } from './pki/path-rules.ts';
export { pem, type PemBlock, pemBlocks } from './pki/pem.ts';
export { isForServer } from './pki/server-name.ts';
export type { CertificateSignatureName, CertificateVerifier } from './pki/signature.ts';
export { describeSpki, displayKind, kindOfSpki, spkiOfP256 } from './pki/spki.ts';
export {
  matchSubject,
  matchSubjects,
  type SubjectMatch,
  type SubjectRule,
  type SubjectRuleProblem,
  type SubjectRuleSource,
  subjectRule,
} from './pki/subject-rule.ts';
export { subjectText } from './pki/subject-text.ts';
export { type Certificate, readCertificate } from './pki/x509.ts';
export {
  type AeadKey,
  type AeadName,
  type AeadShape,
  AEADS,
  type CryptoProvider,
  type Entropy,
  type EphemeralKey,
  type GroupName,
  type HashName,
  type MacKey,
  type PublicKeyKind,
  RAW_PUBLIC_KEY_KINDS,
  sealedLength,
  type SignatureName,
  type SigningKey,
  type VerifyKey,
} from './provider.ts';
export {
  keyedHash,
  MASTER_KEY_BYTES,
  type MasterKey,
  masterKey,
  type SealedFor,
  sealKey,
  tokenDigest,
  tokenMatches,
  unsealKey,
} from './sealing.ts';
