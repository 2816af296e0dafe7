/**
 * The primitives that protocols are built on, behind one interface: `node` in production, `null` for fuzzing past
 * authentication. Synchronous, because the core is.
 */

export type HashName = 'sha256' | 'sha384';

export interface AeadShape {
  /** OpenSSL's name. */
  readonly cipher: string;
  readonly keyLength: number;
  readonly tagLength: number;
  /** Of the MAC key where encryption and authentication have keys of their own; 0 in an AEAD. */
  readonly macKeyLength: number;
  /** What plaintext is padded to multiples of; 0: it is not padded. */
  readonly blockLength: number;
}

export const AEADS = {
  'aes-128-ccm-8': aead('aes-128-ccm', 16, 8),
  'aes-128-ccm': aead('aes-128-ccm', 16, 16),
  'aes-256-ccm-8': aead('aes-256-ccm', 32, 8),
  'aes-256-ccm': aead('aes-256-ccm', 32, 16),
  'aes-128-gcm': aead('aes-128-gcm', 16, 16),
  'aes-256-gcm': aead('aes-256-gcm', 32, 16),
  'chacha20-poly1305': aead('chacha20-poly1305', 32, 16),
  /** Encrypt-then-MAC (RFC 7366), in the shape of an AEAD; its key is the MAC key, then the cipher's. */
  'aes-128-cbc-sha256': {
    cipher: 'aes-128-cbc',
    keyLength: 16,
    tagLength: 32,
    macKeyLength: 32,
    blockLength: 16,
  },
} as const satisfies Record<string, AeadShape>;

/** How many bytes `length` bytes of plaintext become. */
export function sealedLength(name: AeadName, length: number): number {
  const { tagLength, blockLength } = AEADS[name];
  // A block cipher always adds at least one byte of padding.
  return tagLength + (blockLength === 0 ? length : (Math.floor(length / blockLength) + 1) * blockLength);
}

export type AeadName = keyof typeof AEADS;

function aead(cipher: string, keyLength: number, tagLength: number): AeadShape {
  return { cipher, keyLength, tagLength, macKeyLength: 0, blockLength: 0 };
}

/** A key ready for use with one AEAD. Opaque: only the provider that made it can use it. */
export interface AeadKey {
  readonly aead: AeadName;
}

/** A key ready for HMAC. */
export interface MacKey {
  readonly hash: HashName;
}

/** Groups for the exchange of ephemeral keys. */
export type GroupName = 'secp256r1' | 'x25519';

/** Half of an ephemeral exchange. Opaque but for the half that travels. */
export interface EphemeralKey {
  readonly group: GroupName;
  /** secp256r1: the uncompressed point, 65 bytes; x25519: 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Signature schemes by their TLS names (RFC 8446 4.2.3 gives the code points that RFC 5246 pairs agree with). */
export type SignatureName =
  | 'ecdsa_secp256r1_sha256'
  | 'ecdsa_secp384r1_sha384'
  | 'ed25519'
  | 'rsa_pkcs1_sha256'
  | 'rsa_pkcs1_sha384'
  | 'rsa_pkcs1_sha512'
  | 'rsa_pss_rsae_sha256'
  | 'rsa_pss_rsae_sha384'
  | 'rsa_pss_rsae_sha512';

export type PublicKeyKind = 'ec-p256' | 'ec-p384' | 'ed25519' | 'rsa';

/** What a raw public key may be (RFC 7250): no anchor limits it, so the narrower the better. */
export const RAW_PUBLIC_KEY_KINDS: readonly PublicKeyKind[] = ['ec-p256', 'ed25519'];

/** A public key to verify with. */
export interface VerifyKey {
  readonly kind: PublicKeyKind;
  /** Its canonical SubjectPublicKeyInfo, DER: equal keys have equal bytes. */
  readonly spki: Uint8Array;
}

/** A private key to sign with. Opaque but for its public half. */
export interface SigningKey {
  readonly kind: PublicKeyKind;
  readonly spki: Uint8Array;
}

export interface CryptoProvider {
  hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array;
  macKey(name: HashName, key: Uint8Array): MacKey;
  /** For what may be seen, such as cookies and `verify_data`. */
  hmac(key: MacKey, ...parts: readonly Uint8Array[]): Uint8Array;
  /** The same where it yields a key: dearer, because nothing is left of that in memory but the bytes returned. */
  derive(key: MacKey, ...parts: readonly Uint8Array[]): Uint8Array;
  /** Overwrites a key that nobody uses any more. */
  wipe(key: MacKey): void;
  aeadKey(name: AeadName, key: Uint8Array): AeadKey;
  /** Writes ciphertext and tag to `out` at `offset`; they are {@link sealedLength} bytes. */
  seal(
    key: AeadKey,
    nonce: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
    out: Uint8Array,
    offset: number,
  ): void;
  /** The plaintext in memory of its own, or `undefined` when the tag does not verify. */
  open(key: AeadKey, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /** A fresh key of the group; all its chance comes from `entropy`. */
  ephemeral(group: GroupName, entropy: Entropy): EphemeralKey;
  /** The shared secret, or `undefined` when the peer's half is no valid public key or the secret is all zero. */
  agree(key: EphemeralKey, peer: Uint8Array): Uint8Array | undefined;
  /** A key from SubjectPublicKeyInfo; `undefined` for any encoding but the canonical one of a kind we know. */
  verifyKey(spki: Uint8Array): VerifyKey | undefined;
  /** The key inside an X.509 certificate, DER; the certificate itself is not judged. */
  certificateKey(certificate: Uint8Array): VerifyKey | undefined;
  verify(scheme: SignatureName, key: VerifyKey, signed: Uint8Array, signature: Uint8Array): boolean;
  sign(scheme: SignatureName, key: SigningKey, signed: Uint8Array): Uint8Array;
  /** Equality in time that depends on the lengths only. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** A source of unpredictable bytes; the simulation's is seeded. */
export type Entropy = (length: number) => Uint8Array;
