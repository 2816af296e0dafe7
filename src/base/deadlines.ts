/**
 * The deadlines of one core object: at most one per key, earliest first, each operation O(log n).
 * The object asks for `earliest()` and the driver keeps a single timer for it.
 */
import type { Instant } from './time.ts';

interface Entry<K> {
  readonly key: K;
  at: Instant;
  index: number;
}

export class Deadlines<K> {
  readonly #heap: Entry<K>[] = [];
  readonly #byKey = new Map<K, Entry<K>>();

  get size(): number {
    return this.#heap.length;
  }

  /** Sets or moves the deadline of `key`. */
  arm(key: K, at: Instant): void {
    const known = this.#byKey.get(key);
    if (known === undefined) {
      const entry: Entry<K> = { key, at, index: this.#heap.length };
      this.#byKey.set(key, entry);
      this.#heap.push(entry);
      this.#up(entry);
      return;
    }
    const earlier = at < known.at;
    known.at = at;
    if (earlier) this.#up(known);
    else this.#down(known);
  }

  /** Removes the deadline of `key`, if it has one. */
  disarm(key: K): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    const last = this.#heap.pop() as Entry<K>;
    if (last === entry) return;
    this.#place(last, entry.index);
    this.#up(last);
    this.#down(last);
  }

  /** The deadline of `key`. */
  of(key: K): Instant | undefined {
    return this.#byKey.get(key)?.at;
  }

  /** The earliest deadline of all. */
  earliest(): Instant | undefined {
    return this.#heap[0]?.at;
  }

  /** The key with the earliest deadline. */
  first(): K | undefined {
    return this.#heap[0]?.key;
  }

  /** Removes and returns one key whose deadline is not after `now`. */
  takeDue(now: Instant): K | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.disarm(first.key);
    return first.key;
  }

  #place(entry: Entry<K>, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #up(entry: Entry<K>): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1] as Entry<K>;
      if (parent.at <= entry.at) return;
      const index = parent.index;
      this.#place(parent, entry.index);
      this.#place(entry, index);
    }
  }

  #down(entry: Entry<K>): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= entry.at) return;
      const index = child.index;
      this.#place(child, entry.index);
      this.#place(entry, index);
    }
  }
}
