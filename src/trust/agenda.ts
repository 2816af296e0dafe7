/**
 * Agenda: when something begins or runs out, earliest first. What was entered in vain does no harm when it comes up.
 */
import type { WallTime } from '../base/index.ts';

interface Entry<T> {
  readonly at: WallTime;
  readonly what: T;
}

export class Agenda<T> {
  readonly #heap: Entry<T>[] = [];

  enter(at: WallTime, what: T): void {
    const heap = this.#heap;
    let index = heap.length;
    const entry = { at, what };
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry<T>;
      if (above.at <= at) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** When the next entry comes up. */
  next(): WallTime | undefined {
    return this.#heap[0]?.at;
  }

  /** Removes and returns one entry whose time is not after `now`. */
  takeDue(now: WallTime): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop() as Entry<T>;
    if (last !== first) this.#sink(last);
    return first.what;
  }

  /** Puts `entry` where the first was, and down to its place. */
  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const right = heap[child + 1];
      if (right !== undefined && right.at < (heap[child] as Entry<T>).at) child++;
      const below = heap[child];
      if (below === undefined || below.at >= entry.at) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = entry;
  }
}
