/** The clock and the alarm of a simulated machine: time passes when the test says so. */
import { type Duration, type Instant, instant, wallTime } from '../../src/base/index.ts';
import type { Alarm, Clock } from '../../src/daemon/ports/index.ts';

export class FakeClock implements Clock, Alarm {
  #now: Instant = instant(0);
  /** When the alarm rings. */
  alarm: Instant | undefined;

  now(): Instant {
    return this.#now;
  }

  wall(): ReturnType<Clock['wall']> {
    return wallTime(EPOCH_MS + this.#now);
  }

  set(at: Instant): void {
    this.alarm = at;
  }

  clear(): void {
    this.alarm = undefined;
  }

  /** Lets time pass, ringing whenever the alarm is due. */
  advance(by: Duration, ring: (now: Instant) => void): void {
    const end = instant(this.#now + by);
    while (this.alarm !== undefined && this.alarm <= end) {
      this.#now = instant(Math.max(this.#now, this.alarm));
      this.alarm = undefined;
      ring(this.#now);
    }
    this.#now = end;
  }
}

const EPOCH_MS = Date.UTC(2026, 0, 1);
