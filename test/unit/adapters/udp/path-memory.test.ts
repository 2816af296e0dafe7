import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PathMemory } from '../../../../src/adapters/udp/index.ts';
import { path } from '../../../../src/base/index.ts';

test('a path is remembered, and never confused with another', () => {
  const paths = new PathMemory();
  const first = paths.of(0, '192.0.2.1', 1_000);
  assert.equal(paths.of(0, '192.0.2.1', 1_000), first, 'the same object');
  const rivals: [number, string, number][] = [
    [0, '192.0.2.2', 1_000],
    [1, '192.0.2.1', 999],
    [0, '192.0.2.1', 1_000 + 16_384],
    [0, '::ffff:192.0.2.1', 1_000],
  ];
  for (const [local, address, port] of rivals) {
    assert.deepEqual(paths.of(local, address, port), path(local, address, port));
    assert.deepEqual(paths.of(0, '192.0.2.1', 1_000), first);
  }
});
