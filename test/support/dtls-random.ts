/** Chance from a seed: the same seed, the same run. Not for keys. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Seeds that differ little must not begin alike.
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  }

  /** Uniform over 0..2^32-1 (mulberry32). */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Uniform over [0, 1). */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  between(from: number, to: number): number {
    return from + this.fraction() * (to - from);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.uint32() & 0xff);
  }
}
