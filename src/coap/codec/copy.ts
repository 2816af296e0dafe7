/** Copying of short byte ranges, which is most of what a CoAP codec does. */
import { EMPTY } from '../../base/index.ts';

/**
 * The bytes from `start` to `end` in their own memory. Not `slice`: on a node Buffer that would be a view. Most ranges
 * are a few bytes, for which the loop is faster than `set` (30 ns against 45 ns, where `new Uint8Array` takes 23).
 */
export function copyRange(source: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length === 0) return EMPTY;
  const bytes = new Uint8Array(length);
  if (length > 64) bytes.set(source.subarray(start, end));
  else for (let i = 0; i < length; i++) bytes[i] = source[start + i] as number;
  return bytes;
}

/** A copy of all of `source`. */
export const copyBytes = (source: Uint8Array): Uint8Array => copyRange(source, 0, source.length);
