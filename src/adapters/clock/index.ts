/**
 * clock: the system's time, a time of day that never goes back, and one timer. Nothing else of the data plane reads a
 * clock.
 */
import {
  type Duration,
  type Instant,
  instant,
  milliseconds,
  type WallTime,
  wallTime,
} from '../../base/index.ts';
import type { Alarm, Clock } from '../../daemon/ports/index.ts';

export const systemClock: Clock = {
  now: () => instant(performance.now()),
  wall: () => wallTime(Date.now()),
};

/** A clock whose time of day never goes back. */
export interface SteadyClock extends Clock {
  /** It has been that late: no earlier time counts any more. */
  raise(latest: WallTime): void;
  /** How far the system's time of day is behind the latest that there has been; 0: it is not. */
  behind(): Duration;
}

/**
 * The system's time, but for a time of day that goes back: then it goes on from the latest there has been, at half the
 * speed, until the system has caught up. Validity is never extended by setting a clock back, nor does time stand still
 * where a clock has lost it; and a clock that was ahead for an hour is right again two hours later.
 */
export function steadyClock(system: Clock = systemClock): SteadyClock {
  let latest = system.wall();
  let since = system.now();
  // Whole milliseconds, as all times of day that are written down.
  const least = (): WallTime => wallTime(Math.floor(latest + (system.now() - since) / 2));
  const wall = (): WallTime => {
    const told = system.wall();
    const bound = least();
    if (told < bound) return bound;
    [latest, since] = [told, system.now()];
    return told;
  };
  return {
    now: () => system.now(),
    wall,
    raise(floor) {
      if (floor > wall()) [latest, since] = [floor, system.now()];
    },
    behind: () => milliseconds(Math.max(0, least() - system.wall())),
  };
}

/** An alarm that calls `ring`. It does not keep the process alive by itself. */
export function systemAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(at: Instant): void {
      clearTimeout(timer);
      timer = setTimeout(ring, Math.min(WAIT_MS_MAX, Math.max(0, Math.ceil(at - performance.now()))));
      timer.unref();
    },
    clear(): void {
      clearTimeout(timer);
    },
  };
}

/** A timer cannot wait longer; ringing early is harmless. */
const WAIT_MS_MAX = 2 ** 31 - 1;
