/** Collections with a limit, where running over is an answer and not a surprise. */
import { assert } from './assert.ts';

/** A Map that holds at most `capacity` entries. Iteration is in order of insertion. */
export class BoundedMap<K, V> {
  readonly capacity: number;
  readonly #entries = new Map<K, V>();

  constructor(capacity: number) {
    assert(Number.isSafeInteger(capacity) && capacity > 0, 'a BoundedMap holds at least one entry');
    this.capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get full(): boolean {
    return this.#entries.size >= this.capacity;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Stores the entry; false, with nothing changed, when the map is full and `key` is new. */
  set(key: K, value: V): boolean {
    if (this.full && !this.#entries.has(key)) return false;
    this.#entries.set(key, value);
    return true;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The key inserted longest ago. */
  oldest(): K | undefined {
    for (const key of this.#entries.keys()) return key;
    return undefined;
  }

  keys(): MapIterator<K> {
    return this.#entries.keys();
  }

  values(): MapIterator<V> {
    return this.#entries.values();
  }

  entries(): MapIterator<[K, V]> {
    return this.#entries.entries();
  }
}

/** A first-in first-out queue of at most `capacity` items: a ring, so that neither end moves memory. */
export class BoundedQueue<T> {
  readonly capacity: number;
  #ring: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  constructor(capacity: number) {
    assert(Number.isSafeInteger(capacity) && capacity > 0, 'a BoundedQueue holds at least one item');
    this.capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length >= this.capacity;
  }

  /** Appends the item; false, with nothing changed, when the queue is full. */
  push(item: T): boolean {
    if (this.full) return false;
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) % this.#ring.length] = item;
    this.#length++;
    return true;
  }

  /** Removes and returns the oldest item. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#length--;
    return item;
  }

  #grow(): void {
    const larger = new Array<T | undefined>(Math.min(this.capacity, Math.max(16, 2 * this.#ring.length)));
    for (let i = 0; i < this.#length; i++) larger[i] = this.#ring[(this.#head + i) % this.#ring.length];
    this.#ring = larger;
    this.#head = 0;
  }
}
