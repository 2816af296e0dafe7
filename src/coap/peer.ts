/** What the endpoint holds of one peer, made when it is first needed and given back when nothing of it matters. */
import { BoundedMap, type Duration, type Instant, seconds } from '../base/index.ts';
import { AnswerLog, emptyTrail, type Trail } from './answer-log.ts';
import type { Chain } from './chain.ts';
import type { ClientSide } from './client-exchanges.ts';
import type { PeerId } from './effect.ts';
import type { CoapLimits } from './limits.ts';
import type { MessageId } from './message.ts';
import { MessageIds } from './message-ids.ts';
import type { ServerExchange } from './server-exchanges.ts';
import type { Transmission } from './transmissions.ts';

/** Kept small: of most peers there is nothing more than this, ten thousand times. */
export interface Peer extends Trail {
  readonly id: PeerId;
  /** Its requests that wait for our answer, newest first, linked by `nextOfPeer`. */
  open: ServerExchange | undefined;
  openCount: number;
  outgoing: Outgoing | undefined;
}

/** What we send a peer of our own accord, rather than as the answer to what it just sent. */
export interface Outgoing {
  /** Our requests. */
  client: ClientSide | undefined;
  /** Our CONs that are not acknowledged, oldest first. */
  unacknowledged: Chain<Transmission> | undefined;
  /** When `Transmissions` will look at the peer next; `undefined` when nothing is to come. */
  wakeAt: Instant | undefined;
  messageIds: MessageIds | undefined;
  /** RSTs sent in the second `resetSecond`. */
  resetSecond: number;
  resets: number;
}

/** All peers that have any state, and the memory they share. */
export class Peers {
  readonly answers: AnswerLog;
  readonly #limits: CoapLimits;
  readonly #entropy: () => number;
  readonly #peers: BoundedMap<PeerId, Peer>;
  #sweep: MapIterator<Peer> | undefined = undefined;
  #sweepAt: Instant | undefined = undefined;

  constructor(limits: CoapLimits, entropy: () => number) {
    this.answers = new AnswerLog(limits);
    this.#limits = limits;
    this.#entropy = entropy;
    this.#peers = new BoundedMap(limits.peersMax);
  }

  get size(): number {
    return this.#peers.size;
  }

  get nextDeadline(): Instant | undefined {
    return this.#sweepAt;
  }

  get(id: PeerId): Peer | undefined {
    return this.#peers.get(id);
  }

  /** The peer, made if need be; `undefined` when there is no room for another. */
  open(now: Instant, id: PeerId): Peer | undefined {
    const known = this.#peers.get(id);
    if (known !== undefined) return known;
    const peer: Peer = { id, open: undefined, openCount: 0, outgoing: undefined, ...emptyTrail() };
    if (!this.#peers.set(id, peer)) return undefined;
    this.#sweepAt ??= (now + SWEEP_INTERVAL) as Instant;
    return peer;
  }

  /** Forgets a peer that has no exchange any more. */
  delete(peer: Peer): void {
    this.answers.forget(peer);
    this.#peers.delete(peer.id);
  }

  /** The next Message ID for `peer`, as {@link MessageIds.allocate}. */
  allocateMessageId(now: Instant, peer: Peer): MessageId | undefined {
    const outgoing = outgoingOf(peer);
    outgoing.messageIds ??= new MessageIds(this.#entropy());
    return outgoing.messageIds.allocate(now, this.#limits.exchangeLifetime);
  }

  /** Whether one more RST to `peer` is within its rate; counts it if so. */
  mayReset(now: Instant, peer: Peer): boolean {
    const outgoing = outgoingOf(peer);
    const second = Math.floor(now / seconds(1));
    if (outgoing.resetSecond !== second) {
      outgoing.resetSecond = second;
      outgoing.resets = 0;
    }
    if (outgoing.resets >= this.#limits.resetsPerSecondMax) return false;
    outgoing.resets++;
    return true;
  }

  /** Looks at a part of all peers, so that the round takes about EXCHANGE_LIFETIME, and drops those at rest. */
  timeout(now: Instant): void {
    if (this.#sweepAt === undefined || this.#sweepAt > now) return;
    this.#sweep ??= this.#peers.values();
    const share = Math.max(SWEEP_PEERS_MIN, Math.ceil(this.#peers.size / SWEEPS_PER_ROUND));
    for (let i = 0; i < share; i++) {
      const { value: peer, done } = this.#sweep.next();
      if (done === true) {
        this.#sweep = undefined;
        break;
      }
      if (this.#isAtRest(now, peer)) this.delete(peer);
    }
    this.#sweepAt = this.#peers.size === 0 ? undefined : ((now + SWEEP_INTERVAL) as Instant);
  }

  #isAtRest(now: Instant, peer: Peer): boolean {
    const expired = this.answers.expire(now, peer);
    return expired && peer.open === undefined && this.#isQuiet(now, peer.outgoing);
  }

  #isQuiet(now: Instant, outgoing: Outgoing | undefined): boolean {
    if (outgoing === undefined) return true;
    const { client, unacknowledged, messageIds } = outgoing;
    return (
      (client === undefined || client.exchanges.size === 0) &&
      (unacknowledged === undefined || unacknowledged.length === 0) &&
      (messageIds === undefined || messageIds.isIdle(now, this.#limits.exchangeLifetime))
    );
  }
}

/** The outgoing side of `peer`, made if need be. */
export function outgoingOf(peer: Peer): Outgoing {
  peer.outgoing ??= {
    client: undefined,
    unacknowledged: undefined,
    wakeAt: undefined,
    messageIds: undefined,
    resetSecond: 0,
    resets: 0,
  };
  return peer.outgoing;
}

const SWEEP_INTERVAL: Duration = seconds(15);
const SWEEPS_PER_ROUND = 16;
const SWEEP_PEERS_MIN = 64;
