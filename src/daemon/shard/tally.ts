/** Tally: what a shard has counted. Cells that are added to in place; made into plain records when somebody asks. */
import { ACTIONS, type Action } from '../../policy/index.ts';
import { OUTCOMES, type Outcome } from '../../relay/index.ts';
import { type HistogramView, REQUEST_SECONDS_BOUNDS } from '../ports/index.ts';

/** Counts by label values. The labels come from closed lists, so there are as many cells as the lists allow. */
export class Counts {
  readonly #cells = new Map<string, number>();

  add(labels: string, n = 1): void {
    this.#cells.set(labels, (this.#cells.get(labels) ?? 0) + n);
  }

  of(labels: string): number {
    return this.#cells.get(labels) ?? 0;
  }

  record(): Record<string, number> {
    return Object.fromEntries(this.#cells);
  }
}

/** Requests by action and outcome: one typed array, because this one is counted for every request. */
export class RequestCounts {
  readonly #cells = new Float64Array((ACTIONS.length + 1) * OUTCOMES.length);
  readonly #actionIndex = new Map<Action | undefined, number>(ACTIONS.map((action, i) => [action, i]));
  readonly #outcomeIndex = new Map<Outcome, number>(OUTCOMES.map((outcome, i) => [outcome, i]));

  /** @param action `undefined` when the request was refused before that was known. */
  add(action: Action | undefined, outcome: Outcome): void {
    const row = this.#actionIndex.get(action) ?? ACTIONS.length;
    const cell = row * OUTCOMES.length + (this.#outcomeIndex.get(outcome) ?? 0);
    this.#cells[cell] = (this.#cells[cell] as number) + 1;
  }

  /** Requests that ended so, whatever they asked for. */
  of(outcome: Outcome): number {
    let sum = 0;
    for (let row = 0; row <= ACTIONS.length; row++) {
      sum += this.#cells[row * OUTCOMES.length + (this.#outcomeIndex.get(outcome) ?? 0)] as number;
    }
    return sum;
  }

  record(): Record<string, number> {
    const record: Record<string, number> = {};
    this.#cells.forEach((count, cell) => {
      const action = ACTIONS[Math.floor(cell / OUTCOMES.length)] ?? 'unknown';
      if (count > 0) record[`${action},${OUTCOMES[cell % OUTCOMES.length]}`] = count;
    });
    return record;
  }
}

/** How long requests took. */
export class RequestSeconds {
  readonly #counts = new Float64Array(REQUEST_SECONDS_BOUNDS.length + 1);
  #sum = 0;

  add(ms: number): void {
    const seconds = ms / 1_000;
    let bucket = 0;
    while (bucket < REQUEST_SECONDS_BOUNDS.length && seconds > (REQUEST_SECONDS_BOUNDS[bucket] as number))
      bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += seconds;
  }

  view(): HistogramView {
    return { bounds: REQUEST_SECONDS_BOUNDS, counts: Array.from(this.#counts), sum: this.#sum };
  }
}

export class Tally {
  readonly handshakes = new Counts();
  readonly recordsDropped = new Counts();
  readonly messagesDropped = new Counts();
  readonly sessionsClosed = new Counts();
  readonly decisions = new Counts();
  readonly newcomers = new Counts();
  readonly claims = new Counts();
  readonly requests = new RequestCounts();
  readonly requestSeconds = new RequestSeconds();
}
