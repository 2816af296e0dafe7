/**
 * The production provider: OpenSSL through node:crypto. Keys that live long are KeyObjects. Keys of records live as
 * long as their connection and there are two for each, so they are bytes: a KeyObject costs close to a kilobyte.
 */
import { type CipherCCMTypes, createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { assert, EMPTY } from '../../base/index.ts';
import { type AeadKey, type AeadName, AEADS, type CryptoProvider } from '../provider.ts';
import { type CbcKey, openCbc, sealCbc } from './cbc.ts';
import { derive, hash, hmac, macKey, wipe } from './digest.ts';
import { agree, certificateKey, ephemeral, sign, verify, verifyKey } from './public-key.ts';

interface NodeAeadKey extends AeadKey {
  readonly bytes: Uint8Array;
  /** Empty in an AEAD. */
  readonly mac: Uint8Array;
}

export const nodeProvider: CryptoProvider = {
  hash,
  macKey,
  hmac,
  derive,
  wipe,

  aeadKey(name: AeadName, key: Uint8Array): NodeAeadKey {
    const { keyLength, macKeyLength } = AEADS[name];
    assert(key.length === macKeyLength + keyLength, `a key for ${name} has its length`);
    return {
      aead: name,
      bytes: key.slice(macKeyLength),
      mac: macKeyLength === 0 ? EMPTY : key.slice(0, macKeyLength),
    };
  },

  seal(key, nonce, aad, plaintext, out, offset) {
    const { tagLength, cipher, blockLength } = AEADS[key.aead];
    if (blockLength > 0) return sealCbc(cbcKey(key), nonce, aad, plaintext, out.subarray(offset));
    // The CCM overload types all three: node tells the modes apart by name.
    const seal = createCipheriv(cipher as CipherCCMTypes, (key as NodeAeadKey).bytes, nonce, {
      authTagLength: tagLength,
    });
    seal.setAAD(aad, { plaintextLength: plaintext.length });
    out.set(seal.update(plaintext), offset);
    seal.final();
    out.set(seal.getAuthTag(), offset + plaintext.length);
  },

  open(key, nonce, aad, sealed) {
    const { tagLength, cipher, blockLength } = AEADS[key.aead];
    if (blockLength > 0) return openCbc(cbcKey(key), nonce, aad, sealed);
    const length = sealed.length - tagLength;
    if (length < 0) return undefined;
    const open = createDecipheriv(cipher as CipherCCMTypes, (key as NodeAeadKey).bytes, nonce, {
      authTagLength: tagLength,
    });
    open.setAuthTag(sealed.subarray(length));
    open.setAAD(aad, { plaintextLength: length });
    try {
      // CCM verifies in update(), GCM and ChaCha20-Poly1305 in final(): nothing is handed out before both passed.
      const plaintext = open.update(sealed.subarray(0, length));
      open.final();
      return plain(plaintext);
    } catch {
      return undefined;
    }
  },

  ephemeral,
  agree,
  verifyKey,
  certificateKey,
  verify,
  sign,

  equal(a, b) {
    return a.length === b.length && timingSafeEqual(a, b);
  },
};

const cbcKey = (key: AeadKey): CbcKey => ({ mac: (key as NodeAeadKey).mac, key: (key as NodeAeadKey).bytes });

/** The same memory as a plain Uint8Array: Buffers do not leave this folder. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
