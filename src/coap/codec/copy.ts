/** Memory for, and copying of, short byte ranges, which is most of what a CoAP codec does. */
import { EMPTY, type Slab } from '../../base/index.ts';

/** Zeroed memory: cut from `slab`, if there is one and the engine would be slow to make it (30 ns against 250). */
export function allocate(length: number, slab: Slab | undefined): Uint8Array {
  return slab === undefined || length <= ON_HEAP_BYTES_MAX ? new Uint8Array(length) : slab.take(length);
}

/**
 * The bytes from `start` to `end` in their own memory. Not `slice`: on a node Buffer that would be a view. Most ranges
 * are a few bytes, for which the loop is faster than `set` (30 ns against 45 ns, where `new Uint8Array` takes 23).
 */
export function copyRange(source: Uint8Array, start: number, end: number, slab?: Slab): Uint8Array {
  const length = end - start;
  if (length === 0) return EMPTY;
  const bytes = allocate(length, slab);
  if (length > ON_HEAP_BYTES_MAX) bytes.set(source.subarray(start, end));
  else for (let i = 0; i < length; i++) bytes[i] = source[start + i] as number;
  return bytes;
}

/** A copy of all of `source`. */
export const copyBytes = (source: Uint8Array, slab?: Slab): Uint8Array =>
  copyRange(source, 0, source.length, slab);

/** Up to this, a typed array lies on the heap of the engine. */
const ON_HEAP_BYTES_MAX = 64;
