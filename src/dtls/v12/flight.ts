/**
 * Sending a flight (RFC 6347 4.2.3, 4.2.4): messages packed into as few datagrams as the MTU allows, fragmented only
 * when one alone does not fit. Each sending uses new record sequence numbers and the same message_seqs.
 */
import type { Slab } from '../../base/index.ts';
import type { Connection } from '../connection-state.ts';
import { fragmentOf, HANDSHAKE_HEADER_BYTES, HANDSHAKE_TYPE } from '../message/handshake.ts';
import { CONTENT_TYPE, type ContentType, DTLS_1_0, DTLS_1_2 } from '../record/header.ts';
import { type Protection, type RecordProtection, recordLength, roomIn } from '../record/protection.ts';
import type { Flight, FlightItem } from './machine.ts';

/** How a flight is laid out. */
export interface Layout {
  readonly mtu: number;
  /** One record per datagram: the back-off for paths and peers that lose large datagrams. */
  readonly single: boolean;
}

/** What every flight of an endpoint is laid out with. */
export interface Press {
  readonly records: RecordProtection;
  /** Datagrams are cut from it. */
  readonly slab: Slab;
  /** Where a datagram grows before it is cut to length; as long as the MTU. */
  readonly scratch: Uint8Array;
}

/**
 * The datagrams of the flight; takes sequence numbers from the connection, and moves it to epoch 1 where the flight
 * does.
 */
export function encodeFlight(
  flight: Flight,
  connection: Connection,
  press: Press,
  layout: Layout,
): Uint8Array[] {
  const packer = new Packer(connection, press, layout);
  for (const item of flight.items) packer.add(item);
  return packer.finish();
}

class Packer {
  readonly #connection: Connection;
  readonly #press: Press;
  readonly #layout: Layout;
  readonly #datagrams: Uint8Array[] = [];
  #length = 0;
  /** The open datagram ends in a ChangeCipherSpec, which says nothing without what is behind it. */
  #changed = false;

  constructor(connection: Connection, press: Press, layout: Layout) {
    this.#connection = connection;
    this.#press = press;
    this.#layout = layout;
  }

  add(item: FlightItem): void {
    if (item.kind === 'change_cipher_spec') {
      this.#connection.writeEpoch = 1;
      this.#record(CONTENT_TYPE.changeCipherSpec, 0, DTLS_1_2, Uint8Array.of(1));
      return;
    }
    const protection = this.#protection(item.epoch);
    const room = Math.min(roomIn(protection, this.#layout.mtu), this.#connection.sendLimit);
    // The first hello goes out as 1.0, before a version is agreed (RFC 6347 4.2.1).
    const version = item.raw[0] === HANDSHAKE_TYPE.client_hello ? DTLS_1_0 : DTLS_1_2;
    for (const piece of item.raw.length <= room ? [item.raw] : fragments(item.raw, room)) {
      this.#record(CONTENT_TYPE.handshake, item.epoch, version, piece);
    }
  }

  finish(): Uint8Array[] {
    this.#flush();
    return this.#datagrams;
  }

  #record(type: ContentType, epoch: 0 | 1, version: number, plaintext: Uint8Array): void {
    const protection = this.#protection(epoch);
    const size = recordLength(protection, plaintext.length);
    const alone = this.#layout.single && !this.#changed;
    if (alone || this.#length + size > this.#layout.mtu) this.#flush();
    this.#changed = type === CONTENT_TYPE.changeCipherSpec;
    const sequence = takeSequence(this.#connection, epoch);
    this.#length = this.#press.records.write(
      this.#press.scratch,
      this.#length,
      { type, epoch, sequence, version },
      protection,
      plaintext,
    );
  }

  #protection(epoch: 0 | 1): Protection | null {
    return epoch === 0 ? null : this.#connection.write;
  }

  #flush(): void {
    if (this.#length === 0) return;
    const { slab, scratch } = this.#press;
    const datagram = slab.take(this.#length);
    datagram.set(scratch.subarray(0, this.#length));
    this.#datagrams.push(datagram);
    this.#length = 0;
  }
}

/** The next sequence number of the epoch. */
export function takeSequence(connection: Connection, epoch: 0 | 1): number {
  return epoch === 0 ? connection.sentPlain++ : connection.sentProtected++;
}

/** A raw message in pieces of at most `room` bytes, header included. */
function* fragments(raw: Uint8Array, room: number): Generator<Uint8Array> {
  const piece = room - HANDSHAKE_HEADER_BYTES;
  const type = raw[0] as number;
  const messageSeq = ((raw[4] as number) << 8) | (raw[5] as number);
  const body = raw.subarray(HANDSHAKE_HEADER_BYTES);
  for (let offset = 0; offset < body.length; offset += piece) {
    const bytes = body.subarray(offset, offset + piece);
    yield fragmentOf({ type, length: body.length, messageSeq, offset, bytes });
  }
}
