import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AssertionFault, PeerFault } from '../../../../src/base/index.ts';
import { Reader, Writer } from '../../../../src/base/wire/index.ts';

const overrun = (): never => {
  throw new PeerFault('overrun');
};
const reader = (...bytes: number[]) => new Reader(Uint8Array.from(bytes), overrun);

describe('reading and writing', () => {
  test('numbers come back as they went, at their bounds', () => {
    const numbers = { u8: 1, u16: 2, u24: 3, u32: 4, u48: 6 } as const;
    for (const [name, bytes] of Object.entries(numbers) as [keyof typeof numbers, number][]) {
      for (const value of [0, 1, 2 ** (8 * bytes - 1), 2 ** (8 * bytes) - 1]) {
        const written = new Writer(1)[name](value).finish();
        assert.equal(written.length, bytes);
        const again = new Reader(written, overrun);
        assert.equal(again[name](), value, `${name} ${value}`);
        again.end();
      }
    }
    assert.deepEqual(new Writer().u48(0x0102_0304_0506).finish(), Uint8Array.of(1, 2, 3, 4, 5, 6));
  });

  test('vectors carry their length, and are views', () => {
    const written = new Writer(1)
      .vector8(Uint8Array.of(7))
      .vector16(Uint8Array.of(8, 9))
      .vector24(Uint8Array.of());
    const bytes = written.finish();
    assert.deepEqual(bytes, Uint8Array.of(1, 7, 0, 2, 8, 9, 0, 0, 0));
    const read = new Reader(bytes, overrun);
    const first = read.vector8();
    bytes[1] = 0x55;
    assert.deepEqual(first, Uint8Array.of(0x55));
    assert.deepEqual(read.vector16(), Uint8Array.of(8, 9));
    assert.equal(read.vector24().length, 0);
    assert.ok(read.done);
  });

  test('running past the end is the fault of whoever wrote it', () => {
    const cases: ((read: Reader) => unknown)[] = [
      (read) => read.u24(),
      (read) => read.u32(),
      (read) => read.bytes(3),
      (read) => read.vector8(),
      (read) => read.vector16(),
      (read) => read.vector24(),
      (read) => read.end(),
    ];
    for (const read of cases) assert.throws(() => read(reader(5, 1)), PeerFault);
  });

  test('what is left is known', () => {
    const read = reader(1, 2, 3);
    read.u8();
    assert.deepEqual([read.offset, read.remaining, read.done], [1, 2, false]);
    assert.deepEqual(read.rest(), Uint8Array.of(2, 3));
    read.end();
  });

  test('what does not fit its length is a mistake of ours', () => {
    assert.throws(() => new Writer().vector8(new Uint8Array(256)), AssertionFault);
    assert.throws(() => new Writer().vector16(new Uint8Array(65_536)), AssertionFault);
    assert.throws(() => new Writer().vector24(new Uint8Array(0x100_0000)), AssertionFault);
  });

  test('what is written grows as it must, and what was handed out stays as it is', () => {
    for (const capacity of [1, 256, 1_000, 1_001, 2_001]) {
      const writer = new Writer(capacity);
      for (let i = 0; i < 1_000; i++) writer.u8(i);
      const first = writer.finish();
      const copy = first.slice();
      assert.equal(first.length, 1_000);
      writer.u8(1).bytes(new Uint8Array(2_000).fill(2));
      assert.deepEqual(first, copy);
      assert.equal(writer.length, 3_001);
    }
  });

  test('what is handed out keeps no more than twice its memory alive', () => {
    for (const [capacity, length] of [
      [64, 10],
      [256, 100],
      [256, 200],
      [1_024, 513],
    ] as const) {
      const { buffer } = new Writer(capacity).bytes(new Uint8Array(length)).finish();
      assert.ok(buffer.byteLength < 2 * length, `${capacity}, ${length}`);
    }
  });
});
