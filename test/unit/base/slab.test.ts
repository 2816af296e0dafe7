import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slab } from '../../../src/base/index.ts';

test('pieces are zeroed, as long as asked for, and never overlap', () => {
  const slab = new Slab();
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < 500; i++) {
    const piece = slab.take((i * 37) % 3_000);
    assert.equal(piece.length, (i * 37) % 3_000);
    assert.ok(piece.every((byte) => byte === 0));
    piece.fill(i & 0xff);
    pieces.push(piece);
  }
  for (const [i, piece] of pieces.entries()) assert.ok(piece.every((byte) => byte === (i & 0xff)));
});
