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
}

export const AEADS = {
  'aes-128-ccm-8': { cipher: 'aes-128-ccm', keyLength: 16, tagLength: 8 },
  'aes-128-ccm': { cipher: 'aes-128-ccm', keyLength: 16, tagLength: 16 },
  'aes-256-ccm-8': { cipher: 'aes-256-ccm', keyLength: 32, tagLength: 8 },
  'aes-256-ccm': { cipher: 'aes-256-ccm', keyLength: 32, tagLength: 16 },
  'aes-128-gcm': { cipher: 'aes-128-gcm', keyLength: 16, tagLength: 16 },
  'aes-256-gcm': { cipher: 'aes-256-gcm', keyLength: 32, tagLength: 16 },
  'chacha20-poly1305': { cipher: 'chacha20-poly1305', keyLength: 32, tagLength: 16 },
} as const satisfies Record<string, AeadShape>;

export type AeadName = keyof typeof AEADS;

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
