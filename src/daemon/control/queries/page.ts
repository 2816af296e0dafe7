/**
 * Lists in pages: a cursor is the key of the last item given, so that changes in between neither repeat nor skip
 * others.
 */
import { fromHex, fromUtf8, toHex, utf8 } from '../../../base/index.ts';

export interface PageRequest {
  /** Items at most. */
  readonly limit: number;
  /** From the page before; `null` for the first. */
  readonly cursor: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** For the next page; `null`: this was the last. */
  readonly next: string | null;
}

/** One page of `sorted`, which is in ascending order of `keyOf`; `undefined` for a cursor that is none. */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor }: PageRequest,
): Page<T> | undefined {
  const after = cursor === null ? '' : decode(cursor);
  if (after === undefined) return undefined;
  const from = cursor === null ? 0 : firstAbove(sorted, keyOf, after);
  const items = sorted.slice(from, from + limit);
  const last = items.at(-1);
  const more = from + limit < sorted.length && last !== undefined;
  return { items, next: more ? toHex(utf8(keyOf(last))) : null };
}

export const byKey =
  <T>(keyOf: (item: T) => string) =>
  (a: T, b: T): number => {
    const [left, right] = [keyOf(a), keyOf(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  };

function decode(cursor: string): string | undefined {
  const bytes = fromHex(cursor);
  return bytes === undefined || bytes.length === 0 ? undefined : fromUtf8(bytes);
}

/** Index of the first item whose key is greater than `key`. */
function firstAbove<T>(sorted: readonly T[], keyOf: (item: T) => string, key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(sorted[middle] as T) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
