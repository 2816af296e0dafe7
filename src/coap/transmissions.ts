/**
 * Reliable sending: each CON of ours until its ACK or RST, with exponential back-off (RFC 7252 4.2).
 *
 *     send --2..3 s--> again --4..6 s--> again --8..12 s--> again --16..24 s--> again --32..48 s--> given up
 *
 * There is one deadline per peer, and it is only ever moved earlier while messages go out: a message that is
 * acknowledged in time costs no work on the heap of deadlines.
 */
import { after, Deadlines, type Duration, type Instant, milliseconds, type Slab } from '../base/index.ts';
import { Chain, type Linked } from './chain.ts';
import { copyBytes } from './codec/index.ts';
import type { CoapEffects, ExchangeId } from './effect.ts';
import type { CoapLimits } from './limits.ts';
import type { MessageId } from './message.ts';
import { outgoingOf, type Peer } from './peer.ts';

export interface Transmission extends Linked<Transmission> {
  readonly exchange: ExchangeId;
  /** Whether it carries our request or our separate response. */
  readonly carries: 'request' | 'response';
  readonly messageId: MessageId;
  readonly bytes: Uint8Array;
  /** Times sent again. */
  retransmissions: number;
  wait: Duration;
  /** When it is sent again, or given up. */
  at: Instant;
}

export class Transmissions {
  readonly #limits: CoapLimits;
  readonly #entropy: () => number;
  readonly #slab: Slab;
  readonly #wakes = new Deadlines<Peer>();
  #count = 0;

  constructor(limits: CoapLimits, entropy: () => number, slab: Slab) {
    this.#limits = limits;
    this.#entropy = entropy;
    this.#slab = slab;
  }

  get count(): number {
    return this.#count;
  }

  /** Sends `bytes`, a CON with `messageId`, and keeps them until it is acknowledged. */
  start(
    now: Instant,
    peer: Peer,
    message: Pick<Transmission, 'exchange' | 'carries' | 'messageId' | 'bytes'>,
    effects: CoapEffects,
  ): Transmission {
    const { ackTimeout, ackRandomFactor } = this.#limits;
    const random = this.#entropy() / 0x1_0000_0000;
    const wait = milliseconds(ackTimeout * (1 + (ackRandomFactor - 1) * random));
    const transmission: Transmission = {
      exchange: message.exchange,
      carries: message.carries,
      messageId: message.messageId,
      bytes: message.bytes,
      retransmissions: 0,
      wait,
      at: after(now, wait),
      before: undefined,
      after: undefined,
    };
    const outgoing = outgoingOf(peer);
    outgoing.unacknowledged ??= new Chain();
    outgoing.unacknowledged.append(transmission);
    this.#count++;
    this.wake(peer, transmission.at);
    effects.push({ kind: 'send', peer: peer.id, bytes: copyBytes(message.bytes, this.#slab) });
    return transmission;
  }

  /** The transmission with `messageId`, which an ACK or RST is for. */
  find(peer: Peer, messageId: MessageId): Transmission | undefined {
    let candidate = peer.outgoing?.unacknowledged?.first;
    while (candidate !== undefined && candidate.messageId !== messageId) candidate = candidate.after;
    return candidate;
  }

  /** Ends a transmission of `peer`: acknowledged, or no longer wanted. */
  end(peer: Peer, transmission: Transmission): void {
    peer.outgoing?.unacknowledged?.remove(transmission);
    this.#count--;
  }

  /** Sees to it that `takeDue` returns `peer` at `at` or before. */
  wake(peer: Peer, at: Instant): void {
    const outgoing = outgoingOf(peer);
    if (outgoing.wakeAt !== undefined && outgoing.wakeAt <= at) return;
    outgoing.wakeAt = at;
    this.#wakes.arm(peer, at);
  }

  /** A peer that something is due for. It has no deadline any more: `repeat` and `wake` give it its next. */
  takeDue(now: Instant): Peer | undefined {
    const peer = this.#wakes.takeDue(now);
    if (peer !== undefined) outgoingOf(peer).wakeAt = undefined;
    return peer;
  }

  /** Sends again what is due; returns, and ends, what was sent often enough. */
  repeat(now: Instant, peer: Peer, effects: CoapEffects): Transmission[] {
    const givenUp: Transmission[] = [];
    let following: Transmission | undefined;
    for (let item = peer.outgoing?.unacknowledged?.first; item !== undefined; item = following) {
      following = item.after;
      if (item.at <= now && item.retransmissions >= this.#limits.retransmitMax) {
        this.end(peer, item);
        givenUp.push(item);
        continue;
      }
      if (item.at <= now) {
        item.retransmissions++;
        item.wait = milliseconds(2 * item.wait);
        item.at = after(now, item.wait);
        effects.push({ kind: 'send', peer: peer.id, bytes: copyBytes(item.bytes, this.#slab) });
      }
      this.wake(peer, item.at);
    }
    return givenUp;
  }

  /** Ends everything of `peer` and hands it over. */
  forget(peer: Peer): Transmission[] {
    this.#wakes.disarm(peer);
    if (peer.outgoing !== undefined) peer.outgoing.wakeAt = undefined;
    const ended: Transmission[] = [];
    for (
      let item = peer.outgoing?.unacknowledged?.first;
      item !== undefined;
      item = peer.outgoing?.unacknowledged?.first
    ) {
      this.end(peer, item);
      ended.push(item);
    }
    return ended;
  }

  nextDeadline(): Instant | undefined {
    return this.#wakes.earliest();
  }
}
