/**
 * Report: what a shard says to the operator's log. Peers can cause these lines, so each kind is limited per second;
 * what was left out is counted and told with the next line.
 */
import { after, type Instant, instant, seconds } from '../../base/index.ts';
import { SHARD_EVENTS, type ShardEvent, type ShardMessage } from '../ports/index.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

interface Window {
  until: Instant;
  lines: number;
  suppressed: number;
}

export class Report {
  readonly #shard: number;
  readonly #tell: (message: ShardMessage) => void;
  /** One for each of the closed list of events. */
  readonly #windows: ReadonlyMap<ShardEvent, Window>;

  constructor(shard: number, tell: (message: ShardMessage) => void) {
    this.#shard = shard;
    this.#tell = tell;
    const events = Object.keys(SHARD_EVENTS) as ShardEvent[];
    this.#windows = new Map(events.map((event) => [event, freshWindow()]));
  }

  /** Tells a line, or counts it as left out: `fields` is called only for a line that is told. */
  log(now: Instant, event: ShardEvent, fields: () => LogFields): void {
    const window = this.#windows.get(event) ?? freshWindow();
    if (window.until <= now) {
      window.until = after(now, seconds(1));
      window.lines = 0;
    }
    if (window.lines >= LINES_PER_SECOND) {
      window.suppressed++;
      return;
    }
    window.lines++;
    const { suppressed } = window;
    window.suppressed = 0;
    const told = suppressed === 0 ? fields() : { ...fields(), suppressed };
    this.#tell({ kind: 'log', shard: this.#shard, event, fields: told });
  }
}

const freshWindow = (): Window => ({
  until: instant(Number.NEGATIVE_INFINITY),
  lines: 0,
  suppressed: 0,
});

const LINES_PER_SECOND = 10;
