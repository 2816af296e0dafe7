/**
 * What the CoAP message layer does towards one peer, said as plainly as possible: everything is remembered for ever,
 * found by searching, and time is a list of what comes next. Effects are lines as in support/lockstep-coap.ts, with our
 * own Message IDs and tokens numbered m1, m2 ... and t1, t2 ... in the order of their making.
 */

const ACK_TIMEOUT = 2_000;
const MAX_RETRANSMIT = 4;
const PROCESSING_DELAY = 1_000;
const EXCHANGE_LIFETIME = 247_000;
const NON_LIFETIME = 145_000;

/** A message of the peer that counts as seen: a request, or a CON response (which is over at once). */
interface Heard {
  readonly exchange: number;
  readonly id: string;
  readonly confirmable: boolean;
  state: 'open' | 'acknowledged' | 'over';
  /** When it entered its state. */
  since: number;
  /** What a duplicate CON is answered with once it is over. */
  answer: string;
}

/** A request of ours. */
export interface Made {
  readonly exchange: number;
  readonly confirmable: boolean;
  /** Named, as its Message ID, when it is first seen on the wire. */
  token: string;
  readonly giveUpAt: number;
  state: 'queued' | 'sent' | 'acknowledged' | 'over';
  id: string;
}

/** A CON of ours that is not acknowledged. */
export interface Pending {
  readonly exchange: number;
  readonly carries: 'request' | 'response';
  readonly id: string;
  readonly line: string;
  repeated: number;
  wait: number;
  at: number;
}

export class PlainMessageLayer {
  now: number;
  heard: Heard[] = [];
  made: Made[] = [];
  pending: Pending[] = [];
  #exchanges = 0;
  #ids = 0;
  #tokens = 0;
  readonly #nstart: number;

  constructor(now: number, nstart: number) {
    this.now = now;
    this.#nstart = nstart;
  }

  hearRequest(confirmable: boolean, id: string): string[] {
    const known = this.#known(id);
    if (known !== undefined) return this.#again(known, confirmable);
    const exchange = ++this.#exchanges;
    const state = confirmable ? 'open' : 'acknowledged';
    this.heard.push({ exchange, id, confirmable, state, since: this.now, answer: '' });
    return [`request #${exchange} ${confirmable ? 'CON' : 'NON'} POST`];
  }

  respond(exchange: number): string[] {
    const asked = this.heard.find((each) => each.exchange === exchange && each.state !== 'over');
    if (asked === undefined) return [];
    if (asked.state === 'open') {
      this.#over(asked, `> ACK 2.04 ${asked.id} token=${asked.id}`);
      return [asked.answer];
    }
    this.#over(asked, asked.confirmable ? `> ACK 0.00 ${asked.id}` : '');
    const id = `m${++this.#ids}`;
    const line = `> ${asked.confirmable ? 'CON' : 'NON'} 2.04 ${id} token=${asked.id}`;
    if (asked.confirmable) this.#transmit(exchange, 'response', id, line);
    return [line];
  }

  decline(exchange: number): string[] {
    const asked = this.heard.find((each) => each.exchange === exchange && each.state !== 'over');
    if (asked === undefined) return [];
    const unacknowledged = asked.state === 'open';
    this.#over(asked, asked.confirmable ? `> ACK 0.00 ${asked.id}` : '');
    return unacknowledged ? [asked.answer] : [];
  }

  ask(confirmable: boolean, timeout: number): string[] {
    const exchange = ++this.#exchanges;
    this.made.push({
      exchange,
      confirmable,
      token: '',
      giveUpAt: this.now + timeout,
      state: 'queued',
      id: '',
    });
    return this.#sendQueued();
  }

  cancel(exchange: number): string[] {
    return this.#end(exchange);
  }

  hearEmptyAck(id: string): string[] {
    const acknowledged = this.pending.find((each) => each.id === id);
    if (acknowledged === undefined) return ['dropped unexpected-ack'];
    this.#settle(acknowledged);
    const request = this.made.find((each) => each.exchange === acknowledged.exchange);
    if (request !== undefined) request.state = 'acknowledged';
    return this.#sendQueued();
  }

