import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instant } from '../../../src/base/index.ts';
import { RateLimiter } from '../../../src/relay/rate.ts';

const limits = { requestsPerSecond: 2, requestBurst: 3, principalsMax: 2 };

describe('the rate of one principal', () => {
  test('a burst passes, then one each time a token has come', () => {
    const rate = new RateLimiter<string>(limits);
    const take = (ms: number): number => rate.take(instant(ms), 'a');
    assert.deepEqual([take(0), take(0), take(0)], [0, 0, 0]);
    assert.equal(take(0), 1);
    assert.equal(take(499), 1);
    assert.equal(take(500), 0);
    assert.equal(take(501), 1);
    assert.deepEqual([take(100_000), take(100_000), take(100_000), take(100_000)], [0, 0, 0, 1]);
  });

  test('the wait that is told is long enough', () => {
    const slow = new RateLimiter<string>({ requestsPerSecond: 0.1, requestBurst: 1, principalsMax: 1 });
    assert.equal(slow.take(instant(0), 'a'), 0);
    assert.equal(slow.take(instant(0), 'a'), 10);
    assert.equal(slow.take(instant(10_000), 'a'), 0);
  });

  test('principals do not take from each other', () => {
    const rate = new RateLimiter<string>(limits);
    for (let i = 0; i < 4; i++) rate.take(instant(0), 'a');
    assert.equal(rate.take(instant(0), 'b'), 0);
  });

  test('more principals than there is room for wait until one is out of debt', () => {
    const rate = new RateLimiter<string>(limits);
    assert.equal(rate.take(instant(0), 'a'), 0);
    assert.equal(rate.take(instant(0), 'b'), 0);
    assert.equal(rate.take(instant(0), 'c'), 1);
    assert.equal(rate.take(instant(500), 'c'), 0);
    assert.ok(rate.size <= 2);
  });

  test('a clock that stands still or steps back gives nothing', () => {
    const rate = new RateLimiter<string>(limits);
    for (let i = 0; i < 3; i++) rate.take(instant(1_000), 'a');
    assert.equal(rate.take(instant(0), 'a'), 1);
  });
});
