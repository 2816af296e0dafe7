/**
 * The Message IDs that we give to one peer: in sequence from a random start, none twice within EXCHANGE_LIFETIME
 * (RFC 7252 4.4). What was used when is remembered for blocks of 1,024, so up to that many are held back longer.
 */
import { after, type Duration, type Instant, instant } from '../base/index.ts';
import { type MessageId, messageId } from './message.ts';

export class MessageIds {
  #next: number;
  #usedAt: Instant = instant(Number.NEGATIVE_INFINITY);
  /** When the last ID of each block was given out; made when the first block is used up. */
  #blocks: Instant[] | undefined = undefined;

  constructor(random: number) {
    this.#next = random & 0xffff;
  }

  /** The next ID, or `undefined` while it would repeat one given out less than `lifetime` ago. */
  allocate(now: Instant, lifetime: Duration): MessageId | undefined {
    const id = this.#next;
    const block = id >> BLOCK_BITS;
    if (id % BLOCK === 0 && this.#blocks !== undefined) {
      const usedAt = this.#blocks[block];
      if (usedAt !== undefined && after(usedAt, lifetime) > now) return undefined;
    }
    if (id % BLOCK === BLOCK - 1) {
      this.#blocks ??= new Array<Instant>(0x1_0000 / BLOCK);
      this.#blocks[block] = now;
    }
    this.#usedAt = now;
    this.#next = (id + 1) & 0xffff;
    return messageId(id);
  }

  /** Whether nothing that was given out matters any more: a new random start would be as good. */
  isIdle(now: Instant, lifetime: Duration): boolean {
    return after(this.#usedAt, lifetime) <= now;
  }
}

const BLOCK_BITS = 10;
const BLOCK = 1 << BLOCK_BITS;
