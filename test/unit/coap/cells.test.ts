import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionFault } from '../../../src/base/index.ts';
import { Cells, offsetOf, readInt32, readUint16, writeInt32, writeUint16 } from '../../../src/coap/cells.ts';

test('numbers in network byte order, negative ones too', () => {
  const bytes = new Uint8Array(8);
  writeUint16(bytes, 0, 0xfffe);
  writeInt32(bytes, 2, -2);
  assert.equal(readUint16(bytes, 0), 0xfffe);
  assert.equal(readInt32(bytes, 2), -2);
  assert.deepEqual([...bytes], [0xff, 0xfe, 0xff, 0xff, 0xff, 0xfe, 0, 0]);
});

test('cells are taken up to the limit, given back, and taken again with no next cell', () => {
  const cells = new Cells(3 * 64);
  const [a, b, c] = [cells.take(), cells.take(), cells.take()];
  assert.equal(cells.available, 0);
  assert.throws(() => cells.take(), AssertionFault);
  cells.link(a, b);
  cells.link(b, c);
  cells.giveBack(a, b, 2);
  assert.equal(cells.used, 1);
  assert.equal(cells.take(), a);
  assert.equal(cells.next(a), 0);
  assert.equal(cells.take(), b);
  assert.equal(cells.next(b), 0);
});

test('no two cells overlap, across blocks', () => {
  const cells = new Cells(5_000 * 64);
  const places = new Set<string>();
  const blocks: Uint8Array[] = [];
  for (let i = 0; i < 5_000; i++) {
    const cell = cells.take();
    const block = cells.blockOf(cell);
    if (!blocks.includes(block)) blocks.push(block);
    assert.ok(offsetOf(cell) + 64 <= block.length);
    places.add(`${blocks.indexOf(block)}:${offsetOf(cell)}`);
  }
  assert.equal(places.size, 5_000);
});
