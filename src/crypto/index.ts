/** crypto: primitives behind one interface. The only room of the pure house that may use node:crypto. */
export { nodeEntropy } from './node/entropy.ts';
export { nodeProvider } from './node/provider.ts';
export { signingKey } from './node/public-key.ts';
export { dangerousNullProvider } from './null/provider.ts';
export { kindOfSpki, spkiOfP256 } from './pki/spki.ts';
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
  sealedLength,
  type SignatureName,
  type SigningKey,
  type VerifyKey,
} from './provider.ts';
export {
  MASTER_KEY_BYTES,
  type MasterKey,
  masterKey,
  type SealedFor,
  sealKey,
  tokenDigest,
  tokenMatches,
  unsealKey,
} from './sealing.ts';
