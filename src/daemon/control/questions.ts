/** Questions under way to shards: each is answered once, or given up. */
import type { ShardAnswer } from '../ports/index.ts';

interface Open {
  readonly shard: number;
  readonly settle: (answer: ShardAnswer | undefined) => void;
}

export class Questions {
  readonly #open = new Map<number, Open>();
  #last = 0;

  /** Sends a question under a number of its own; resolves with `undefined` when the shard ends or stays silent. */
  ask(shard: number, send: (request: number) => void, patienceMs: number): Promise<ShardAnswer | undefined> {
    const request = ++this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(request, undefined), patienceMs);
      const settle = (answer: ShardAnswer | undefined): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#open.set(request, { shard, settle });
      send(request);
    });
  }

  /** An answer arrived; one that nobody waits for is dropped. */
  answer(shard: number, request: number, answer: ShardAnswer): void {
    if (this.#open.get(request)?.shard === shard) this.#settle(request, answer);
  }

  /** The shard will not answer any more. */
  forget(shard: number): void {
    for (const [request, open] of this.#open) if (open.shard === shard) this.#settle(request, undefined);
  }

  #settle(request: number, answer: ShardAnswer | undefined): void {
    const open = this.#open.get(request);
    this.#open.delete(request);
    open?.settle(answer);
  }
}
