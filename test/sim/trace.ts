/** The history of a run as one hash: the same seed must give the same. */
import { createHash } from 'node:crypto';
import type { Instant } from '../../src/base/index.ts';

export class Trace {
  readonly #hash = createHash('sha256');
  #events = 0;

  note(now: Instant, what: string, bytes: Uint8Array = new Uint8Array(0)): void {
    this.#events++;
    this.#hash.update(`${now.toFixed(3)} ${what} ${bytes.length} `).update(bytes);
  }

  get events(): number {
    return this.#events;
  }

  /** Ends the trace. */
  digest(): string {
    return this.#hash.digest('hex').slice(0, 32);
  }
}
