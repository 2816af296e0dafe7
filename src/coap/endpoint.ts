/**
 * A CoAP endpoint in both roles, for any number of peers: what a message is and whose it is. Answers to what it
 * rejects are in this file, exchanges in server-exchanges.ts and client-exchanges.ts.
 */
import { type Duration, EMPTY, earliest, type Instant, Slab, utf8 } from '../base/index.ts';
import { ClientExchanges } from './client-exchanges.ts';
import {
  acceptOptions,
  CODE,
  type DecodeFault,
  decode,
  decodeHeader,
  decodeToken,
  encodeEmpty,
  isKnownMethod,
  isRequestCode,
  isResponseCode,
  OPTION,
  optionsOf,
} from './codec/index.ts';
import type { CoapDropReason, CoapEffects, ExchangeId, PeerId } from './effect.ts';
import { ExchangeIds } from './exchange-ids.ts';
import { COAP_LIMITS, type CoapLimits } from './limits.ts';
import type { Message, Request, Response } from './message.ts';
import { Peers } from './peer.ts';
import { busyRefusal, plainRefusal, type Refusal, refuse } from './refusal.ts';
import { ServerExchanges } from './server-exchanges.ts';
import { Transmissions } from './transmissions.ts';

export interface CoapEndpointOptions {
  /** A uniformly random uint32 for each call: tokens, first Message IDs, retransmission times. */
  readonly entropy: () => number;
  readonly limits?: Partial<CoapLimits>;
}

/** How full each limit is. */
export interface CoapOccupancy {
  readonly peers: number;
  /** Requests that wait for our answer. */
  readonly serverExchanges: number;
  /** Our requests that wait for a response. */
  readonly clientExchanges: number;
  /** Our CONs that wait for an ACK. */
  readonly transmissions: number;
  /** Bytes of remembered answers, of all peers. */
  readonly answerBytes: number;
}

export class CoapEndpoint {
  readonly #limits: CoapLimits;
  readonly #slab: Slab;
  readonly #peers: Peers;
  readonly #transmissions: Transmissions;
  readonly #server: ServerExchanges;
  readonly #client: ClientExchanges;

  constructor(options: CoapEndpointOptions) {
    const { entropy } = options;
    const limits: CoapLimits = { ...COAP_LIMITS, ...options.limits };
    const ids = new ExchangeIds();
    const slab = new Slab();
    this.#limits = limits;
    this.#slab = slab;
    this.#peers = new Peers(limits, entropy);
    this.#transmissions = new Transmissions(limits, entropy, slab);
    this.#server = new ServerExchanges(limits, slab, ids, this.#peers, this.#transmissions);
    this.#client = new ClientExchanges(limits, entropy, ids, this.#peers, this.#transmissions);
  }

  /** One datagram from `peer`. It is borrowed: nothing returned or kept refers to it. */
  receive(now: Instant, peer: PeerId, datagram: Uint8Array): CoapEffects {
    const effects: CoapEffects = [];
    const message = decode(datagram, this.#limits, this.#slab);
    if (typeof message === 'string') this.#undecodable(now, peer, datagram, message, effects);
    else if (message.type === 'ACK') this.#acknowledgement(now, peer, message, effects);
    else if (message.type === 'RST') this.#reset(now, peer, message, effects);
    else if (isRequestCode(message.code)) this.#request(now, peer, message, effects);
    else if (isResponseCode(message.code)) this.#response(now, peer, message, effects);
    else this.#neither(now, peer, message, effects);
    return effects;
  }

  /**
   * Answers a `request` effect: in the ACK if that has not been sent, else by a message of its own (RFC 7252 5.2).
   * An exchange that is over, or was abandoned, is passed over in silence.
   */
  respond(now: Instant, exchange: ExchangeId, response: Response): CoapEffects {
    const effects: CoapEffects = [];
    this.#server.respond(now, exchange, response, effects);
    return effects;
  }

  /**
   * Sends a request to `peer`. The exchange ends in one `response` or `failed`, at the latest after `timeout`; a
   * `failed(too-many)` may already be among the effects returned.
   */
  request(
    now: Instant,
    peer: PeerId,
    request: Request,
    timeout: Duration,
  ): { readonly exchange: ExchangeId; readonly effects: CoapEffects } {
    const effects: CoapEffects = [];
    const exchange = this.#client.request(now, peer, request, timeout, effects);
    return { exchange, effects };
  }

  /** Ends an exchange of either role without an effect for it; a CON that has no ACK yet gets an empty one. */
  cancel(now: Instant, exchange: ExchangeId): CoapEffects {
    const effects: CoapEffects = [];
    if (!this.#client.cancel(now, exchange, effects)) this.#server.cancel(now, exchange, effects);
    return effects;
  }

  /** The peer is gone for good: its exchanges end with `failed(closed)` or `abandoned`, and nothing of it is kept. */
  forget(id: PeerId): CoapEffects {
    const effects: CoapEffects = [];
    const peer = this.#peers.get(id);
    if (peer === undefined) return effects;
    this.#server.forget(peer, effects);
    this.#client.forget(peer, effects);
    this.#peers.delete(peer);
    return effects;
  }

  /** Does what is due at `now`: to be called when `nextDeadline()` is reached; earlier or later is harmless. */
  timeout(now: Instant): CoapEffects {
    const effects: CoapEffects = [];
    this.#server.timeout(now, effects);
    this.#client.timeout(now, effects);
    this.#peers.timeout(now);
    return effects;
  }

  /** When `timeout` has something to do next, as far as is known now. */
  nextDeadline(): Instant | undefined {
    return earliest(
      earliest(this.#server.nextDeadline(), this.#transmissions.nextDeadline()),
      this.#peers.nextDeadline,
    );
  }

  occupancy(): CoapOccupancy {
    return {
      peers: this.#peers.size,
      serverExchanges: this.#server.size,
      clientExchanges: this.#client.size,
      transmissions: this.#transmissions.count,
      answerBytes: this.#peers.answers.bytes,
    };
  }

  #request(now: Instant, id: PeerId, message: Message, effects: CoapEffects): void {
    if (!isKnownMethod(message.code)) {
      return this.#refuse(now, id, message, 'unknown-method', METHOD_NOT_ALLOWED, effects);
    }
    const options = acceptOptions(message.options);
    if (typeof options === 'number') return this.#badOption(now, id, message, options, effects);
    if (message.payload.length > this.#limits.payloadBytesMax) {
      const limit = optionsOf([OPTION.SIZE1, this.#limits.payloadBytesMax]);
      const refusal = { code: CODE.REQUEST_ENTITY_TOO_LARGE, options: limit, payload: EMPTY };
      return this.#refuse(now, id, message, 'too-large', refusal, effects);
    }
    const peer = this.#peers.open(now, id);
    if (peer === undefined) return this.#refuse(now, id, message, 'too-many-peers', UNAVAILABLE, effects);
    this.#server.accept(now, peer, message, options, effects);
  }

  #response(now: Instant, id: PeerId, message: Message, effects: CoapEffects): void {
    const peer = this.#peers.get(id);
    if (peer !== undefined) return this.#client.responded(now, peer, message, effects);
    this.#drop(id, 'unexpected-response', effects);
    this.#reject(now, id, message, effects);
  }

  #acknowledgement(now: Instant, id: PeerId, message: Message, effects: CoapEffects): void {
    const peer = this.#peers.get(id);
    const carriesResponse = isResponseCode(message.code);
    if (!carriesResponse && message.code !== CODE.EMPTY) this.#drop(id, 'reserved-code', effects);
    else if (peer === undefined) this.#drop(id, 'unexpected-ack', effects);
    else this.#client.acknowledged(now, peer, message, effects);
  }

  #reset(now: Instant, id: PeerId, message: Message, effects: CoapEffects): void {
    const peer = this.#peers.get(id);
    if (message.code !== CODE.EMPTY) this.#drop(id, 'reserved-code', effects);
    else if (peer === undefined) this.#drop(id, 'unexpected-reset', effects);
    else this.#client.reset(now, peer, message, effects);
  }

  /** A CON or NON that is empty or of a reserved class (RFC 7252 4.2, 4.3). */
  #neither(now: Instant, id: PeerId, message: Message, effects: CoapEffects): void {
    const empty = message.code === CODE.EMPTY;
    if (!empty) this.#drop(id, 'reserved-code', effects);
    else this.#drop(id, message.type === 'CON' ? 'ping' : 'malformed', effects);
    this.#reject(now, id, message, effects);
  }

