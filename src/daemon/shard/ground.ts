/**
 * Ground: the trust that this shard's rights stand on, live: at the revision that control sent last and at the time of
 * day. And how long ago control was heard: after `stalenessMax` of silence nobody knows what has been revoked.
 */
import { after, type Duration, type Instant, required, type WallTime } from '../../base/index.ts';
import { type Revision, Trust, type TrustBatch, type TrustSnapshot } from '../../trust/index.ts';

export interface GroundOptions {
  readonly chainMax: number;
  readonly stalenessMax: Duration;
}

export class Ground {
  readonly #options: GroundOptions;
  #trust: Trust | undefined;
  #staleAt: Instant | undefined;

  constructor(options: GroundOptions) {
    this.#options = options;
  }

  /** Only after `load`. */
  get trust(): Trust {
    return required(this.#trust, 'nobody decides before a snapshot has arrived');
  }

  /** Replaces everything. */
  load(snapshot: TrustSnapshot, wall: WallTime): void {
    this.#trust = new Trust(snapshot, wall, { chainMax: this.#options.chainMax });
  }

  /** Moves on by one revision. True when a relationship is not valid any more. */
  apply(batch: TrustBatch): boolean {
    return this.trust.apply(batch).lost.length > 0;
  }

  /** Moves on in time. True when a relationship has run out meanwhile. */
  advance(wall: WallTime): boolean {
    const due = this.#trust?.nextChange();
    if (due === undefined || due > wall) return false;
    return this.trust.advance(wall).lost.length > 0;
  }

  /** When `advance` is worth calling next, on the clock that alarms are set by; `undefined`: not on account of time. */
  nextChange(now: Instant, wall: WallTime): Instant | undefined {
    const due = this.#trust?.nextChange();
    return due === undefined ? undefined : whenWall(due, now, wall);
  }

  /** Control was heard, and has nothing newer than `revision`. */
  heard(now: Instant, revision: Revision): void {
    if (revision <= this.trust.snapshot.revision) this.#staleAt = after(now, this.#options.stalenessMax);
  }

  /** When it goes stale unless control is heard before; `undefined` before the first message. */
  get staleAt(): Instant | undefined {
    return this.#staleAt;
  }

  isStale(now: Instant): boolean {
    return this.#staleAt !== undefined && this.#staleAt <= now;
  }
}

/** When to look whether the time of day is `due`, on the clock that alarms are set by. */
export function whenWall(due: WallTime, now: Instant, wall: WallTime): Instant {
  return after(now, Math.min(Math.max(0, due - wall), WAIT_MS_MAX) as Duration);
}

/** A time of day can be corrected meanwhile: it is looked at again now and then. */
const WAIT_MS_MAX = 60_000;
