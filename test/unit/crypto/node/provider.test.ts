import assert from 'node:assert/strict';
import crypto, { createCipheriv, createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, test } from 'node:test';
import { AssertionFault, concat, fromHex, required, toHex, utf8 } from '../../../../src/base/index.ts';
import {
  type AeadName,
  AEADS,
  dangerousNullProvider,
  nodeEntropy,
  nodeProvider,
} from '../../../../src/crypto/index.ts';
import { sealedLength } from '../../../../src/crypto/provider.ts';
import { Random } from '../../../support/dtls-random.ts';

interface AeadVector {
  readonly from: string;
  readonly aead: AeadName;
  readonly key: string;
  readonly nonce: string;
  readonly aad: string;
  readonly plaintext: string;
  readonly sealed: string;
}

const bytes = (hex: string): Uint8Array => required(fromHex(hex), 'vectors are hexadecimal');
const vectors = JSON.parse(
  readFileSync(new URL('../../../rfc/vectors/aead.json', import.meta.url), 'utf8'),
) as AeadVector[];

function sealed(aead: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array) {
  const out = new Uint8Array(3 + plaintext.length + AEADS[aead].tagLength);
  nodeProvider.seal(nodeProvider.aeadKey(aead, key), nonce, aad, plaintext, out, 3);
  assert.deepEqual(out.subarray(0, 3), new Uint8Array(3), 'nothing is written in front of the offset');
  return out.subarray(3);
}

describe('known answers', () => {
  for (const vector of vectors) {
    test(`${vector.aead}: ${vector.from}`, () => {
      const { aead } = vector;
      const [key, nonce, aad] = [bytes(vector.key), bytes(vector.nonce), bytes(vector.aad)];
      assert.equal(toHex(sealed(aead, key, nonce, aad, bytes(vector.plaintext))), vector.sealed);
      const opened = nodeProvider.open(nodeProvider.aeadKey(aead, key), nonce, aad, bytes(vector.sealed));
      assert.equal(toHex(opened as Uint8Array), vector.plaintext);
    });
  }
});

/**
 * RFC 3610, by the letter, over AES blocks: B_0, B_1.. for the MAC, A_0, A_1.. for the stream; a 12-byte nonce, L =
 * 3.
 */
function naiveCcm(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, tag: number) {
  const block = (input: Uint8Array): Uint8Array => {
    const cipher = createCipheriv(key.length === 16 ? 'aes-128-ecb' : 'aes-256-ecb', key, null);
    return cipher.setAutoPadding(false).update(input);
  };
  const length = (value: number) => Uint8Array.of(value >>> 16, (value >>> 8) & 0xff, value & 0xff);
  const padded = (part: Uint8Array) => concat(part, new Uint8Array((16 - (part.length % 16)) % 16));
  const flags = 64 * (aad.length > 0 ? 1 : 0) + 8 * ((tag - 2) / 2) + 2;
  const head = concat(Uint8Array.of(flags), nonce, length(plaintext.length));
  const prefix =
    aad.length === 0 ? aad : padded(concat(Uint8Array.of(aad.length >>> 8, aad.length & 0xff), aad));
  const macInput = concat(head, prefix, padded(plaintext));
  let mac: Uint8Array = new Uint8Array(16);
  for (let at = 0; at < macInput.length; at += 16) {
    const before = mac;
    mac = block(macInput.slice(at, at + 16).map((byte, i) => byte ^ (before[i] as number)));
  }
  const stream = (counter: number) => block(concat(Uint8Array.of(2), nonce, length(counter)));
  const ciphertext = plaintext.map((byte, i) => byte ^ (stream(1 + (i >> 4))[i & 15] as number));
  const zero = stream(0);
  return concat(
    ciphertext,
    mac.slice(0, tag).map((byte, i) => byte ^ (zero[i] as number)),
  );
}

