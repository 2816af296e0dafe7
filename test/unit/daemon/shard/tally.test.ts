import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REQUEST_SECONDS_BOUNDS } from '../../../../src/daemon/ports/index.ts';
import { Tally } from '../../../../src/daemon/shard/tally.ts';

test('requests are counted by action and outcome', () => {
  const { requests } = new Tally();
  requests.add('read', 'answered');
  requests.add('read', 'answered');
  requests.add('fetch', 'timeout');
  requests.add(undefined, 'rate-limited');
  requests.add('write', 'rate-limited');
  assert.deepEqual(requests.record(), {
    'read,answered': 2,
    'fetch,timeout': 1,
    'unknown,rate-limited': 1,
    'write,rate-limited': 1,
  });
  assert.equal(requests.of('rate-limited'), 2);
  assert.equal(requests.of('denied'), 0);
});

test('durations fall into the bucket whose bound they do not exceed', () => {
  const { requestSeconds } = new Tally();
  for (const ms of [0, 0.5, 0.6, 10, 10_000, 10_001]) requestSeconds.add(ms);
  const { bounds, counts, sum } = requestSeconds.view();
  assert.equal(bounds, REQUEST_SECONDS_BOUNDS);
  assert.equal(counts.length, bounds.length + 1);
  assert.equal(counts[0], 2);
  assert.equal(counts[1], 1);
  assert.equal(counts[bounds.indexOf(0.01)], 1);
  assert.equal(counts[bounds.indexOf(10)], 1);
  assert.equal(counts.at(-1), 1);
  assert.ok(Math.abs(sum - 20.0121) < 1e-9);
});
