/** Numbers exchanges of both roles in one sequence, so that a driver needs no role to name one. */
import { type ExchangeId, exchangeId } from './effect.ts';

export class ExchangeIds {
  #last = 0;

  next(): ExchangeId {
    this.#last++;
    return exchangeId(this.#last);
  }
}