  hearPiggybacked(id: string, token: string): string[] {
    const request = this.#waiting(token);
    if (request?.confirmable && request.id === id) {
      return [`response #${request.exchange} 2.05`, ...this.#end(request.exchange)];
    }
    const other = this.pending.find((each) => each.id === id);
    if (other?.carries === 'response') this.#settle(other);
    return [other === undefined ? 'dropped unexpected-ack' : 'dropped token-mismatch'];
  }

  hearSeparate(confirmable: boolean, id: string, token: string): string[] {
    const known = confirmable ? this.#known(id) : undefined;
    if (known !== undefined) return this.#again(known, true);
    const request = this.#waiting(token);
    if (request === undefined)
      return ['dropped unexpected-response', ...(confirmable ? [`> RST 0.00 ${id}`] : [])];
    const lines: string[] = [];
    if (confirmable) {
      const answer = `> ACK 0.00 ${id}`;
      this.heard.push({ exchange: 0, id, confirmable, state: 'over', since: this.now, answer });
      lines.push(answer);
    }
    return [...lines, `response #${request.exchange} 2.05`, ...this.#end(request.exchange)];
  }

  hearReset(id: string): string[] {
    const pending = this.pending.find((each) => each.id === id);
    if (pending?.carries === 'response') {
      this.#settle(pending);
      return [`abandoned #${pending.exchange}`];
    }
    const request = this.made.find((each) => each.id === id && ['sent', 'acknowledged'].includes(each.state));
    if (request === undefined) return ['dropped unexpected-reset'];
    return [`failed #${request.exchange} reset`, ...this.#end(request.exchange)];
  }

  forget(): string[] {
    const lines = [
      ...this.heard.filter((each) => each.state !== 'over').map((each) => `abandoned #${each.exchange}`),
      ...this.made.filter((each) => each.state !== 'over').map((each) => `failed #${each.exchange} closed`),
      ...this.pending
        .filter((each) => each.carries === 'response')
        .map((each) => `abandoned #${each.exchange}`),
    ];
    this.heard = [];
    this.made = [];
    this.pending = [];
    return lines;
  }

  wait(ms: number): string[] {
    const until = this.now + ms;
    const lines: string[] = [];
    for (;;) {
      const next = this.#upcoming().toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.now = next.at;
      lines.push(...next.happens());
    }
    this.now = until;
    return lines;
  }

  /** Everything that time alone will bring, exchanges before transmissions. */
  #upcoming(): { at: number; happens: () => string[] }[] {
    return [
      ...this.heard
        .filter((each) => each.state === 'open')
        .map((each) => ({ at: each.since + PROCESSING_DELAY, happens: () => this.#acknowledge(each) })),
      ...this.heard
        .filter((each) => each.state === 'acknowledged')
        .map((each) => ({ at: each.since + EXCHANGE_LIFETIME, happens: () => this.#abandon(each) })),
      ...this.made
        .filter((each) => each.state !== 'over')
        .map((each) => ({ at: each.giveUpAt, happens: () => this.#expire() })),
      ...this.pending.map((each) => ({ at: each.at, happens: () => this.#repeat(each) })),
    ];
  }

  #acknowledge(asked: Heard): string[] {
    asked.state = 'acknowledged';
    asked.since = this.now;
    return [`> ACK 0.00 ${asked.id}`];
  }

  #abandon(asked: Heard): string[] {
    this.#over(asked, asked.confirmable ? `> ACK 0.00 ${asked.id}` : '');
    return [`abandoned #${asked.exchange}`];
  }

  #fail(exchange: number): string[] {
    return [`failed #${exchange} timeout`, ...this.#end(exchange)];
  }

  /** All that is too late, before anything that waited is sent. */
  #expire(): string[] {
    const late = this.made.filter((each) => each.state !== 'over' && each.giveUpAt <= this.now);
    for (const each of late) each.state = 'over';
    const lost = (each: Pending): boolean =>
      each.carries === 'request' && late.some(({ exchange }) => exchange === each.exchange);
    this.pending = this.pending.filter((each) => !lost(each));
    return [...late.map(({ exchange }) => `failed #${exchange} timeout`), ...this.#sendQueued()];
  }

  #repeat(pending: Pending): string[] {
    if (pending.repeated === MAX_RETRANSMIT) {
      this.#settle(pending);
      return pending.carries === 'request'
        ? this.#fail(pending.exchange)
        : [`abandoned #${pending.exchange}`];
    }
    pending.repeated++;
    pending.wait *= 2;
    pending.at = this.now + pending.wait;
    return [pending.line];
  }

  #known(id: string): Heard | undefined {
    return this.heard.find((each) => {
      const lifetime = each.confirmable ? EXCHANGE_LIFETIME : NON_LIFETIME;
      return each.id === id && (each.state !== 'over' || this.now - each.since <= lifetime);
    });
  }

  #again(known: Heard, confirmable: boolean): string[] {
    const answer =
      known.state === 'acknowledged' && known.confirmable ? `> ACK 0.00 ${known.id}` : known.answer;
    return confirmable && answer !== '' ? [answer, 'dropped duplicate'] : ['dropped duplicate'];
  }

  #over(asked: Heard, answer: string): void {
    asked.state = 'over';
    asked.since = this.now;
    asked.answer = answer;
  }

  #waiting(token: string): Made | undefined {
    return this.made.find((each) => each.token === token && ['sent', 'acknowledged'].includes(each.state));
  }

  #transmit(exchange: number, carries: Pending['carries'], id: string, line: string): void {
    this.pending.push({
      exchange,
      carries,
      id,
      line,
      repeated: 0,
      wait: ACK_TIMEOUT,
      at: this.now + ACK_TIMEOUT,
    });
  }

  #settle(pending: Pending): void {
    this.pending = this.pending.filter((each) => each !== pending);
  }

  /** Ends a request of ours and sends what waited for it. */
  #end(exchange: number): string[] {
    const request = this.made.find((each) => each.exchange === exchange);
    if (request !== undefined) request.state = 'over';
    this.pending = this.pending.filter((each) => each.carries !== 'request' || each.exchange !== exchange);
    return this.#sendQueued();
  }

  #sendQueued(): string[] {
    const lines: string[] = [];
    for (const request of this.made.filter((each) => each.state === 'queued')) {
      if (this.made.filter((each) => each.state === 'sent').length >= this.#nstart) break;
      request.state = 'sent';
      request.id = `m${++this.#ids}`;
      request.token = `t${++this.#tokens}`;
      const line = `> ${request.confirmable ? 'CON' : 'NON'} GET ${request.id} token=${request.token}`;
      if (request.confirmable) this.#transmit(request.exchange, 'request', request.id, line);
      lines.push(line);
    }
    return lines;
  }
}