describe('AES-CCM agrees with RFC 3610 by the letter', () => {
  for (const aead of ['aes-128-ccm-8', 'aes-128-ccm', 'aes-256-ccm-8', 'aes-256-ccm'] as const) {
    test(aead, () => {
      const random = new Random(3_610);
      for (const length of [0, 1, 15, 16, 17, 32, 100]) {
        const [key, nonce] = [random.bytes(AEADS[aead].keyLength), random.bytes(12)];
        const [aad, plaintext] = [random.bytes(13), random.bytes(length)];
        const expected = naiveCcm(key, nonce, aad, plaintext, AEADS[aead].tagLength);
        assert.equal(toHex(sealed(aead, key, nonce, aad, plaintext)), toHex(expected));
      }
    });
  }
});

describe('every AEAD, and what has the shape of one', () => {
  for (const aead of Object.keys(AEADS) as AeadName[]) {
    const { keyLength, macKeyLength, blockLength } = AEADS[aead];
    const wholeKey = keyLength + macKeyLength;
    const nonceLength = blockLength === 0 ? 12 : blockLength;

    test(`${aead} opens what it sealed, and nothing that differs in a bit`, () => {
      const random = new Random(1);
      const key = nodeProvider.aeadKey(aead, random.bytes(wholeKey));
      const [nonce, aad, plaintext] = [random.bytes(nonceLength), random.bytes(13), random.bytes(20)];
      const record = new Uint8Array(sealedLength(aead, 20));
      nodeProvider.seal(key, nonce, aad, plaintext, record, 0);
      assert.deepEqual(nodeProvider.open(key, nonce, aad, record), plaintext);
      // Encrypt-then-MAC puts a length of its own behind the associated bytes (RFC 7366 3).
      const covered = blockLength === 0 ? aad : aad.subarray(0, -2);
      for (const part of [record, nonce, covered]) {
        for (let bit = 0; bit < 8 * part.length; bit++) {
          part[bit >> 3] = (part[bit >> 3] as number) ^ (1 << (bit & 7));
          assert.equal(nodeProvider.open(key, nonce, aad, record), undefined);
          part[bit >> 3] = (part[bit >> 3] as number) ^ (1 << (bit & 7));
        }
      }
      for (let length = 0; length < record.length; length++)
        assert.equal(nodeProvider.open(key, nonce, aad, record.subarray(0, length)), undefined);
      assert.deepEqual(nodeProvider.open(key, nonce, aad, record), plaintext);
    });

    test(`${aead} takes plaintext of any length`, () => {
      const key = nodeProvider.aeadKey(aead, new Uint8Array(wholeKey).fill(3));
      const [nonce, aad] = [new Uint8Array(nonceLength), new Uint8Array(13)];
      for (let length = 0; length <= 40; length++) {
        const plaintext = new Uint8Array(length).fill(length);
        const record = new Uint8Array(sealedLength(aead, length));
        nodeProvider.seal(key, nonce, aad, plaintext, record, 0);
        assert.deepEqual(nodeProvider.open(key, nonce, aad, record), plaintext, `${length} bytes`);
      }
    });

    test(`${aead} takes keys of its length only, and keeps none that the caller can change`, () => {
      for (const length of [0, wholeKey - 1, wholeKey + 1])
        assert.throws(() => nodeProvider.aeadKey(aead, new Uint8Array(length)), AssertionFault);
      const mine = new Uint8Array(wholeKey).fill(1);
      const key = nodeProvider.aeadKey(aead, mine);
      const seal = () => {
        const out = new Uint8Array(sealedLength(aead, 0));
        nodeProvider.seal(key, new Uint8Array(nonceLength), new Uint8Array(13), new Uint8Array(0), out, 0);
        return out;
      };
      const before = seal();
      mine.fill(0);
      assert.deepEqual(seal(), before);
    });
  }
});

test('hashes and MACs go over all parts, in order', () => {
  for (const name of ['sha256', 'sha384'] as const) {
    const expected = createHash(name).update('one two').digest('hex');
    assert.equal(toHex(nodeProvider.hash(name, utf8('one '), utf8('two'))), expected);
    assert.equal(toHex(nodeProvider.hash(name, utf8('one two'))), expected);
    const key = nodeProvider.macKey(name, utf8('k'));
    const mac = createHmac(name, 'k').update('one two').digest('hex');
    assert.equal(toHex(nodeProvider.hmac(key, utf8('one'), utf8(' two'))), mac);
  }
});

