import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemAlarm, systemClock } from '../../../../src/adapters/clock/index.ts';
import { after, hours, milliseconds } from '../../../../src/base/index.ts';

test('the clock is monotonic, and its wall is the time of day', () => {
  const first = systemClock.now();
  assert.ok(systemClock.now() >= first);
  assert.ok(Math.abs(systemClock.wall() - Date.now()) < 1_000);
});

test('the alarm rings once, at its time, and can be moved and cleared', async () => {
  const rings: number[] = [];
  const alarm = systemAlarm(() => rings.push(systemClock.now()));
  const at = after(systemClock.now(), milliseconds(20));
  alarm.set(after(at, hours(1_000)));
  alarm.set(at);
  await wait(60);
  assert.equal(rings.length, 1);
  assert.ok((rings[0] ?? 0) >= at - 2);
  alarm.set(after(systemClock.now(), milliseconds(5)));
  alarm.clear();
  await wait(20);
  assert.equal(rings.length, 1);
});
