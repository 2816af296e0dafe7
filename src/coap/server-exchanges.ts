/**
 * The server role: requests in, answers out (RFC 7252 5.2).
 *
 *     CON request --> open --respond in time--> ACK with the response (piggybacked)
 *                      |
 *                      +--processingDelay--> empty ACK, acknowledged --respond--> separate CON response
 *     NON request --> acknowledged (there is nothing to acknowledge) --respond--> NON response
 *
 * A request that is never answered is abandoned after EXCHANGE_LIFETIME.
 */
import { after, BoundedTable, EMPTY, earliest, type Instant, type Slab } from '../base/index.ts';
import { Chain, type Linked } from './chain.ts';
import { CODE, encodeEmpty, encodeParts, isSafeMethod } from './codec/index.ts';
import { noteAccepted, recollect } from './duplicates.ts';
import type { CoapDropReason, CoapEffects, ExchangeId } from './effect.ts';
import type { ExchangeIds } from './exchange-ids.ts';
import type { CoapLimits } from './limits.ts';
import type { CoapOption, Message, MessageId, Response } from './message.ts';
import type { Peer, Peers } from './peer.ts';
import { busyRefusal, type Refusal, refuse } from './refusal.ts';
import type { Transmissions } from './transmissions.ts';

export interface ServerExchange extends Linked<ServerExchange> {
  readonly id: ExchangeId;
  readonly peer: Peer;
  readonly messageId: MessageId;
  readonly token: Uint8Array;
  readonly confirmable: boolean;
  readonly safe: boolean;
  phase: 'open' | 'acknowledged';
  /** When the empty ACK is due, or when it is abandoned. */
  at: Instant;
  nextOfPeer: ServerExchange | undefined;
}

export class ServerExchanges {
  readonly #limits: CoapLimits;
  readonly #slab: Slab;
  readonly #ids: ExchangeIds;
  readonly #peers: Peers;
  readonly #transmissions: Transmissions;
  readonly #exchanges: BoundedTable<ExchangeId, ServerExchange>;
  /** Each chain is in order of time, because it has one constant delay. */
  readonly #open = new Chain<ServerExchange>();
  readonly #acknowledged = new Chain<ServerExchange>();

  constructor(limits: CoapLimits, slab: Slab, ids: ExchangeIds, peers: Peers, transmissions: Transmissions) {
    this.#limits = limits;
    this.#slab = slab;
    this.#ids = ids;
    this.#peers = peers;
    this.#transmissions = transmissions;
    this.#exchanges = new BoundedTable(limits.serverExchangesMax);
  }

  get size(): number {
    return this.#exchanges.size;
  }

  /** A CON or NON request with a known method; `options` are those that were accepted. */
  accept(
    now: Instant,
    peer: Peer,
    message: Message,
    options: readonly CoapOption[],
    effects: CoapEffects,
  ): void {
    const seen = recollect(now, this.#peers, peer, message, effects);
    if (seen === 'duplicate') return;
    if (seen === 'doubtful' && !isSafeMethod(message.code)) {
      return this.#refuse(now, peer, message, 'possible-duplicate', TOO_MANY_REQUESTS, effects);
    }
    if (peer.openCount >= this.#limits.serverExchangesPerPeerMax) {
      return this.#refuse(now, peer, message, 'too-many-exchanges', TOO_MANY_REQUESTS, effects);
    }
    if (this.#exchanges.full) {
      return this.#refuse(now, peer, message, 'too-many-exchanges', UNAVAILABLE, effects);
    }
    const { code, payload } = message;
    const exchange = this.#begin(now, peer, message);
    const request = { code, options, payload, confirmable: exchange.confirmable };
    effects.push({ kind: 'request', exchange: exchange.id, peer: peer.id, request });
  }

  /** Sends the answer; nothing when the exchange is over, or not of this role. */
  respond(now: Instant, id: ExchangeId, response: Response, effects: CoapEffects): void {
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined) return;
    const { peer, messageId, token } = exchange;
    this.#end(exchange);
    const { code, options, payload } = response;
    if (exchange.phase === 'open') {
      const bytes = encodeParts('ACK', code, messageId, token, options, payload, this.#slab);
      this.#remember(now, exchange, bytes);
      effects.push({ kind: 'send', peer: peer.id, bytes });
      return;
    }
    this.#remember(now, exchange, exchange.confirmable ? encodeEmpty('ACK', messageId) : EMPTY);
    const ownId = this.#peers.allocateMessageId(now, peer);
    if (ownId === undefined) {
      effects.push({ kind: 'dropped', peer: peer.id, reason: 'no-message-id' });
      effects.push({ kind: 'abandoned', peer: peer.id, exchange: id });
      return;
    }
    const type = exchange.confirmable ? 'CON' : 'NON';
    // A CON is kept until it is acknowledged: memory of its own.
    const slab = type === 'NON' ? this.#slab : undefined;
    const bytes = encodeParts(type, code, ownId, token, options, payload, slab);
    if (type === 'NON') effects.push({ kind: 'send', peer: peer.id, bytes });
    else {
      const message = { exchange: id, carries: 'response', messageId: ownId, bytes } as const;
      this.#transmissions.start(now, peer, message, effects);
    }
  }

  /** Ends the exchange without an answer: a CON is at least acknowledged. False when it is not of this role. */
  cancel(now: Instant, id: ExchangeId, effects: CoapEffects): boolean {
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined) return false;
    this.#end(exchange);
    const { peer, messageId, confirmable } = exchange;
    const acknowledgement = confirmable ? encodeEmpty('ACK', messageId) : EMPTY;
    this.#remember(now, exchange, acknowledgement);
    if (exchange.phase === 'open') effects.push({ kind: 'send', peer: peer.id, bytes: acknowledgement });
    return true;
  }

