/**
 * The client role: our requests, matched to their responses by peer and token (RFC 7252 5.3.2).
 *
 *     request --> queued --NSTART allows--> sent --ACK with response, or a separate response--> response
 *                                            | \--empty ACK--> acknowledged --separate response--> response
 *                                            +-- RST --> failed(reset)      given up, or too late --> failed(timeout)
 */
import { after, BoundedTable, type Duration, equalBytes, type Instant, required } from '../base/index.ts';
import { acceptOptions, CODE, encodeEmpty, encodeParts } from './codec/index.ts';
import { noteAccepted, recollect } from './duplicates.ts';
import type { CoapDropReason, CoapEffects, CoapFailure, ExchangeId, PeerId } from './effect.ts';
import type { ExchangeIds } from './exchange-ids.ts';
import type { CoapLimits } from './limits.ts';
import { type CoapOption, type Message, type MessageId, messageId, type Request } from './message.ts';
import { outgoingOf, type Peer, type Peers } from './peer.ts';
import type { Transmission, Transmissions } from './transmissions.ts';

/** Our side of the conversation with one peer. */
export interface ClientSide {
  /** By the first four bytes of the token, which are different for each. */
  readonly exchanges: BoundedTable<number, ClientExchange>;
  readonly queue: ClientExchange[];
  /** Exchanges in phase `sent`: what NSTART counts (RFC 7252 4.7). */
  sent: number;
}

export interface ClientExchange {
  readonly id: ExchangeId;
  readonly peer: Peer;
  readonly key: number;
  readonly token: Uint8Array;
  readonly confirmable: boolean;
  /** The message; its Message ID is filled in when it is sent. */
  readonly bytes: Uint8Array;
  readonly giveUpAt: Instant;
  phase: 'queued' | 'sent' | 'acknowledged';
  messageId: MessageId;
  transmission: Transmission | undefined;
}

export class ClientExchanges {
  readonly #limits: CoapLimits;
  readonly #entropy: () => number;
  readonly #ids: ExchangeIds;
  readonly #peers: Peers;
  readonly #transmissions: Transmissions;
  /** Only for `cancel`: every exchange is in its peer's table too. */
  readonly #exchanges: BoundedTable<ExchangeId, ClientExchange>;

  constructor(
    limits: CoapLimits,
    entropy: () => number,
    ids: ExchangeIds,
    peers: Peers,
    transmissions: Transmissions,
  ) {
    this.#limits = limits;
    this.#entropy = entropy;
    this.#ids = ids;
    this.#peers = peers;
    this.#transmissions = transmissions;
    this.#exchanges = new BoundedTable(limits.clientExchangesMax);
  }

  get size(): number {
    return this.#exchanges.size;
  }

