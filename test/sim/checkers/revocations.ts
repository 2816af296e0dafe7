/**
 * S2: once a revocation is acknowledged, nothing of those who lost their ground is forwarded, and no answer is sent to
 * them that came of it; and it is acknowledged only when every running shard has applied it. A shard that has not heard
 * of trust for too long serves nobody at all.
 */
import type { Instant } from '../../../src/base/index.ts';
import type { Findings } from './findings.ts';

export class Revocations {
  readonly #findings: Findings;
  readonly #stalenessMaxMs: number;
  /** Since when each principal has been without ground, as acknowledged. */
  readonly #barredAt = new Map<string, Instant>();
  /** What each running shard said it has applied, and when control was last heard there. */
  readonly #shards = new Map<number, { applied: number; heardAt: Instant | undefined }>();
  /** What was seen to pass: a run in which nothing did has shown nothing. */
  readonly seen = { forwarded: 0, delivered: 0, acknowledged: 0, barred: 0 };

  constructor(findings: Findings, stalenessMaxMs: number) {
    this.#findings = findings;
    this.#stalenessMaxMs = stalenessMaxMs;
  }

  started(shard: number): void {
    this.#shards.set(shard, { applied: -1, heardAt: undefined });
  }

  ended(shard: number): void {
    this.#shards.delete(shard);
  }

  /** A message of control has reached the shard, with nothing missing before it. */
  heard(now: Instant, shard: number): void {
    const known = this.#shards.get(shard);
    if (known !== undefined) known.heardAt = now;
  }

  applied(shard: number, revision: number): void {
    const known = this.#shards.get(shard);
    if (known !== undefined) known.applied = Math.max(known.applied, revision);
  }

  /** Whoever asked for the revocation is told that it is in force. */
  acknowledged(now: Instant, revision: number, principals: readonly string[]): void {
    this.seen.acknowledged++;
    for (const [shard, { applied }] of this.#shards)
      if (applied < revision) this.#findings.add(`S2: acknowledged before shard ${shard} had applied it`);
    for (const principal of principals)
      if (!this.#barredAt.has(principal)) this.#barredAt.set(principal, now);
    this.seen.barred = this.#barredAt.size;
  }

  forwarded(now: Instant, shard: number, principal: string): void {
    this.seen.forwarded++;
    if (this.#isBarred(principal, now)) this.#findings.add('S2: forwarded after the acknowledgement');
    this.#fresh(now, shard, 'forwarded');
  }

  /** A device has an answer with something in it, which the shard had sent at `sentAt`. */
  delivered(sentAt: Instant, shard: number, principal: string): void {
    this.seen.delivered++;
    if (this.#isBarred(principal, sentAt)) this.#findings.add('S2: an answer after the acknowledgement');
    this.#fresh(sentAt, shard, 'answered');
  }

  #isBarred(principal: string, at: Instant): boolean {
    const since = this.#barredAt.get(principal);
    return since !== undefined && since < at;
  }

  #fresh(at: Instant, shard: number, what: string): void {
    const heardAt = this.#shards.get(shard)?.heardAt;
    if (heardAt !== undefined && at - heardAt >= this.#stalenessMaxMs)
      this.#findings.add(`S2: ${what} by a shard that had lost the feed`);
  }
}
