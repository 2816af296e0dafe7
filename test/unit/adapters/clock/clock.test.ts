import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { steadyClock, systemAlarm, systemClock } from '../../../../src/adapters/clock/index.ts';
import { after, hours, instant, milliseconds, type WallTime, wallTime } from '../../../../src/base/index.ts';

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

describe('G13: a clock that goes back', () => {
  const at = (text: string): WallTime => wallTime(Date.parse(text));
  /** A system whose clocks a test sets. */
  function machine(wall: string) {
    const system = { mono: 0, wall: at(wall) as number };
    const clock = steadyClock({ now: () => instant(system.mono), wall: () => wallTime(system.wall) });
    const pass = (ms: number): void => {
      system.mono += ms;
      system.wall += ms;
    };
    return { system, clock, pass };
  }
  const HOUR = 3_600_000;

  test('is followed when it goes forwards', () => {
    const { system, clock, pass } = machine('2026-06-01T00:00:00Z');
    pass(HOUR);
    assert.equal(clock.wall(), at('2026-06-01T01:00:00Z'));
    system.wall = at('2026-06-02T00:00:00Z');
    assert.equal(clock.wall(), at('2026-06-02T00:00:00Z'));
    assert.equal(clock.behind(), 0);
  });

  test('goes on from the latest time at half the speed, and is followed again when it has caught up', () => {
    const { system, clock, pass } = machine('2026-06-01T12:00:00Z');
    assert.equal(clock.wall(), at('2026-06-01T12:00:00Z'));
    system.wall -= HOUR;
    assert.equal(clock.behind(), HOUR);
    pass(HOUR);
    assert.equal(clock.wall(), at('2026-06-01T12:30:00Z'), 'the system says noon');
    pass(2 * HOUR);
    assert.equal(clock.wall(), at('2026-06-01T14:00:00Z'), 'the system says the same');
    assert.equal(clock.behind(), 0);
  });

  test('tells whole milliseconds, also between two of the system', () => {
    const { system, clock } = machine('2026-06-01T12:00:00Z');
    assert.equal(clock.wall(), system.wall);
    system.mono += 0.7;
    assert.equal(clock.wall(), system.wall);
    system.mono += 2;
    assert.equal(clock.wall(), system.wall + 1);
  });

  test('at the start is behind what was seen before', () => {
    const { clock, pass } = machine('1970-01-01T00:00:00Z');
    clock.raise(at('2026-06-01T00:00:00Z'));
    assert.equal(clock.wall(), at('2026-06-01T00:00:00Z'));
    pass(2 * HOUR);
    assert.equal(clock.wall(), at('2026-06-01T01:00:00Z'));
    clock.raise(at('2025-01-01T00:00:00Z'));
    assert.equal(clock.wall(), at('2026-06-01T01:00:00Z'), 'never lowered');
    assert.ok(clock.behind() > 56 * 365 * 24 * HOUR);
  });
});
