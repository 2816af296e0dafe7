/**
 * Petitions: what this shard waits for control's word on. So many of each kind are under way and no more, whoever
 * causes them; each ends once: with the word, or late.
 */
import { after, BoundedMap, type Instant, required, seconds } from '../../base/index.ts';
import type { Petition, ShardMessage, Word } from '../ports/index.ts';

/** `late`: no word came in time. What was asked for may be done all the same. */
export type Told = Word | { readonly kind: 'late' };

interface Open {
  readonly deadline: Instant;
  readonly told: (now: Instant, word: Told) => void;
}

export class Petitions {
  readonly #shard: number;
  readonly #tell: (message: ShardMessage) => void;
  readonly #open: Readonly<Record<Petition['kind'], BoundedMap<number, Open>>>;
  #last = 0;
  #size = 0;
  /** Petitions that there was no room for. */
  overflows = 0;

  constructor(shard: number, tell: (message: ShardMessage) => void) {
    this.#shard = shard;
    this.#tell = tell;
    this.#open = {
      newcomer: new BoundedMap(PETITIONS_MAX.newcomer),
      used: new BoundedMap(PETITIONS_MAX.used),
      claim: new BoundedMap(PETITIONS_MAX.claim),
      reset: new BoundedMap(PETITIONS_MAX.reset),
    };
  }

  /** How many are under way. */
  get size(): number {
    return this.#size;
  }

  /** Asks control; `told` is called once, later. False, and nothing asked, when too many wait already. */
  ask(now: Instant, petition: Petition, told: Open['told']): boolean {
    const request = ++this.#last;
    const open = { deadline: after(now, PATIENCE), told };
    if (!this.#open[petition.kind].set(request, open)) {
      this.overflows++;
      return false;
    }
    this.#size++;
    this.#tell({ kind: 'petition', shard: this.#shard, request, petition });
    return true;
  }

  /** Control's word; one that nobody waits for any more changes nothing. */
  word(now: Instant, request: number, word: Word): void {
    for (const open of Object.values(this.#open)) {
      const found = open.get(request);
      if (found === undefined) continue;
      open.delete(request);
      this.#size--;
      found.told(now, word);
    }
  }

  nextDeadline(): Instant | undefined {
    if (this.#size === 0) return undefined;
    let next: Instant | undefined;
    for (const open of Object.values(this.#open)) {
      const oldest = open.oldest();
      if (oldest === undefined) continue;
      const { deadline } = required(open.get(oldest), 'the oldest is there');
      if (next === undefined || deadline < next) next = deadline;
    }
    return next;
  }

  /** Gives up what has waited for too long. */
  timeout(now: Instant): void {
    for (const open of Object.values(this.#open)) {
      for (let oldest = open.oldest(); oldest !== undefined; oldest = open.oldest()) {
        const { deadline, told } = required(open.get(oldest), 'the oldest is there');
        if (deadline > now) break;
        open.delete(oldest);
        this.#size--;
        told(now, { kind: 'late' });
      }
    }
  }
}

/** Under way at once, of one shard. */
export const PETITIONS_MAX = { newcomer: 64, used: 128, claim: 256, reset: 16 } as const satisfies Record<
  Petition['kind'],
  number
>;
/** Longer than a busy control takes for all of them, shorter than a CoAP client waits. */
const PATIENCE = seconds(5);
