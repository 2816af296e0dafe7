import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant } from '../../../../src/base/index.ts';
import type { ShardMessage } from '../../../../src/daemon/ports/index.ts';
import { Report } from '../../../../src/daemon/shard/index.ts';

test('ten lines a second of each kind, and how many were left out', () => {
  const told: ShardMessage[] = [];
  const report = new Report(3, (message) => told.push(message));
  let composed = 0;
  const fail = (ms: number): void => {
    report.log(instant(ms), 'handshake failed', () => ({ n: ++composed }));
  };
  for (let i = 0; i < 25; i++) fail(i);
  assert.equal(told.length, 10);
  assert.equal(composed, 10, 'lines that are left out are not composed');
  report.log(instant(30), 'request denied', () => ({}));
  assert.equal(told.length, 11, 'another kind has its own allowance');
  fail(1_000);
  fail(1_001);
  assert.deepEqual(told.slice(11), [
    { kind: 'log', shard: 3, event: 'handshake failed', fields: { n: 11, suppressed: 15 } },
    { kind: 'log', shard: 3, event: 'handshake failed', fields: { n: 12 } },
  ]);
});
