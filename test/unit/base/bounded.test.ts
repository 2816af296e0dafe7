import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AssertionFault, BoundedMap, BoundedQueue } from '../../../src/base/index.ts';

describe('BoundedMap', () => {
  test('refuses what is new when it is full, and replaces what is known', () => {
    const map = new BoundedMap<string, number>(2);
    assert.deepEqual(
      [map.set('a', 1), map.set('b', 2), map.set('c', 3), map.set('a', 4)],
      [true, true, false, true],
    );
    assert.deepEqual(
      [...map.entries()],
      [
        ['a', 4],
        ['b', 2],
      ],
    );
    assert.equal(map.full, true);
    assert.equal(map.has('c'), false);
    assert.equal(map.delete('c'), false);
    assert.equal(map.delete('a'), true);
    assert.equal(map.full, false);
  });

  test('knows its oldest, which replacing does not make younger', () => {
    const map = new BoundedMap<string, number>(3);
    assert.equal(map.oldest(), undefined);
    for (const key of ['a', 'b', 'c', 'a']) map.set(key, 0);
    assert.equal(map.oldest(), 'a');
    map.delete('a');
    assert.equal(map.oldest(), 'b');
    map.clear();
    assert.deepEqual([map.size, [...map.keys()], [...map.values()]], [0, [], []]);
  });

  test('holds at least one entry', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN])
      assert.throws(() => new BoundedMap(capacity), AssertionFault);
  });
});

describe('BoundedQueue', () => {
  test('does what an array does, up to its capacity', () => {
    const commands = fc.array(fc.oneof(fc.integer({ min: 0, max: 99 }), fc.constant('shift' as const)), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), commands, (capacity, list) => {
        const queue = new BoundedQueue<number>(capacity);
        const naive: number[] = [];
        for (const command of list) {
          if (command === 'shift') assert.equal(queue.shift(), naive.shift());
          else {
            assert.equal(queue.push(command), naive.length < capacity);
            if (naive.length < capacity) naive.push(command);
          }
          assert.equal(queue.length, naive.length);
          assert.equal(queue.full, naive.length === capacity);
        }
      }),
      { seed: 42, numRuns: 300 },
    );
  });

  test('holds at least one item', () => {
    assert.throws(() => new BoundedQueue(0), AssertionFault);
  });
});
