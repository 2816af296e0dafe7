/**
 * base: what every room of the house uses and nothing of what they do. Pure, imports nothing.
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
