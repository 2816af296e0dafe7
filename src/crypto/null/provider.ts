/**
 * A provider without any security, for fuzzing: every record authenticates, so that a mutated datagram reaches the
 * code behind authentication. Deterministic. Never wired outside tests.
 */
import {
  type AeadKey,
  sealedLength,
  type CryptoProvider,
  type EphemeralKey,
  type MacKey,
  type VerifyKey,
} from '../provider.ts';

export const dangerousNullProvider: CryptoProvider = {
  hash: (name, ...parts) => mix(name === 'sha256' ? 32 : 48, parts),
  macKey: (hash): MacKey => ({ hash }),
  hmac: (key, ...parts) => mix(key.hash === 'sha256' ? 32 : 48, parts),
  derive: (key, ...parts) => mix(key.hash === 'sha256' ? 32 : 48, parts),
  wipe: () => undefined,
  aeadKey: (aead): AeadKey => ({ aead }),
  /** The plaintext, zeros, and at the very end how many of them there are. */
  seal(key, _nonce, _aad, plaintext, out, offset) {
    const end = offset + sealedLength(key.aead, plaintext.length);
    out.set(plaintext, offset);
    out.fill(0, offset + plaintext.length, end);
    out[end - 1] = end - offset - plaintext.length;
  },
  open(_key, _nonce, _aad, sealed) {
    const added = sealed[sealed.length - 1] ?? 0;
    return added === 0 || added > sealed.length ? undefined : sealed.slice(0, -added);
  },
  ephemeral: (group, entropy): EphemeralKey => ({
    group,
    publicKey: entropy(group === 'secp256r1' ? 65 : 32),
  }),
  agree: (key, peer) => mix(32, [key.publicKey.subarray(0, 0), peer.subarray(0, 0)]),
  verifyKey: (spki): VerifyKey | undefined =>
    spki.length === 0 ? undefined : { kind: 'ec-p256', spki: spki.slice() },
  certificateKey: (certificate): VerifyKey | undefined =>
    certificate.length === 0 ? undefined : { kind: 'ec-p256', spki: certificate.slice() },
  verify: () => true,
  sign: () => new Uint8Array(64),
  equal: () => true,
};

/** FNV-1a stretched to `length` bytes: different inputs differ, nothing more is promised. */
function mix(length: number, parts: readonly Uint8Array[]): Uint8Array {
  let state = 0x811c9dc5;
  for (const part of parts) for (const byte of part) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    state = Math.imul(state ^ i, 0x01000193) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}
