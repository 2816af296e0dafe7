/** What control counts, in plain cells, until somebody asks. */
import type { Duration } from '../../base/index.ts';
import { REVOCATION_SECONDS_BOUNDS, type ShardCounters } from '../ports/index.ts';
import type { Command } from './commands/index.ts';

export class Tally {
  readonly #changes = new Map<string, number>();
  readonly #revocations = Array.from({ length: REVOCATION_SECONDS_BOUNDS.length + 1 }, () => 0);
  #revocationSeconds = 0;
  #restarts = 0;

  change(command: Command['kind'], outcome: 'done' | 'refused' | 'failed'): void {
    const key = `${command},${outcome}`;
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
  }

  /** A revocation was in force everywhere after `took`. */
  revocation(took: Duration): void {
    const seconds = took / 1_000;
    const found = REVOCATION_SECONDS_BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = found === -1 ? REVOCATION_SECONDS_BOUNDS.length : found;
    this.#revocations[bucket] = (this.#revocations[bucket] ?? 0) + 1;
    this.#revocationSeconds += seconds;
  }

  restart(): void {
    this.#restarts++;
  }

  /** Everything counted so far, beside the gauges that the caller knows. */
  counters(gauges: ShardCounters['gauges']): ShardCounters {
    return {
      counters: {
        postern_changes_total: Object.fromEntries(this.#changes),
        postern_shard_restarts_total: { '': this.#restarts },
      },
      gauges,
      histograms: {
        postern_revocation_seconds: {
          bounds: REVOCATION_SECONDS_BOUNDS,
          counts: [...this.#revocations],
          sum: this.#revocationSeconds,
        },
      },
    };
  }
}