  /** Ends all exchanges of a peer that is gone. */
  forget(peer: Peer, effects: CoapEffects): void {
    for (let exchange = peer.open; exchange !== undefined; exchange = peer.open) {
      this.#end(exchange);
      effects.push({ kind: 'abandoned', peer: peer.id, exchange: exchange.id });
    }
  }

  /** Sends the empty ACKs that are due and abandons what was never answered. */
  timeout(now: Instant, effects: CoapEffects): void {
    for (let item = this.#open.first; item !== undefined && item.at <= now; item = this.#open.first) {
      this.#open.remove(item);
      item.phase = 'acknowledged';
      item.at = after(now, this.#limits.exchangeLifetime);
      this.#acknowledged.append(item);
      effects.push({ kind: 'send', peer: item.peer.id, bytes: encodeEmpty('ACK', item.messageId) });
    }
    const { first } = this.#acknowledged;
    for (let item = first; item !== undefined && item.at <= now; item = this.#acknowledged.first) {
      effects.push({ kind: 'abandoned', peer: item.peer.id, exchange: item.id });
      this.cancel(now, item.id, effects);
    }
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#open.first?.at, this.#acknowledged.first?.at);
  }

  #begin(now: Instant, peer: Peer, message: Message): ServerExchange {
    const confirmable = message.type === 'CON';
    const exchange: ServerExchange = {
      id: this.#ids.next(),
      peer,
      messageId: message.messageId,
      token: message.token,
      confirmable,
      safe: isSafeMethod(message.code),
      phase: confirmable ? 'open' : 'acknowledged',
      at: after(now, confirmable ? this.#limits.processingDelay : this.#limits.exchangeLifetime),
      nextOfPeer: peer.open,
      before: undefined,
      after: undefined,
    };
    noteAccepted(now, this.#peers, peer, message.messageId);
    this.#exchanges.set(exchange.id, exchange);
    (confirmable ? this.#open : this.#acknowledged).append(exchange);
    peer.open = exchange;
    peer.openCount++;
    return exchange;
  }

  #end(exchange: ServerExchange): void {
    const { peer } = exchange;
    this.#exchanges.delete(exchange.id);
    (exchange.phase === 'open' ? this.#open : this.#acknowledged).remove(exchange);
    peer.openCount--;
    if (peer.open === exchange) {
      peer.open = exchange.nextOfPeer;
      return;
    }
    let newer = peer.open;
    while (newer !== undefined && newer.nextOfPeer !== exchange) newer = newer.nextOfPeer;
    if (newer !== undefined) newer.nextOfPeer = exchange.nextOfPeer;
  }

  #remember(now: Instant, exchange: ServerExchange, answer: Uint8Array): void {
    const { messageId, safe, confirmable } = exchange;
    const lifetime = confirmable ? this.#limits.exchangeLifetime : this.#limits.nonLifetime;
    this.#peers.answers.append(now, exchange.peer, { messageId, safe, lifetime }, answer);
  }

  #refuse(
    now: Instant,
    peer: Peer,
    message: Message,
    reason: CoapDropReason,
    refusal: Refusal,
    effects: CoapEffects,
  ): void {
    effects.push({ kind: 'dropped', peer: peer.id, reason });
    refuse(now, this.#peers, peer.id, message, refusal, effects);
  }
}

const TOO_MANY_REQUESTS = busyRefusal(CODE.TOO_MANY_REQUESTS);
const UNAVAILABLE = busyRefusal(CODE.SERVICE_UNAVAILABLE);