test('MACs agree with those of OpenSSL whatever the length of key and message', () => {
  for (const name of ['sha256', 'sha384'] as const) {
    for (let length = 0; length <= 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => 7 * i + length);
      const [key, short] = [nodeProvider.macKey(name, bytes), bytes.subarray(0, length % 150)];
      // Twice with the same key: what a longer message left behind is no part of a shorter one.
      for (const message of [bytes, short]) {
        const mac = createHmac(name, bytes).update(message).digest('hex');
        assert.equal(toHex(nodeProvider.hmac(key, message)), mac, `${name}, ${length}`);
        assert.equal(toHex(nodeProvider.derive(key, message)), mac, `${name}, ${length}`);
      }
    }
  }
});

test('K20: no key is ever a string, which nobody could wipe', (t) => {
  const texts: string[] = [];
  const { hash } = crypto;
  t.mock.method(crypto, 'hash', (...given: Parameters<typeof hash>) => {
    const digest = hash(...given);
    if (typeof digest === 'string') texts.push(Buffer.from(digest, 'latin1').toString('hex'));
    return digest;
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const name of ['sha256', 'sha384'] as const) {
    const bytes = new Uint8Array(200).fill(7);
    const derived = nodeProvider.derive(nodeProvider.macKey(name, bytes), utf8('message'));
    assert.ok(!texts.includes(toHex(derived)));
    // A key longer than a block is replaced by its hash.
    assert.ok(!texts.includes(createHash(name).update(bytes).digest('hex')));
    assert.ok(texts.length > 0);
  }
});

test('a key that was wiped is all zeros', () => {
  const key = nodeProvider.macKey('sha256', utf8('secret'));
  nodeProvider.hmac(key, utf8('message'));
  nodeProvider.wipe(key);
  const parts = Object.values(key).filter((part) => part instanceof Uint8Array);
  assert.equal(parts.length, 2);
  for (const part of parts) assert.ok(part.every((byte) => byte === 0));
});

test('equality', () => {
  const one = utf8('same length');
  assert.equal(nodeProvider.equal(one, one.slice()), true);
  assert.equal(nodeProvider.equal(one, utf8('same lengtj')), false);
  assert.equal(nodeProvider.equal(one, one.subarray(1)), false);
  assert.equal(nodeProvider.equal(new Uint8Array(0), new Uint8Array(0)), true);
});

describe('entropy', () => {
  test('is never given out twice, across the blocks it is drawn in', () => {
    const entropy = nodeEntropy();
    const seen = new Set<string>();
    for (let i = 0; i < 1_000; i++) seen.add(toHex(entropy(32)));
    assert.equal(seen.size, 1_000);
  });

  test('comes in the length asked for, in memory of its own', () => {
    const entropy = nodeEntropy();
    for (const length of [0, 1, 4_096]) {
      const drawn = entropy(length);
      assert.equal(drawn.length, length);
      assert.equal(drawn.buffer.byteLength, length);
    }
    assert.throws(() => entropy(4_097), AssertionFault);
  });
});

test('the null provider opens everything: that is what it is for, and why it is called dangerous', () => {
  const key = dangerousNullProvider.aeadKey('aes-128-ccm-8', new Uint8Array(16));
  const out = new Uint8Array(11);
  dangerousNullProvider.seal(key, new Uint8Array(12), new Uint8Array(0), Uint8Array.of(1, 2, 3), out, 0);
  out[7] = 99;
  const opened = dangerousNullProvider.open(key, new Uint8Array(12), new Uint8Array(0), out);
  assert.deepEqual(opened, Uint8Array.of(1, 2, 3));
  assert.equal(dangerousNullProvider.open(key, out, out, new Uint8Array(0)), undefined);
});
