/**
 * Publisher: carries every change to every shard, and knows when it is in force there.
 *
 *   publish(r) --apply--> shard 0, shard 1, ...       resolves when each of them said applied(r), or has ended
 *
 * A shard that does not answer in time is reported as late: it must not go on serving by rights that have ended.
 */
import type { ControlMessage, PskMaterial } from '../ports/index.ts';
import type { Revision, TrustEvent } from '../../trust/index.ts';

export type Post = (message: ControlMessage) => void;

interface Member {
  readonly post: Post;
  applied: number;
}

interface Waiting {
  readonly revision: Revision;
  readonly resolve: () => void;
}

export class Publisher {
  readonly #members = new Map<number, Member>();
  readonly #late: (shard: number) => void;
  readonly #patienceMs: number;
  #waiting: Waiting[] = [];
  #revision = 0 as Revision;

  /** `late` is told of a shard that has not applied a revision after `patienceMs`; it is expected to end it. */
  constructor(late: (shard: number) => void, patienceMs: number = PATIENCE_MS) {
    this.#late = late;
    this.#patienceMs = patienceMs;
  }

  /** A shard starts: everything up to now in one message, every later change from here on. */
  join(shard: number, post: Post, load: ControlMessage & { kind: 'load' }): void {
    this.#members.set(shard, { post, applied: -1 });
    this.#revision = load.revision;
    post(load);
  }

  /** Tells every shard that there is nothing new: one that hears nothing for too long serves nobody. */
  pulse(): void {
    for (const { post } of this.#members.values()) post({ kind: 'pulse', revision: this.#revision });
  }

  /** A shard has ended: nobody waits for it any more. */
  leave(shard: number): void {
    this.#members.delete(shard);
    this.#settle();
  }

  /** A shard said `applied`. */
  applied(shard: number, revision: Revision): void {
    const member = this.#members.get(shard);
    if (member === undefined || revision <= member.applied) return;
    member.applied = revision;
    this.#settle();
  }

  /** Resolves when no running shard is behind `revision`. */
  async publish(
    revision: Revision,
    events: readonly TrustEvent[],
    keys: readonly PskMaterial[],
  ): Promise<void> {
    this.#revision = revision;
    for (const { post } of this.#members.values()) post({ kind: 'apply', revision, events, keys });
    if (this.#behind(revision).length === 0) return;
    const overdue = setTimeout(() => {
      for (const shard of this.#behind(revision)) this.#late(shard);
    }, this.#patienceMs);
    await new Promise<void>((resolve) => this.#waiting.push({ revision, resolve }));
    clearTimeout(overdue);
  }

  #behind(revision: Revision): number[] {
    return [...this.#members].filter(([, { applied }]) => applied < revision).map(([shard]) => shard);
  }

  #settle(): void {
    const settled = this.#waiting.filter(({ revision }) => this.#behind(revision).length === 0);
    this.#waiting = this.#waiting.filter((waiting) => !settled.includes(waiting));
    for (const { resolve } of settled) resolve();
  }
}

/** Applying a change takes microseconds; a shard that is still starting takes a second. */
const PATIENCE_MS = 10_000;
