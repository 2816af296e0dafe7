/** Port: time. The only source of it for a shard; the simulation's is virtual. */
import type { Instant, WallTime } from '../../base/index.ts';

export interface Clock {
  /** Monotonic, milliseconds with fractions. */
  now(): Instant;
  /** Time of day, for what people read. Never used for deadlines. */
  wall(): WallTime;
}

/** One alarm: a shard keeps a single OS timer for the earliest deadline of all its parts. */
export interface Alarm {
  /** Rings once, at `at` as far as the system's timers go: a little early is possible. A later call moves it. */
  set(at: Instant): void;
  clear(): void;
}
