/**
 * The client's handshake (RFC 6347 4.2.4):
 *
 *   flight 1: ClientHello --> ExpectServerHello --HelloVerifyRequest--> flight 3: ClientHello with cookie
 *        ExpectServerHello --ServerHello--> ExpectServerHelloDone --> flight 5: ClientKeyExchange, ChangeCipherSpec, Finished
 *        --> ExpectChangeCipherSpec --> ExpectFinished --verified--> Established
 */
import type { ClientHello } from '../../message/client-hello.ts';
import type { ClientSettings } from '../../settings.ts';
import type { Keys, Randoms } from '../key-schedule.ts';
import type { Agreement } from '../negotiate.ts';

export type ClientState =
  | ExpectServerHello
  | ExpectServerHelloDone
  | ExpectChangeCipherSpec
  | ExpectFinished
  | Established;

export interface ExpectServerHello {
  readonly kind: 'expect-server-hello';
  readonly client: ClientSettings;
  readonly offer: ClientHello;
  readonly transcript: Uint8Array;
  /** message_seq of our next message. */
  readonly sendSeq: number;
}

export interface ExpectServerHelloDone {
  readonly kind: 'expect-server-hello-done';
  readonly client: ClientSettings;
  readonly agreement: Agreement;
  readonly randoms: Randoms;
  readonly transcript: Uint8Array;
  readonly sendSeq: number;
  /** A ServerKeyExchange with a hint has been heard; there is one at most. */
  readonly hinted: boolean;
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

interface Keyed {
  readonly identity: Uint8Array;
  readonly agreement: Agreement;
  readonly transcript: Uint8Array;
  readonly keys: Keys;
}
