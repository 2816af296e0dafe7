/**
 * The server's handshake (RFC 6347 4.2.4, flights 3 to 6 of a full handshake with a pre-shared key):
 *
 *   ClientHello with cookie --> ExpectClientHello --negotiate--> flight 4: ServerHello, ServerHelloDone
 *        ExpectClientKeyExchange --identity--> AwaitCredential --answer--> ExpectChangeCipherSpec
 *        --> ExpectFinished --verified--> flight 6: ChangeCipherSpec, Finished --> Established
 */
import type { Keys, Randoms } from '../key-schedule.ts';
import type { Agreement } from '../negotiate.ts';

export type ServerState =
  | ExpectClientHello
  | ExpectClientKeyExchange
  | AwaitCredential
  | ExpectChangeCipherSpec
  | ExpectFinished
  | Established;

/** The second hello, with its cookie proven, is being assembled. */
export interface ExpectClientHello {
  readonly kind: 'expect-client-hello';
}

export interface ExpectClientKeyExchange {
  readonly kind: 'expect-client-key-exchange';
  readonly hello: Hello;
  readonly transcript: Uint8Array;
}

/** The driver has been asked for the key of this identity; later records wait. */
export interface AwaitCredential {
  readonly kind: 'await-credential';
  readonly hello: Hello;
  readonly transcript: Uint8Array;
  readonly identity: Uint8Array;
}

export interface ExpectChangeCipherSpec extends Keyed {
  readonly kind: 'expect-change-cipher-spec';
}

export interface ExpectFinished extends Keyed {
  readonly kind: 'expect-finished';
}

export interface Established {
  readonly kind: 'established';
}

/** What the hellos settled. */
export interface Hello {
  readonly agreement: Agreement;
  readonly randoms: Randoms;
  /** message_seq of our next message. */
  readonly sendSeq: number;
}

interface Keyed {
  readonly hello: Hello;
  readonly transcript: Uint8Array;
  readonly identity: Uint8Array;
  /** Null for an identity nobody has: its keys are random, so that only Finished fails. */
  readonly credential: string | null;
  readonly keys: Keys;
}