  /** Sends `request`, or queues it. Ends in exactly one `response` or `failed`, perhaps in these very effects. */
  request(
    now: Instant,
    peerId: PeerId,
    request: Request,
    timeout: Duration,
    effects: CoapEffects,
  ): ExchangeId {
    const id = this.#ids.next();
    const peer = this.#peers.open(now, peerId);
    const exchange = peer && this.#begin(id, peer, request, after(now, timeout));
    if (exchange === undefined) {
      effects.push({ kind: 'failed', exchange: id, peer: peerId, reason: 'too-many' });
      return id;
    }
    const side = sideOf(exchange);
    this.#transmissions.wake(exchange.peer, exchange.giveUpAt);
    if (side.sent < this.#limits.nstart) this.#send(now, exchange, effects);
    else if (side.queue.length < this.#limits.queuedPerPeerMax) side.queue.push(exchange);
    else this.#fail(now, exchange, 'too-many', effects);
    return id;
  }

  /** Forgets an exchange of ours; a response that comes later is rejected. False when it is not of this role. */
  cancel(now: Instant, id: ExchangeId, effects: CoapEffects): boolean {
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined) return false;
    this.#end(exchange);
    this.#advance(now, exchange.peer, effects);
    return true;
  }

  /** An ACK, empty or with a response. */
  acknowledged(now: Instant, peer: Peer, message: Message, effects: CoapEffects): void {
    if (message.code !== CODE.EMPTY) return this.#piggybacked(now, peer, message, effects);
    const transmission = this.#transmissions.find(peer, message.messageId);
    if (transmission === undefined) return drop(peer, 'unexpected-ack', effects);
    this.#transmissions.end(peer, transmission);
    const exchange = this.#exchanges.get(transmission.exchange);
    if (exchange === undefined) return;
    exchange.phase = 'acknowledged';
    exchange.transmission = undefined;
    sideOf(exchange).sent--;
    this.#advance(now, peer, effects);
  }

  /** An RST: to a request of ours, or to a separate response. */
  reset(now: Instant, peer: Peer, message: Message, effects: CoapEffects): void {
    const transmission = this.#transmissions.find(peer, message.messageId);
    if (transmission?.carries === 'response') {
      this.#transmissions.end(peer, transmission);
      effects.push({ kind: 'abandoned', exchange: transmission.exchange, peer: peer.id });
      return;
    }
    const exchange = this.#findSent(peer, message.messageId);
    if (exchange === undefined) return drop(peer, 'unexpected-reset', effects);
    this.#fail(now, exchange, 'reset', effects);
  }

  /** A separate response: CON or NON. */
  responded(now: Instant, peer: Peer, message: Message, effects: CoapEffects): void {
    if (message.type === 'CON' && recollect(now, this.#peers, peer, message, effects) === 'duplicate') return;
    const exchange = this.#findByToken(peer, message.token);
    if (exchange === undefined) {
      drop(peer, 'unexpected-response', effects);
      return this.#reject(now, peer, message, effects);
    }
    const options = this.#acceptable(peer, message, effects);
    if (options === undefined) {
      this.#reject(now, peer, message, effects);
      return this.#fail(now, exchange, 'reset', effects);
    }
    if (message.type === 'CON') {
      const acknowledgement = encodeEmpty('ACK', message.messageId);
      noteAccepted(now, this.#peers, peer, message.messageId);
      const answered = { messageId: message.messageId, safe: true, lifetime: this.#limits.exchangeLifetime };
      this.#peers.answers.append(now, peer, answered, acknowledgement);
      effects.push({ kind: 'send', peer: peer.id, bytes: acknowledgement });
    }
    this.#finish(now, exchange, message, options, effects);
  }

  /** Sends again what is due, gives up what is too late, for each peer that has something due. */
  timeout(now: Instant, effects: CoapEffects): void {
    for (;;) {
      const peer = this.#transmissions.takeDue(now);
      if (peer === undefined) return;
      this.#expire(now, peer, effects);
      for (const transmission of this.#transmissions.repeat(now, peer, effects)) {
        this.#giveUp(now, peer, transmission, effects);
      }
    }
  }

  /** Ends all exchanges of a peer that is gone, and all separate responses to it. */
  forget(peer: Peer, effects: CoapEffects): void {
    for (const exchange of peer.outgoing?.client?.exchanges.values() ?? []) {
      this.#end(exchange);
      effects.push({ kind: 'failed', exchange: exchange.id, peer: peer.id, reason: 'closed' });
    }
    for (const { exchange } of this.#transmissions.forget(peer)) {
      effects.push({ kind: 'abandoned', exchange, peer: peer.id });
    }
  }

  #piggybacked(now: Instant, peer: Peer, message: Message, effects: CoapEffects): void {
    const exchange = this.#findByToken(peer, message.token);
    if (!exchange?.confirmable || exchange.messageId !== message.messageId) {
      const transmission = this.#transmissions.find(peer, message.messageId);
      // Whatever an ACK to a response of ours carries: it is an ACK (RFC 7252 5.2.2).
      if (transmission?.carries === 'response') this.#transmissions.end(peer, transmission);
      return drop(peer, transmission === undefined ? 'unexpected-ack' : 'token-mismatch', effects);
    }
    const options = this.#acceptable(peer, message, effects);
    if (options === undefined) this.#fail(now, exchange, 'reset', effects);
    else this.#finish(now, exchange, message, options, effects);
  }

  /** The options of a response, or `undefined` when it must be rejected: then it is not for repeating either. */
  #acceptable(peer: Peer, message: Message, effects: CoapEffects): readonly CoapOption[] | undefined {
    const options = acceptOptions(message.options);
    if (typeof options === 'number') drop(peer, 'bad-option', effects);
    else if (message.payload.length > this.#limits.payloadBytesMax) drop(peer, 'too-large', effects);
    else return options;
    return undefined;
  }

  #reject(now: Instant, peer: Peer, message: Message, effects: CoapEffects): void {
    if (message.type !== 'CON' || !this.#peers.mayReset(now, peer)) return;
    effects.push({ kind: 'send', peer: peer.id, bytes: encodeEmpty('RST', message.messageId) });
  }

  #begin(id: ExchangeId, peer: Peer, request: Request, giveUpAt: Instant): ClientExchange | undefined {
    const outgoing = outgoingOf(peer);
    outgoing.client ??= {
      exchanges: new BoundedTable(this.#limits.clientExchangesPerPeerMax),
      queue: [],
      sent: 0,
    };
    const { exchanges } = outgoing.client;
    const key = this.#freeKey(exchanges);
    if (key === undefined || exchanges.full || this.#exchanges.full) return undefined;
    const token = tokenOf(key, this.#entropy());
    const { code, options, payload, confirmable } = request;
    const exchange: ClientExchange = {
      id,
      peer,
      key,
      token,
      confirmable,
      bytes: encodeParts(confirmable ? 'CON' : 'NON', code, messageId(0), token, options, payload),
      giveUpAt,
      phase: 'queued',
      messageId: messageId(0),
      transmission: undefined,
    };
    exchanges.set(key, exchange);
    this.#exchanges.set(id, exchange);
    return exchange;
  }

  /** Four random bytes that start no other live token of the peer. */
  #freeKey(exchanges: BoundedTable<number, ClientExchange>): number | undefined {
    for (let attempt = 0; attempt < KEY_ATTEMPTS; attempt++) {
      const key = this.#entropy() | 0;
      if (!exchanges.has(key)) return key;
    }
    return undefined;
  }

  #send(now: Instant, exchange: ClientExchange, effects: CoapEffects): void {
    const { id, peer, bytes } = exchange;
    const ownId = this.#peers.allocateMessageId(now, peer);
    if (ownId === undefined) {
      this.#end(exchange);
      effects.push({ kind: 'failed', exchange: id, peer: peer.id, reason: 'too-many' });
      return;
    }
    bytes[2] = ownId >> 8;
    bytes[3] = ownId;
    exchange.messageId = ownId;
    exchange.phase = 'sent';
    sideOf(exchange).sent++;
    if (exchange.confirmable) {
      const message = { exchange: id, carries: 'request', messageId: ownId, bytes } as const;
      exchange.transmission = this.#transmissions.start(now, peer, message, effects);
    } else effects.push({ kind: 'send', peer: peer.id, bytes });
  }

  /** Sends from the queue what NSTART allows. */
  #advance(now: Instant, peer: Peer, effects: CoapEffects): void {
    const side = peer.outgoing?.client;
    if (side === undefined) return;
    while (side.queue.length > 0 && side.sent < this.#limits.nstart) {
      const exchange = side.queue.shift();
      if (exchange !== undefined) this.#send(now, exchange, effects);
    }
  }

  #findByToken(peer: Peer, token: Uint8Array): ClientExchange | undefined {
    if (token.length !== TOKEN_BYTES) return undefined;
    const exchange = peer.outgoing?.client?.exchanges.get(keyOf(token));
    if (exchange === undefined || exchange.phase === 'queued') return undefined;
    return equalBytes(exchange.token, token) ? exchange : undefined;
  }

  /** Our request with this Message ID that has no response yet. */
  #findSent(peer: Peer, id: MessageId): ClientExchange | undefined {
    const transmission = this.#transmissions.find(peer, id);
    if (transmission !== undefined) return this.#exchanges.get(transmission.exchange);
    for (const exchange of peer.outgoing?.client?.exchanges.values() ?? []) {
      if (exchange.messageId === id && exchange.phase !== 'queued') return exchange;
    }
    return undefined;
  }

  /** Fails what is too late, and only then sends what waited: part of that may be too late as well. */
  #expire(now: Instant, peer: Peer, effects: CoapEffects): void {
    for (const exchange of peer.outgoing?.client?.exchanges.values() ?? []) {
      if (exchange.giveUpAt > now) {
        this.#transmissions.wake(peer, exchange.giveUpAt);
        continue;
      }
      this.#end(exchange);
      effects.push({ kind: 'failed', exchange: exchange.id, peer: peer.id, reason: 'timeout' });
    }
    this.#advance(now, peer, effects);
  }

