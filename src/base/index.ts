/**
 * base: what every room of the house uses and nothing of what they do. Pure, imports nothing.
 *
 *   bytes, wire/      formats, read within bounds    bounded, deadlines  what grows, what is due
 *   time              Instant, Duration, WallTime    fault, assert       whose fault: a peer's, the world's, ours
 *
 * Invariants: running over a bound is an answer; a reader never reads beyond its end; the kinds of time do not mix.
 */
export { AssertionFault, assert, required, unreachable } from './assert.ts';
export { BoundedMap, BoundedQueue } from './bounded.ts';
export { BoundedTable } from './bounded-table.ts';
export type { Brand } from './brand.ts';
export {
  bytesKey,
  concat,
  displayBytes,
  EMPTY,
  equalBytes,
  fromHex,
  fromUtf8,
  toHex,
  utf8,
} from './bytes.ts';
export { Deadlines } from './deadlines.ts';
export { OperationalError, PeerFault } from './fault.ts';
export { displayAddress, type Path, path, type TransportAddress } from './path.ts';
export { Secret } from './secret.ts';
export { Slab } from './slab.ts';
export {
  after,
  between,
  type Duration,
  earliest,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
  type WallTime,
  wallTime,
} from './time.ts';
