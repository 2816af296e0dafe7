/**
 * The source ports of one backend. A backend remembers the Message IDs of each of our ports for EXCHANGE_LIFETIME, so a
 * port must not give out more than 65,536 in that time (RFC 7252 4.4). Hence ports take turns: one is used until its
 * IDs run out or too many of its requests are under way, then rests while the next one is used.
 */
import { after, BoundedMap, type Duration, type Instant } from '../../../base/index.ts';
import type { Source } from './source.ts';

export interface SourcesOptions {
  readonly open: () => Source;
  /** How long a port rests after its last Message ID. */
  readonly rest: Duration;
  readonly sourcesMax: number;
  /** Requests under way from one port. */
  readonly inflightMax: number;
  /** Message IDs between two rests. */
  readonly messagesMax: number;
}

interface Resting {
  readonly source: Source;
  readonly until: Instant;
}

/** A block-wise transfer under way: its port belongs to nobody else. */
interface Transfer {
  readonly source: Source;
  usedAt: Instant;
}

export class Sources {
  readonly #options: SourcesOptions;
  readonly #ready: Source[] = [];
  readonly #resting: Resting[] = [];
  readonly #transfers: BoundedMap<string, Transfer>;
  #opened = 0;

  constructor(options: SourcesOptions) {
    this.#options = options;
    this.#transfers = new BoundedMap(Math.max(1, options.sourcesMax >> 1));
  }

  get size(): number {
    return this.#opened;
  }

  /** A port for one request, or `undefined` when all of them are at their limits. */
  take(now: Instant): Source | undefined {
    let source = this.#ready[0];
    while (source !== undefined && !this.#isUsable(source)) {
      this.#ready.shift();
      this.#resting.push({ source, until: after(now, this.#options.rest) });
      source = this.#ready[0];
    }
    if (source !== undefined && source.inflight < this.#options.inflightMax) return this.#use(source);
    const idle = this.#ready.find((candidate) => candidate.inflight < this.#options.inflightMax);
    return this.#use(idle ?? this.#another(now));
  }

  /**
   * The port of a block-wise transfer: every block of one transfer comes from the same port, and no other transfer's
   * does, because a backend tells transfers apart by port (RFC 7959 section 2.5).
   */
  takeFor(now: Instant, transfer: string, last: boolean): Source | undefined {
    const known = this.#transfers.get(transfer);
    if (last && known !== undefined) {
      this.#transfers.delete(transfer);
      this.#ready.push(known.source);
    }
    if (known !== undefined) {
      known.usedAt = now;
      return this.#use(known.source);
    }
    if (last) return this.take(now);
    if (this.#transfers.full) this.#expireTransfers(now);
    const source = this.#transfers.full ? undefined : this.#another(now);
    if (source === undefined) return undefined;
    this.#ready.splice(this.#ready.indexOf(source), 1);
    this.#transfers.set(transfer, { source, usedAt: now });
    return this.#use(source);
  }

  /** Every port there is. */
  *all(): IterableIterator<Source> {
    yield* this.#ready;
    for (const { source } of this.#resting) yield source;
    for (const { source } of this.#transfers.values()) yield source;
  }

  /** Closes every port. */
  close(): void {
    for (const source of this.all()) source.close();
    this.#ready.length = 0;
    this.#resting.length = 0;
    this.#transfers.clear();
    this.#opened = 0;
  }

  #isUsable(source: Source): boolean {
    return source.used < this.#options.messagesMax;
  }

  #use(source: Source | undefined): Source | undefined {
    if (source !== undefined) source.used++;
    return source;
  }

  /** A port that is rested, or a new one; it joins the ready ones. */
  #another(now: Instant): Source | undefined {
    const rested = this.#resting[0];
    if (rested !== undefined && rested.until <= now) {
      this.#resting.shift();
      rested.source.used = 0;
      this.#ready.push(rested.source);
      return rested.source;
    }
    if (this.#opened >= this.#options.sourcesMax) return undefined;
    const source = this.#options.open();
    this.#opened++;
    this.#ready.push(source);
    return source;
  }

  #expireTransfers(now: Instant): void {
    for (const [key, transfer] of this.#transfers.entries()) {
      if (transfer.usedAt + TRANSFER_IDLE_MS > now) continue;
      this.#transfers.delete(key);
      this.#ready.push(transfer.source);
    }
  }
}

/** A transfer whose next block does not come in this time is over. */
const TRANSFER_IDLE_MS = 60_000;
