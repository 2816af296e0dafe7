/**
 * The primitives that protocols are built on, behind one interface: `node` in production, `null` for fuzzing past
 * authentication. Synchronous, because the core is.
 */

export type HashName = 'sha256' | 'sha384';

export type AeadName =
  | 'aes-128-ccm-8'
  | 'aes-128-ccm'
  | 'aes-256-ccm-8'
  | 'aes-256-ccm'
  | 'aes-128-gcm'
  | 'aes-256-gcm'
  | 'chacha20-poly1305';

export interface AeadShape {
  readonly keyLength: number;
  readonly tagLength: number;
}

/** A key ready for use with one AEAD. Opaque: only the provider that made it can use it. */
export interface AeadKey {
  readonly aead: AeadName;
}

/** A key ready for HMAC. */
export interface MacKey {
  readonly hash: HashName;
}

export interface CryptoProvider {
  hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array;
  macKey(name: HashName, key: Uint8Array): MacKey;
  hmac(key: MacKey, ...parts: readonly Uint8Array[]): Uint8Array;
  aeadKey(name: AeadName, key: Uint8Array): AeadKey;
  /** Writes ciphertext and tag to `out` at `offset`; they are `plaintext.length + tagLength` bytes. */
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
  /** Equality in time that depends on the lengths only. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** A source of unpredictable bytes; the simulation's is seeded. */
export type Entropy = (length: number) => Uint8Array;
