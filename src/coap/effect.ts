/**
 * What the CoAP endpoint asks its driver to do, or tells it. Effects are data and are carried out in order.
 */
import type { Brand } from '../base/index.ts';
import type { Request, Response } from './message.ts';

/** Somebody at the other end: a DTLS connection or an upstream socket. The driver gives no number twice. */
export type PeerId = Brand<number, 'CoapPeer'>;

/** One request and its response, in either role. Never given out twice by one endpoint. */
export type ExchangeId = Brand<number, 'ExchangeId'>;

export type CoapEffect =
  /** Send these bytes; they are the driver's from here on. */
  | { readonly kind: 'send'; readonly peer: PeerId; readonly bytes: Uint8Array }
  /** We are the server: answer with `respond()`, or decline to with `cancel()`. */
  | {
      readonly kind: 'request';
      readonly exchange: ExchangeId;
      readonly peer: PeerId;
      readonly request: Request;
    }
  /** We are the client: the exchange has its response and is over. */
  | {
      readonly kind: 'response';
      readonly exchange: ExchangeId;
      readonly peer: PeerId;
      readonly response: Response;
    }
  /** We are the client: the exchange is over without a response. */
  | {
      readonly kind: 'failed';
      readonly exchange: ExchangeId;
      readonly peer: PeerId;
      readonly reason: CoapFailure;
    }
  /**
   * We are the server: nobody waits for this answer any more, or it could not be delivered. Comes at most once, before
   * `respond()` (the peer went away, the answer took too long) or after it (RST to a separate response, or no ACK).
   */
  | { readonly kind: 'abandoned'; readonly exchange: ExchangeId; readonly peer: PeerId }
  /** The datagram asked for nothing new, or was refused: a counter. Other effects beside it are our reaction. */
  | { readonly kind: 'dropped'; readonly peer: PeerId; readonly reason: CoapDropReason };

export type CoapEffects = CoapEffect[];

/** `too-many`: a limit (queue, exchanges, Message IDs) kept the request from being sent at all. */
export type CoapFailure = 'timeout' | 'reset' | 'closed' | 'too-many';

/** Why a datagram led to no request and no response. Closed: each is a counter. */
export type CoapDropReason =
  /** Shorter than a header: silence. */
  | 'too-short'
  /** Not version 1: silence (RFC 7252 3). */
  | 'unknown-version'
  /** Message format error: RST to a CON, else silence (RFC 7252 4.2, 4.3). */
  | 'malformed'
  /** Code class 1, 6, 7; a request or an unknown class in an ACK; a code in an RST. */
  | 'reserved-code'
  /** More options, or more bytes of options, than the limits allow: 4.02. */
  | 'too-many-options'
  /** A payload beyond the limit: 4.13. */
  | 'too-large'
  /** Unknown critical option, or a known one misused: 4.02 to a CON request, else RST or silence (RFC 7252 5.4.1). */
  | 'bad-option'
  /** Method code 0.08 to 0.31: 4.05. */
  | 'unknown-method'
  /** Empty CON: RST (RFC 7252 4.3). */
  | 'ping'
  /** Seen before: the stored answer once more, or silence (RFC 7252 4.5). */
  | 'duplicate'
  /** May have been seen before, and the memory of it had to go: not executed, 4.29. See limits.ts. */
  | 'possible-duplicate'
  /** Too many unanswered requests of this peer, or in all: 4.29 or 5.03. */
  | 'too-many-exchanges'
  /** No room for another peer: 5.03. */
  | 'too-many-peers'
  /** More pings and rejects in a second than we care to answer: silence. */
  | 'rate-limited'
  /** No Message ID was free for the answer. */
  | 'no-message-id'
  /** ACK, RST or response that nothing here waits for. */
  | 'unexpected-ack'
  | 'unexpected-reset'
  | 'unexpected-response'
  /** An ACK of our request that carries somebody else's token. */
  | 'token-mismatch';

export const peerId = (value: number): PeerId => value as PeerId;
export const exchangeId = (value: number): ExchangeId => value as ExchangeId;
