/**
 * Farewells: alerts of connections that are over already. Where thousands end in one stroke, nothing of theirs is taken
 * in any more from that moment; what they are told of it follows in slices, so that nobody else waits for it.
 */
import { BoundedQueue, type Instant, type Path } from '../base/index.ts';
import type { Connection } from './connection-state.ts';
import type { Effects } from './effect.ts';
import { type AlertName, encodeAlert } from './message/alert.ts';
import { CONTENT_TYPE, DTLS_1_2 } from './record/header.ts';
import { type Protection, type RecordProtection, recordLength } from './record/protection.ts';
import { takeSequence } from './v12/flight.ts';

/** An alert with what sealing it takes: it outlives its connection. */
export interface Farewell {
  readonly path: Path;
  readonly epoch: 0 | 1;
  readonly sequence: number;
  readonly protection: Protection | null;
  readonly alert: AlertName;
}

/** The alert that this connection would send now; its number is used up by it. */
export function farewellOf(connection: Connection, alert: AlertName): Farewell {
  const { path, writeEpoch: epoch } = connection;
  const sequence = takeSequence(connection, epoch);
  return { path, epoch, sequence, protection: epoch === 0 ? null : connection.write, alert };
}

/** Seals it, and has it sent. */
export function say(records: RecordProtection, farewell: Farewell, out: Effects): void {
  const { path, epoch, sequence, protection } = farewell;
  const alert = encodeAlert(farewell.alert);
  const datagram = new Uint8Array(recordLength(protection, alert.length));
  const header = { type: CONTENT_TYPE.alert, epoch, sequence, version: DTLS_1_2 };
  records.write(datagram, 0, header, protection, alert);
  out.push({ kind: 'transmit', path, datagram });
}

export class Farewells {
  readonly #waiting: BoundedQueue<Farewell>;
  #since: Instant | undefined;

  /** Room for one of every connection that there can be. */
  constructor(connectionsMax: number) {
    this.#waiting = new BoundedQueue(connectionsMax);
  }

  /** Since when the first of them has waited; `undefined`: none does. */
  get due(): Instant | undefined {
    return this.#since;
  }

  /** False when there is no room: then it is to be said at once. */
  add(now: Instant, farewell: Farewell): boolean {
    if (!this.#waiting.push(farewell)) return false;
    this.#since ??= now;
    return true;
  }

  /** Says the next slice of them. */
  saySome(records: RecordProtection, out: Effects): void {
    for (let said = 0; said < SLICE; said++) {
      const farewell = this.#waiting.shift();
      if (farewell === undefined) break;
      say(records, farewell, out);
    }
    if (this.#waiting.length === 0) this.#since = undefined;
  }
}

/** A few milliseconds of work. */
const SLICE = 200;
