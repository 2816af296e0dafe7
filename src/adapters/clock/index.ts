/** clock: the system's time and one timer. The only place of the data plane that reads a clock. */
import { type Instant, instant, wallTime } from '../../base/index.ts';
import type { Alarm, Clock } from '../../daemon/ports/index.ts';

export const systemClock: Clock = {
  now: () => instant(performance.now()),
  wall: () => wallTime(Date.now()),
};

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
