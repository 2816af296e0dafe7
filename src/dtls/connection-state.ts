/** Everything there is to know about one connection, as plain data: it can be hashed, saved and moved. */
import { type Duration, EMPTY, type Instant, type Path, bytesKey } from '../base/index.ts';
import type { Association } from './association.ts';
import type { ConnectionHandle, LookupId } from './effect.ts';
import type { Protection } from './record/protection.ts';
import { type ReplayWindow, replayWindow } from './record/replay-window.ts';
import type { Flight } from './v12/machine.ts';
import { RECORD_BYTES_MAX } from './v12/negotiate.ts';
import { type Reassembly, reassembly } from './v12/reassembly.ts';

export interface Connection {
  readonly handle: ConnectionHandle;
  /** Where the peer was heard from last; a peer with a connection ID may move. */
  path: Path;
  readonly since: Instant;
  /** When a record last authenticated; the beginning, before that. */
  lastSeen: Instant;
  status: 'handshaking' | 'established' | 'ended';
  association: Association;
  /** What only a handshake needs; null once it is over. */
  handshake: Handshake | null;
  /** What ended the handshake, as long as the peer may ask for it again. */
  lastFlight: LastFlight | null;
  /** Who the peer is and how it is spoken to; null until a Finished verified. */
  verified: Verified | null;
  /** Epoch 1 of the peer's records; null until its ChangeCipherSpec. */
  read: Protection | null;
  write: Protection | null;
  /** The epoch of what we send next. */
  writeEpoch: 0 | 1;
  readonly window: ReplayWindow;
  sentPlain: number;
  sentProtected: number;
  /** The largest plaintext that the peer takes in one record. */
  sendLimit: number;
  /** The connection ID that the peer's protected records carry; empty: none. */
  ownCid: Uint8Array;
  /** Records that failed to authenticate. */
  badRecords: number;
}

export interface Verified {
  readonly credential: string;
  /** IANA name. */
  readonly suite: string;
  /** What the server's session cache knows its session by; null: it has none. */
  readonly session: string | null;
}

/** What sending a flight again has to know. */
export interface Repeatable {
  /** The client's random, as {@link bytesKey}: tells a repeated hello from a new one. Empty on the client side. */
  readonly hello: string;
  /** How often the flight was sent again. */
  repeats: number;
  sentAt: Instant;
  /** The handshake fails then; of an established connection the last flight is forgotten then. */
  expires: Instant;
}

/**
 * What a handshake ended with: ChangeCipherSpec and this Finished, in either role. Kept for minutes by connections that
 * are mostly idle, so its bytes are a string: a typed array costs six times as much.
 */
export interface LastFlight extends Repeatable {
  /** The raw message, as {@link bytesKey}. */
  readonly finished: string;
}

export interface Handshake extends Repeatable {
  flight: Flight | null;
  readonly reassembly: Reassembly;
  timeout: Duration;
  retransmitAt: Instant | undefined;
  /** Keys that wait for the peer's ChangeCipherSpec. */
  read: Protection | null;
  /** That ChangeCipherSpec, if it overtook its flight. */
  changeEarly: boolean;
  /** Records of epoch 1 that overtook it: whole records, copied. */
  readonly early: Uint8Array[];
  /** A protected record did not authenticate where the peer's Finished was awaited. */
  doubted: boolean;
  /** The question that is open, and how many there have been. */
  lookup: LookupId | null;
  asked: number;
  /** What the client's stack offers, as a number (see refusals.ts); 0 on the client side. */
  readonly stack: number;
  /** Somebody who may be the peer said that it gives up: a hint for its next attempt, no more. */
  discouraged: boolean;
}

/** What a handshake begins with. */
export interface Beginning {
  readonly association: Association;
  readonly expires: Instant;
  readonly stack: number;
  readonly helloRandom: Uint8Array;
  readonly nextSeq: number;
  readonly firstSequence: number;
}

/** A connection at its first message. */
export function newConnection(
  handle: ConnectionHandle,
  path: Path,
  now: Instant,
  begin: Beginning,
): Connection {
  return {
    handle,
    path,
    since: now,
    lastSeen: now,
    status: 'handshaking',
    association: begin.association,
    handshake: {
      hello: bytesKey(begin.helloRandom),
      reassembly: reassembly(begin.nextSeq),
      flight: null,
      repeats: 0,
      sentAt: now,
      timeout: 0 as Duration,
      retransmitAt: undefined,
      expires: begin.expires,
      read: null,
      changeEarly: false,
      early: [],
      doubted: false,
      lookup: null,
      asked: 0,
      stack: begin.stack,
      discouraged: false,
    },
    lastFlight: null,
    verified: null,
    read: null,
    write: null,
    writeEpoch: 0,
    window: replayWindow(),
    sentPlain: begin.firstSequence,
    sentProtected: 0,
    sendLimit: RECORD_BYTES_MAX,
    ownCid: EMPTY,
    badRecords: 0,
  };
}

/** Whether this hello, known by its random, is the one that the connection's handshake began with. */
export function beganWith(connection: Connection | undefined, helloRandom: Uint8Array): boolean {
  const kept = connection?.handshake ?? connection?.lastFlight;
  return kept !== null && kept !== undefined && kept.hello === bytesKey(helloRandom);
}
