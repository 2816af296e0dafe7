/** Closed loops of load: so many operations are under way, and each that ends begins the next. */
import { HANDSHAKE_DEVICES } from '../devices.ts';
import { CONTENT, decodeAnswer, encodeAck, encodeGet } from './coap-bytes.ts';
import type { Fleet } from './fleet.ts';
import type { Measured, Window } from './protocol.ts';
import { Stopwatch } from './stopwatch.ts';

interface Asked {
  readonly session: number;
  readonly bytes: Uint8Array;
  readonly startedMs: number;
  sentMs: number;
  tries: number;
}

/** Opens the sessions; rejects with the first failure. */
export async function openSessions(
  fleet: Fleet,
  from: number,
  count: number,
  concurrency: number,
): Promise<void> {
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < from + count) await fleet.open(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** Confirmable GETs, each on the session whose turn it is; an answer is good if it is 2.05 with the right payload. */
export class GetLoop {
  readonly #fleet: Fleet;
  readonly #options: Uint8Array;
  readonly #payload: Uint8Array;
  readonly #sessions: number;
  readonly #stopwatch: Stopwatch;
  readonly #asked = new Map<number, Asked>();
  #turn = 0;

  constructor(
    fleet: Fleet,
    load: { sessions: number; pid: number; options: Uint8Array; payload: Uint8Array },
  ) {
    this.#fleet = fleet;
    this.#sessions = load.sessions;
    this.#options = load.options;
    this.#payload = load.payload;
    this.#stopwatch = new Stopwatch(load.pid);
  }

  async run(window: Window, concurrency: number): Promise<Measured> {
    this.#fleet.receiveWith((session, bytes) => this.#receive(session, bytes));
    const repeat = setInterval(() => this.#repeat(), REPEAT_TICK_MS);
    for (let lane = 0; lane < Math.min(concurrency, this.#sessions); lane++) this.#ask();
    // What a session's first request sets up is not the price of its others.
    const patient = performance.now() + FIRST_REQUESTS_MS_MAX;
    while (this.#turn < this.#sessions && performance.now() < patient) await pause();
    const measured = await this.#stopwatch.run(window);
    for (let patience = 100; this.#asked.size > 0 && patience > 0; patience--) await pause();
    clearInterval(repeat);
    return measured;
  }

  #ask(): void {
    if (this.#stopwatch.over) return;
    const token = ++tokens;
    const session = this.#turn++ % this.#sessions;
    const startedMs = performance.now();
    const bytes = encodeGet(this.#fleet.nextMessageId(session), token, this.#options);
    this.#asked.set(token, { session, bytes, startedMs, sentMs: startedMs, tries: 1 });
    this.#fleet.send(session, bytes);
  }

  #receive(session: number, bytes: Uint8Array): void {
    const answer = decodeAnswer(bytes);
    if (answer === undefined) return;
    if (answer.type === 'CON') this.#fleet.send(session, encodeAck(answer.messageId));
    if (answer.code === 0) return;
    const asked = this.#asked.get(answer.token);
    if (asked === undefined) return;
    this.#asked.delete(answer.token);
    if (answer.code === CONTENT && Buffer.compare(answer.payload, this.#payload) === 0)
      this.#stopwatch.succeeded(asked.startedMs);
    else this.#stopwatch.failed();
    this.#ask();
  }

  /** RFC 7252 4.2, without the back-off: a lost datagram must not stop a lane. */
  #repeat(): void {
    const now = performance.now();
    for (const [token, asked] of this.#asked) {
      if (now - asked.sentMs < ACK_TIMEOUT_MS) continue;
      if (asked.tries > RETRANSMIT_MAX) {
        this.#asked.delete(token);
        this.#stopwatch.failed();
        this.#ask();
        continue;
      }
      asked.tries++;
      asked.sentMs = now;
      this.#stopwatch.retransmitted();
      this.#fleet.send(asked.session, asked.bytes);
    }
  }
}

/** Full handshakes on fresh addresses; each session is closed once it is established. */
export async function runHandshakes(
  fleet: Fleet,
  pid: number,
  load: Window & { from: number; concurrency: number },
): Promise<Measured> {
  const stopwatch = new Stopwatch(pid);
  let turn = 0;
  const lane = async (): Promise<void> => {
    while (!stopwatch.over) {
      const session = load.from + (turn++ % HANDSHAKE_DEVICES);
      const started = performance.now();
      try {
        await fleet.open(session);
        stopwatch.succeeded(started);
      } catch {
        stopwatch.failed();
      }
      fleet.close(session);
    }
  };
  const lanes = Array.from({ length: load.concurrency }, lane);
  const measured = await stopwatch.run(load);
  await Promise.all(lanes);
  return measured;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

const FIRST_REQUESTS_MS_MAX = 30_000;
const ACK_TIMEOUT_MS = 2_000;
const REPEAT_TICK_MS = 100;
const RETRANSMIT_MAX = 4;
/** Never the same token twice, whichever loop asks. */
let tokens = 0;
