/**
 * Time as an argument. The pure core never reads a clock; it is told what time it is.
 *
 * `Instant` is monotonic (milliseconds since an arbitrary origin, fractions allowed), `Duration` a difference of
 * two instants in milliseconds, `WallTime` milliseconds since 1970-01-01 UTC. They do not mix.
 */
import type { Brand } from './brand.ts';

export type Instant = Brand<number, 'Instant'>;
export type Duration = Brand<number, 'Duration'>;
export type WallTime = Brand<number, 'WallTime'>;

export const instant = (ms: number): Instant => ms as Instant;
export const wallTime = (ms: number): WallTime => ms as WallTime;
export const milliseconds = (n: number): Duration => n as Duration;
export const seconds = (n: number): Duration => (n * 1_000) as Duration;
export const minutes = (n: number): Duration => (n * 60_000) as Duration;
export const hours = (n: number): Duration => (n * 3_600_000) as Duration;

/** The instant `wait` after `from`. */
export const after = (from: Instant, wait: Duration): Instant => (from + wait) as Instant;

/** How long it is from `earlier` to `later` (negative when `later` is before `earlier`). */
export const between = (earlier: Instant, later: Instant): Duration => (later - earlier) as Duration;

/** The earlier of two deadlines, where absence means "never". */
export function earliest(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return a <= b ? a : b;
}
