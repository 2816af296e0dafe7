import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LayeredMap, MapEdit } from '../../../src/trust/layered-map.ts';

function changed<K, V>(map: ReadonlyMap<K, V>, change: (edit: MapEdit<K, V>) => void): ReadonlyMap<K, V> {
  const edit = new MapEdit(map);
  change(edit);
  return edit.finish();
}

describe('layered map', () => {
  test('equals a plain Map whatever is done to it, and older versions keep what they had', () => {
    const command = fc.tuple(fc.constantFrom('set', 'delete'), fc.integer({ min: 0, max: 60 }), fc.nat());
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 400 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (commands, batch, large) => {
          const model = new Map(Array.from({ length: large ? 400 : 0 }, (_, i) => [i, i]));
          let map: ReadonlyMap<number, number> = new Map(model);
          const versions: { map: ReadonlyMap<number, number>; was: Map<number, number> }[] = [];
          for (let from = 0; from < commands.length; from += batch) {
            versions.push({ map, was: new Map(model) });
            map = changed(map, (edit) => {
              for (const [verb, key, value] of commands.slice(from, from + batch)) {
                if (verb === 'set') {
                  edit.set(key, value);
                  model.set(key, value);
                } else {
                  edit.delete(key);
                  model.delete(key);
                }
              }
            });
          }
          versions.push({ map, was: model });
          for (const version of versions) {
            assert.equal(version.map.size, version.was.size);
            assert.deepEqual(new Map(version.map), version.was);
            for (let key = 0; key <= 60; key++) assert.equal(version.map.get(key), version.was.get(key));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('an edit that changes nothing gives the very same map back', () => {
    const map = new Map([['a', 1]]);
    assert.equal(
      changed(map, (edit) => edit.delete('b')),
      map,
    );
  });

  test('a small change to a large map shares the large map', () => {
    const large = new Map(Array.from({ length: 10_000 }, (_, i) => [i, i]));
    const next = changed(large, (edit) => edit.set(-1, -1));
    assert.ok(next instanceof LayeredMap);
    assert.equal(next.layers().base, large);
    assert.equal(next.size, 10_001);
    assert.equal(large.has(-1), false);
  });

  test('so does a large one, and the next copies neither', () => {
    const large = new Map(Array.from({ length: 10_000 }, (_, i) => [i, i]));
    const next = changed(large, (edit) => {
      for (let i = 9_000; i < 11_000; i++) edit.set(i, -i);
      for (let i = 0; i < 100; i++) edit.delete(i);
    });
    assert.ok(next instanceof LayeredMap);
    assert.equal(next.layers().base, large);
    const last = changed(next, (edit) => edit.set(0, -1));
    assert.ok(last instanceof LayeredMap);
    assert.equal(last.layers().earlier, next.layers().earlier);
    const model = new Map(large);
    for (let i = 9_000; i < 11_000; i++) model.set(i, -i);
    for (let i = 1; i < 100; i++) model.delete(i);
    model.set(0, -1);
    assert.deepEqual(new Map(last), model);
    assert.equal(last.size, model.size);
    assert.equal(next.has(0), false);
  });

  test('a large change after small ones keeps what these have left, in order', () => {
    for (const from of [0, 9_990]) {
      const model = new Map(Array.from({ length: 10_000 }, (_, i) => [i, i]));
      let map: ReadonlyMap<number, number> = new Map(model);
      for (const [first, count] of [
        [from, 200],
        [from + 100, 1_000],
      ] as const) {
        map = changed(map, (edit) => {
          for (let i = first; i < first + count; i++) edit.set(i, -i - count);
        });
        for (let i = first; i < first + count; i++) model.set(i, -i - count);
        assert.ok(map instanceof LayeredMap && map.layers().recent.size === 0);
      }
      assert.deepEqual([...map], [...model]);
    }
  });

  test('keys, values and forEach walk the same entries', () => {
    const map = changed(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      (edit) => {
        edit.set('c', 3);
        edit.delete('a');
        edit.set('b', 4);
      },
    );
    const seen: [string, number][] = [];
    map.forEach((value, key) => seen.push([key, value]));
    assert.deepEqual(seen, [
      ['b', 4],
      ['c', 3],
    ]);
    assert.deepEqual([...map.keys()], ['b', 'c']);
    assert.deepEqual([...map.values()], [4, 3]);
  });
});