  #undecodable(
    now: Instant,
    id: PeerId,
    datagram: Uint8Array,
    fault: DecodeFault,
    effects: CoapEffects,
  ): void {
    if (fault === 'too-short' || fault === 'unknown-version') return this.#drop(id, fault, effects);
    const header = decodeHeader(datagram);
    const isAsking = header.type === 'CON' || header.type === 'NON';
    if (fault === 'too-many-options' && isAsking && isRequestCode(header.code)) {
      const asked = { type: header.type, messageId: header.messageId, token: decodeToken(datagram) };
      return this.#refuse(now, id, asked, fault, plainRefusal(CODE.BAD_OPTION), effects);
    }
    this.#drop(id, fault, effects);
    this.#reject(now, id, header, effects);
  }

  /** A critical option that we do not know: an answer for a CON, an RST for a NON (RFC 7252 5.4.1). */
  #badOption(now: Instant, id: PeerId, message: Message, number: number, effects: CoapEffects): void {
    if (message.type === 'NON') {
      this.#drop(id, 'bad-option', effects);
      return this.#sendReset(now, id, message, effects);
    }
    const refusal = { code: CODE.BAD_OPTION, options: [], payload: utf8(`option ${number}`) };
    this.#refuse(now, id, message, 'bad-option', refusal, effects);
  }

  #refuse(
    now: Instant,
    id: PeerId,
    asked: Pick<Message, 'type' | 'messageId' | 'token'>,
    reason: CoapDropReason,
    refusal: Refusal,
    effects: CoapEffects,
  ): void {
    this.#drop(id, reason, effects);
    refuse(now, this.#peers, id, asked, refusal, effects);
  }

  /** Rejects a message: an RST to a CON, silence to anything else (RFC 7252 4.2, 4.3). */
  #reject(
    now: Instant,
    id: PeerId,
    message: Pick<Message, 'type' | 'messageId'>,
    effects: CoapEffects,
  ): void {
    if (message.type === 'CON') this.#sendReset(now, id, message, effects);
  }

  #sendReset(now: Instant, id: PeerId, message: Pick<Message, 'messageId'>, effects: CoapEffects): void {
    const peer = this.#peers.open(now, id);
    if (peer === undefined || !this.#peers.mayReset(now, peer)) this.#drop(id, 'rate-limited', effects);
    else effects.push({ kind: 'send', peer: id, bytes: encodeEmpty('RST', message.messageId) });
  }

  #drop(id: PeerId, reason: CoapDropReason, effects: CoapEffects): void {
    effects.push({ kind: 'dropped', peer: id, reason });
  }
}

const METHOD_NOT_ALLOWED = plainRefusal(CODE.METHOD_NOT_ALLOWED);
const UNAVAILABLE = busyRefusal(CODE.SERVICE_UNAVAILABLE);