  #giveUp(now: Instant, peer: Peer, transmission: Transmission, effects: CoapEffects): void {
    const exchange = this.#exchanges.get(transmission.exchange);
    if (exchange === undefined) {
      effects.push({ kind: 'abandoned', exchange: transmission.exchange, peer: peer.id });
      return;
    }
    exchange.transmission = undefined;
    this.#fail(now, exchange, 'timeout', effects);
  }

  #finish(
    now: Instant,
    exchange: ClientExchange,
    message: Message,
    options: readonly CoapOption[],
    effects: CoapEffects,
  ): void {
    const { id, peer } = exchange;
    const { code, payload } = message;
    this.#end(exchange);
    effects.push({ kind: 'response', exchange: id, peer: peer.id, response: { code, options, payload } });
    this.#advance(now, peer, effects);
  }

  #fail(now: Instant, exchange: ClientExchange, reason: CoapFailure, effects: CoapEffects): void {
    const { id, peer } = exchange;
    this.#end(exchange);
    effects.push({ kind: 'failed', exchange: id, peer: peer.id, reason });
    this.#advance(now, peer, effects);
  }

  #end(exchange: ClientExchange): void {
    const side = sideOf(exchange);
    this.#exchanges.delete(exchange.id);
    side.exchanges.delete(exchange.key);
    if (exchange.phase === 'sent') side.sent--;
    if (exchange.phase === 'queued') {
      const index = side.queue.indexOf(exchange);
      if (index >= 0) side.queue.splice(index, 1);
    }
    if (exchange.transmission !== undefined) this.#transmissions.end(exchange.peer, exchange.transmission);
  }
}

const sideOf = (exchange: ClientExchange): ClientSide =>
  required(exchange.peer.outgoing?.client, 'a peer with an exchange of ours has our side of it');

function drop(peer: Peer, reason: CoapDropReason, effects: CoapEffects): void {
  effects.push({ kind: 'dropped', peer: peer.id, reason });
}

/** The first four bytes of a token as a signed number, which engines keep small. */
const keyOf = (token: Uint8Array): number =>
  ((token[0] as number) << 24) |
  ((token[1] as number) << 16) |
  ((token[2] as number) << 8) |
  (token[3] as number);

/** Eight bytes: the key, and as many random ones again (RFC 7252 5.3.1 asks for 32 random bits). */
function tokenOf(key: number, random: number): Uint8Array {
  const token = new Uint8Array(TOKEN_BYTES);
  for (let i = 0; i < 4; i++) {
    token[i] = key >> (24 - 8 * i);
    token[4 + i] = random >> (24 - 8 * i);
  }
  return token;
}

const TOKEN_BYTES = 8;
const KEY_ATTEMPTS = 8;
