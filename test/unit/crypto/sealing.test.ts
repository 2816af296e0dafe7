import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { fromHex, toHex, utf8 } from '../../../src/base/index.ts';
import {
  masterKey,
  nodeEntropy,
  sealKey,
  tokenDigest,
  tokenMatches,
  unsealKey,
} from '../../../src/crypto/index.ts';

const entropy = nodeEntropy();
const master = masterKey(new Uint8Array(32).fill(7));
const of = { credential: 'crd-1', identityHex: '6c6f636b' };
const key = utf8('sixteen bytes key');

describe('sealing of keys', () => {
  test('opens for what it was sealed for', () => {
    for (const length of [1, 16, 64]) {
      const long = entropy(length);
      assert.deepEqual(unsealKey(master, of, sealKey(master, entropy, of, long)), long);
    }
  });

  test('opens for nobody else', () => {
    const sealed = sealKey(master, entropy, of, key);
    assert.equal(unsealKey(master, { ...of, credential: 'crd-2' }, sealed), undefined);
    assert.equal(unsealKey(master, { ...of, identityHex: '6c6f636c' }, sealed), undefined);
    assert.equal(unsealKey(masterKey(new Uint8Array(32).fill(8)), of, sealed), undefined);
  });

  test('does not open when a single bit changed, or when cut', () => {
    const sealed = sealKey(master, entropy, of, key);
    const bytes = fromHex(sealed.slice(3)) as Uint8Array;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(unsealKey(master, of, `v1.${toHex(flipped)}`), undefined, `bit ${bit}`);
    }
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(
        unsealKey(master, of, `v1.${toHex(bytes.subarray(0, length))}`),
        undefined,
        `length ${length}`,
      );
    }
    for (const other of ['', 'v2.00', 'v1.zz', sealed.slice(3)])
      assert.equal(unsealKey(master, of, other), undefined);
  });

  test('the same key never seals to the same text, and the text holds nothing of it', () => {
    const texts = new Set(Array.from({ length: 50 }, () => sealKey(master, entropy, of, key)));
    assert.equal(texts.size, 50);
    for (const text of texts) assert.ok(!text.includes(toHex(key)));
  });

  test('a master key does not show itself', () => {
    assert.ok(!inspect(master, { depth: 9, showHidden: true }).includes('7, 7'));
    assert.equal(JSON.stringify(master), '{"object":{}}');
  });

  test('tokens are recognised by their digest', () => {
    const digest = tokenDigest('correct');
    assert.equal(tokenMatches('correct', digest), true);
    for (const wrong of ['', 'Correct', 'correct ', 'x'.repeat(10_000)])
      assert.equal(tokenMatches(wrong, digest), false);
  });
});
