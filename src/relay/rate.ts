/** Token buckets: how many requests one principal may send, however many connections it has. */
import { BoundedMap, type Instant } from '../base/index.ts';

export interface RateLimits {
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Buckets that are not full at the same time. */
  readonly principalsMax: number;
}

interface Bucket {
  tokens: number;
  filledAt: Instant;
}

export class RateLimiter<Key> {
  readonly #limits: RateLimits;
  readonly #buckets: BoundedMap<Key, Bucket>;

  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#buckets = new BoundedMap(limits.principalsMax);
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token. Answers 0, or in how many seconds (rounded up, at least 1) the next one comes. */
  take(now: Instant, key: Key): number {
    const bucket = this.#buckets.get(key) ?? this.#bucketFor(now, key);
    if (bucket === undefined) return 1;
    this.#fill(now, bucket);
    if (bucket.tokens < 1) {
      return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#limits.requestsPerSecond));
    }
    bucket.tokens -= 1;
    return 0;
  }

  #fill(now: Instant, bucket: Bucket): void {
    const gained = ((now - bucket.filledAt) * this.#limits.requestsPerSecond) / MS_PER_SECOND;
    bucket.tokens = Math.min(this.#limits.requestBurst, bucket.tokens + Math.max(0, gained));
    bucket.filledAt = now;
  }

  /** A full bucket for a principal without one; `undefined` when every other principal is in debt. */
  #bucketFor(now: Instant, key: Key): Bucket | undefined {
    if (this.#buckets.full) this.#forgetFull(now);
    const bucket = { tokens: this.#limits.requestBurst, filledAt: now };
    return this.#buckets.set(key, bucket) ? bucket : undefined;
  }

  /** A bucket that is full again says nothing. */
  #forgetFull(now: Instant): void {
    for (const [key, bucket] of this.#buckets.entries()) {
      this.#fill(now, bucket);
      if (bucket.tokens >= this.#limits.requestBurst) this.#buckets.delete(key);
    }
  }
}

const MS_PER_SECOND = 1_000;
