/** PEM and base64, held against Buffer where it is strict and against RFC 7468 and RFC 4648 where it is not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pem, pemBlocks } from '../../../../src/crypto/index.ts';
import { base64 } from '../../../../src/crypto/pki/pem.ts';

describe('base64', () => {
  test('every length, both alphabets, with and without padding', () => {
    for (let length = 0; length < 100; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 89 + length * 7) & 0xff);
      const text = Buffer.from(bytes).toString('base64');
      for (const form of [text, text.replaceAll('=', ''), Buffer.from(bytes).toString('base64url')]) {
        assert.deepEqual(base64(form), bytes);
      }
    }
  });

  test('other letters, a lonely letter, bits left over, padding inside', () => {
    for (const text of ['A', 'AB', 'AAB', 'AA=A', 'AA===', '####', 'AA AA!', 'ÄÄÄÄ']) {
      assert.equal(base64(text), undefined, text);
    }
    assert.deepEqual(base64('AA =='), Uint8Array.of(0));
  });
});

describe('PEM', () => {
  const der = Uint8Array.from({ length: 100 }, (_, i) => i);

  test('what is written is read', () => {
    const text = pem('PUBLIC KEY', der);
    assert.deepEqual(pemBlocks(text, 1), [{ label: 'PUBLIC KEY', headers: false, der }]);
    assert.ok(text.split('\n').every((line) => line.length <= 64));
  });

  test('several blocks with words between them, up to the limit', () => {
    const text = `one\n${pem('A', der)}two\r\n${pem('B', der.subarray(1)).replaceAll('\n', '\r\n')}three`;
    assert.deepEqual(
      pemBlocks(text, 2)?.map(({ label }) => label),
      ['A', 'B'],
    );
    assert.equal(pemBlocks(text, 1), undefined);
    assert.deepEqual(pemBlocks('words', 1), []);
  });

  test('a block that does not end, ends under another name, or is no base64', () => {
    for (const text of [
      '-----BEGIN A-----\nAAAA\n',
      '-----BEGIN A-----\nAAAA\n-----END B-----\n',
      '-----BEGIN A-----\n!!!!\n-----END A-----\n',
    ]) {
      assert.equal(pemBlocks(text, 1), undefined);
    }
  });

  test('headers are noticed and their bytes are not handed out', () => {
    const text = '-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----\n';
    assert.deepEqual(pemBlocks(text, 1), [{ label: 'A', headers: true, der: new Uint8Array(0) }]);
  });
});
