/**
 * Target: a whole endpoint in both roles, with a few peers that send anything. It never throws, accounts for every
 * datagram, sends only well-formed messages, keeps its limits, and ends every exchange exactly once.
 */
import assert from 'node:assert/strict';
import { type Instant, instant, seconds, toHex, utf8 } from '../../../src/base/index.ts';
import {
  CODE,
  CoapEndpoint,
  type CoapEffect,
  type CoapEffects,
  type CoapLimits,
  decode,
  type ExchangeId,
  optionsOf,
  type PeerId,
  peerId,
} from '../../../src/coap/index.ts';

const PEERS = 4;
const LIMITS: Partial<CoapLimits> = {
  nstart: 3,
  serverExchangesPerPeerMax: 3,
  serverExchangesMax: 8,
  clientExchangesPerPeerMax: 8,
  queuedPerPeerMax: 4,
  answersPerPeerMax: 16,
  answerBytesPerPeerMax: 1_024,
  answerBytesMax: 4_096,
};

export class EndpointTarget {
  readonly #endpoint: CoapEndpoint;
  readonly #random: () => number;
  #now: Instant = instant(0);
  /** Requests handed out and neither answered nor abandoned; requests made and not over. */
  readonly #asked = new Set<ExchangeId>();
  readonly #made = new Set<ExchangeId>();
  #lastSent: { readonly peer: PeerId; readonly bytes: Uint8Array } | undefined = undefined;
  readonly counts = new Map<string, number>();

  constructor(random: () => number) {
    this.#random = random;
    this.#endpoint = new CoapEndpoint({ entropy: random, limits: LIMITS });
  }

  /** One datagram, and something of our own now and then. */
  step(mutant: Uint8Array): void {
    const { peer, datagram } = this.#aimed(mutant);
    const before = this.#endpoint.occupancy().transmissions;
    const copy = toHex(datagram);
    const effects = this.#endpoint.receive(this.#now, peer, datagram);
    datagram.fill(0xaa);
    const acknowledged = this.#endpoint.occupancy().transmissions < before;
    assert.ok(effects.length > 0 || acknowledged, `not accounted for: ${copy}`);
    this.#account(effects);
    const choice = this.#random() % 16;
    if (choice < 3) this.#answer();
    else if (choice === 5) this.#request(peer);
    else if (choice === 6) this.#pass();
    else if (choice === 7 && this.#random() % 64 === 0) this.#account(this.#endpoint.forget(peer));
  }

  /** Lets everything run out: nothing may be left. */
  finish(): void {
    for (let rounds = 0; rounds < 100_000; rounds++) {
      const next = this.#endpoint.nextDeadline();
      if (next === undefined) break;
      this.#now = instant(Math.max(next, this.#now));
      this.#account(this.#endpoint.timeout(this.#now));
    }
    const nothing = { peers: 0, serverExchanges: 0, clientExchanges: 0, transmissions: 0, answerBytes: 0 };
    assert.deepEqual(this.#endpoint.occupancy(), nothing);
    assert.deepEqual([this.#asked.size, this.#made.size], [0, 0]);
  }

  /** Some mutants are made answers to what was sent last: its Message ID and token before their own content. */
  #aimed(mutant: Uint8Array): { peer: PeerId; datagram: Uint8Array } {
    const last = this.#lastSent;
    if (last === undefined || mutant.length < 4 || this.#random() % 4 !== 0) {
      return { peer: peerId(this.#random() % PEERS), datagram: mutant };
    }
    const tokenEnd = 4 + ((last.bytes[0] as number) & 0x0f);
    const body = mutant.subarray(4 + ((mutant[0] as number) & 0x0f));
    const datagram = new Uint8Array(tokenEnd + body.length);
    datagram.set(last.bytes.subarray(0, tokenEnd));
    datagram.set(body, tokenEnd);
    datagram[0] = ((mutant[0] as number) & 0xf0) | (tokenEnd - 4);
    datagram[1] = mutant[1] as number;
    return { peer: last.peer, datagram };
  }

  #answer(): void {
    for (const exchange of this.#asked) {
      this.#asked.delete(exchange);
      const payload = this.#random() % 8 === 0 ? new Uint8Array(this.#random() % 1_500) : utf8('ok');
      const response = { code: CODE.CONTENT, options: optionsOf([12, 0]), payload };
      const decline = this.#random() % 8 === 0;
      this.#account(
        decline
          ? this.#endpoint.cancel(this.#now, exchange)
          : this.#endpoint.respond(this.#now, exchange, response),
      );
      if (this.#random() % 2 === 0) return;
    }
  }

  #request(peer: PeerId): void {
    const request = {
      code: CODE.GET,
      options: optionsOf([11, 'a']),
      payload: utf8(''),
      confirmable: this.#random() % 3 > 0,
    };
    const { exchange, effects } = this.#endpoint.request(this.#now, peer, request, seconds(60));
    this.#made.add(exchange);
    this.#account(effects);
    if (this.#random() % 8 !== 0 || !this.#made.delete(exchange)) return;
    this.#account(this.#endpoint.cancel(this.#now, exchange));
  }

  #pass(): void {
    this.#now = instant(this.#now + (this.#random() % 1_500));
    const due = this.#endpoint.nextDeadline();
    if (due !== undefined && due <= this.#now) this.#account(this.#endpoint.timeout(this.#now));
  }

  #account(effects: CoapEffects): void {
    for (const effect of effects) {
      const name = effect.kind === 'dropped' ? effect.reason : effect.kind;
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      this.#accountOne(effect);
    }
    const occupancy = this.#endpoint.occupancy();
    assert.ok(
      occupancy.peers <= PEERS && occupancy.serverExchanges <= 8 && occupancy.clientExchanges <= 8 * PEERS,
    );
    assert.ok(occupancy.answerBytes <= 4_096);
  }

  #accountOne(effect: CoapEffect): void {
    switch (effect.kind) {
      case 'send':
        assert.notEqual(typeof decode(effect.bytes), 'string', toHex(effect.bytes));
        this.#lastSent = { peer: effect.peer, bytes: effect.bytes };
        break;
      case 'request':
        assert.ok(!this.#asked.has(effect.exchange));
        this.#asked.add(effect.exchange);
        break;
      case 'response':
      case 'failed':
        // A request may fail within the call that makes it, before it has been counted.
        if (effect.kind === 'response' || effect.reason !== 'too-many') {
          assert.ok(this.#made.delete(effect.exchange), `ended twice, or never made: ${effect.exchange}`);
        } else this.#made.delete(effect.exchange);
        break;
      case 'abandoned':
        this.#asked.delete(effect.exchange);
        break;
      case 'dropped':
        break;
    }
  }
}
