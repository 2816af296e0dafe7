import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesKey,
  concat,
  displayBytes,
  equalBytes,
  fromHex,
  fromUtf8,
  toHex,
  utf8,
} from '../../../src/base/index.ts';

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i);

test('hexadecimal goes both ways, and refuses what it is not', () => {
  assert.deepEqual(fromHex(toHex(EVERY_BYTE)), EVERY_BYTE);
  assert.equal(toHex(Uint8Array.of(0, 0x0f, 0xa0)), '000fa0');
  assert.deepEqual(fromHex('00FfA0'), Uint8Array.of(0, 255, 160));
  for (const text of ['0', 'abc', 'zz', '0x10', ' 00', '0 0 '])
    assert.equal(fromHex(text), undefined, JSON.stringify(text));
});

test('concat copies: the whole does not change with its parts', () => {
  const part = Uint8Array.of(1, 2);
  const whole = concat(part, new Uint8Array(0), Uint8Array.of(3));
  part[0] = 9;
  assert.deepEqual(whole, Uint8Array.of(1, 2, 3));
  assert.equal(concat().length, 0);
});

test('equality looks at lengths and at every byte', () => {
  assert.equal(equalBytes(EVERY_BYTE, EVERY_BYTE.slice()), true);
  assert.equal(equalBytes(EVERY_BYTE, EVERY_BYTE.subarray(1)), false);
  for (const at of [0, 100, 255]) {
    const other = EVERY_BYTE.slice();
    other[at] = (other[at] as number) ^ 1;
    assert.equal(equalBytes(EVERY_BYTE, other), false, `byte ${at}`);
  }
});

test('UTF-8 is strict, and keeps a byte order mark', () => {
  assert.equal(fromUtf8(utf8('Tür ☂')), 'Tür ☂');
  assert.equal(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa');
  for (const bytes of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
    assert.equal(fromUtf8(Uint8Array.from(bytes)), undefined, bytes.join());
});

test('bytes as keys: different bytes, different keys, whatever they would be as text', () => {
  const keys = [[], [0], [0, 0], [0xc3, 0xa9], [0xe9], [0x65, 0xcc, 0x81], [0xff]];
  assert.equal(new Set(keys.map((bytes) => bytesKey(Uint8Array.from(bytes)))).size, keys.length);
  assert.equal(bytesKey(EVERY_BYTE).length, 256);
});

test('what operators see is printable, and says so when it is not text', () => {
  assert.equal(displayBytes(utf8('lamp-1 ~')), 'lamp-1 ~');
  assert.equal(displayBytes(utf8('a\nb')), 'hex:610a62');
  assert.equal(displayBytes(Uint8Array.of(0x7f)), 'hex:7f');
  assert.equal(displayBytes(utf8('é')), 'hex:c3a9');
  assert.equal(displayBytes(new Uint8Array(0)), '');
});
