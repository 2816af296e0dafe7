/**
 * A map from whole numbers to values for things that come and go by the million: exchanges, jobs. Open addressing with
 * backward-shift deletion: an entry that is gone leaves nothing behind.
 *
 * A JavaScript Map throws its table away every few deletions, and each table that it leaves points to the next one:
 * once one of them is old, all later ones, and whatever was in them, outlive many collections. Here the arrays stay.
 */
import { assert } from './assert.ts';

export class BoundedTable<K extends number, V> {
  readonly capacity: number;
  #bits = SMALLEST_BITS;
  #keys = new Float64Array(1 << SMALLEST_BITS);
  #values = emptySlots<V>(1 << SMALLEST_BITS);
  #size = 0;

  constructor(capacity: number) {
    assert(Number.isSafeInteger(capacity) && capacity > 0, 'a BoundedTable holds at least one entry');
    this.capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#size >= this.capacity;
  }

  get(key: K): V | undefined {
    return this.#values[this.#slotOf(key)];
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** Stores the entry; false, with nothing changed, when the table is full and `key` is new. */
  set(key: K, value: V & {}): boolean {
    let slot = this.#slotOf(key);
    if (this.#values[slot] === undefined) {
      if (this.full) return false;
      if (2 * this.#size >= this.#keys.length) {
        this.#grow();
        slot = this.#slotOf(key);
      }
      this.#size++;
      this.#keys[slot] = key;
    }
    this.#values[slot] = value;
    return true;
  }

  delete(key: K): boolean {
    let hole = this.#slotOf(key);
    if (this.#values[hole] === undefined) return false;
    this.#size--;
    const mask = this.#keys.length - 1;
    for (let slot = (hole + 1) & mask; this.#values[slot] !== undefined; slot = (slot + 1) & mask) {
      // An entry may move back into the hole unless that would put it before its home.
      const home = this.#home(this.#keys[slot] as number);
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#keys[hole] = this.#keys[slot] as number;
      this.#values[hole] = this.#values[slot];
      hole = slot;
    }
    this.#values[hole] = undefined;
    return true;
  }

  /** Every value there is now, in no particular order: a copy, so that the table may change meanwhile. */
  values(): V[] {
    const values: V[] = [];
    for (const value of this.#values) if (value !== undefined) values.push(value);
    return values;
  }

  /** Where `key` is, or would be. */
  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = this.#home(key);
    while (this.#values[slot] !== undefined && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #home(key: number): number {
    return Math.imul(key, GOLDEN) >>> (32 - this.#bits);
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#bits++;
    this.#keys = new Float64Array(1 << this.#bits);
    this.#values = emptySlots<V>(1 << this.#bits);
    for (let i = 0; i < values.length; i++) {
      if (values[i] === undefined) continue;
      const slot = this.#slotOf(keys[i] as number);
      this.#keys[slot] = keys[i] as number;
      this.#values[slot] = values[i];
    }
  }
}

const emptySlots = <V>(length: number): (V | undefined)[] => new Array<V | undefined>(length).fill(undefined);

const SMALLEST_BITS = 3;
/** 2^32 divided by the golden ratio: spreads consecutive numbers. */
const GOLDEN = 0x9e3779b1 | 0;
