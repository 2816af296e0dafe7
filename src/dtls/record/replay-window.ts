/**
 * Anti-replay window of 64 records (RFC 6347 4.1.2.6), as plain data. It moves only after a record has authenticated:
 * check first, open, then mark.
 */

export interface ReplayWindow {
  /** Highest sequence number that authenticated; -1 before the first. */
  newest: number;
  /** Bit i of `low` (i < 32) or `high` (i >= 32): `newest - i` was received. */
  low: number;
  high: number;
}

export const replayWindow = (): ReplayWindow => ({ newest: -1, low: 0, high: 0 });

/** Whether a record with this sequence number may still be accepted. */
export function isFresh(window: ReplayWindow, sequence: number): boolean {
  const age = window.newest - sequence;
  if (age < 0) return true;
  if (age >= WINDOW_RECORDS) return false;
  const bits = age < 32 ? window.low : window.high;
  return ((bits >>> (age & 31)) & 1) === 0;
}

/** Remembers an authenticated record. */
export function markReceived(window: ReplayWindow, sequence: number): void {
  const ahead = sequence - window.newest;
  if (ahead > 0) {
    shift(window, ahead);
    window.newest = sequence;
    window.low |= 1;
    return;
  }
  const age = -ahead;
  if (age < 32) window.low |= 1 << age;
  else window.high |= 1 << (age & 31);
}

function shift(window: ReplayWindow, by: number): void {
  if (by >= WINDOW_RECORDS) {
    window.low = 0;
    window.high = 0;
  } else if (by >= 32) {
    window.high = window.low << (by - 32);
    window.low = 0;
  } else {
    window.high = (window.high << by) | (window.low >>> (32 - by));
    window.low <<= by;
  }
}

const WINDOW_RECORDS = 64;
