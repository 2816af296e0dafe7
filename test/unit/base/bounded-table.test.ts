import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BoundedTable } from '../../../src/base/index.ts';

describe('BoundedTable', () => {
  test('behaves like a Map, whatever comes and goes', () => {
    const key = fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.constantFrom(2 ** 32, 2 ** 32 + 1, 2 ** 52, 0),
    );
    const step = fc.tuple(fc.constantFrom('set', 'delete', 'get'), key);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = new BoundedTable<number, string>(1_000);
        const model = new Map<number, string>();
        for (const [index, [what, at]] of steps.entries()) {
          if (what === 'set') {
            assert.equal(table.set(at, `v${index}`), true);
            model.set(at, `v${index}`);
          } else if (what === 'delete') {
            assert.equal(table.delete(at), model.delete(at));
          }
          assert.equal(table.get(at), model.get(at));
          assert.equal(table.size, model.size);
        }
        for (const [at, value] of model) assert.equal(table.get(at), value);
        assert.deepEqual(table.values().toSorted(), [...model.values()].toSorted());
      }),
      { numRuns: 300 },
    );
  });

  test('says no when it is full, and yes to what it has', () => {
    const table = new BoundedTable<number, string>(2);
    assert.equal(table.set(1, 'a'), true);
    assert.equal(table.set(2, 'b'), true);
    assert.equal(table.full, true);
    assert.equal(table.set(3, 'c'), false);
    assert.equal(table.has(3), false);
    assert.equal(table.set(2, 'B'), true);
    assert.equal(table.delete(1), true);
    assert.equal(table.set(3, 'c'), true);
  });

  test('may be changed while its values are looked at', () => {
    const table = new BoundedTable<number, number>(100);
    for (let i = 0; i < 100; i++) table.set(i, i);
    for (const value of table.values()) table.delete(value);
    assert.equal(table.size, 0);
  });
});
