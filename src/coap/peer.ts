/** What the endpoint holds of one peer, made when it is first needed and given back when nothing of it matters. */
import { BoundedMap, type Duration, type Instant, seconds } from '../base/index.ts';
import { AnswerLog } from './answer-log.ts';
import type { Chain } from './chain.ts';
import type { ClientSide } from './client-exchanges.ts';
import type { PeerId } from './effect.ts';
import type { CoapLimits } from './limits.ts';
import type { MessageId } from './message.ts';
import { MessageIds } from './message-ids.ts';
import type { ServerExchange } from './server-exchanges.ts';
import type { Transmission } from './transmissions.ts';

export interface Peer {
  readonly id: PeerId;
  /** Both roles: what its messages were answered with. */
  answers: AnswerLog | undefined;
  /** Its requests that wait for our answer, newest first, linked by `nextOfPeer`. */
  open: ServerExchange | undefined;
  openCount: number;
  /** Our requests to it. */
  client: ClientSide | undefined;
  /** Our CONs that it has not acknowledged, oldest first. */
  unacknowledged: Chain<Transmission> | undefined;
  /** When `Transmissions` will look at it next; `undefined` when nothing is to come. */
  wakeAt: Instant | undefined;
  messageIds: MessageIds | undefined;
  /** RSTs sent in the second `resetSecond`. */
  resetSecond: number;
  resets: number;
}

export class Peers {
  readonly #limits: CoapLimits;
  readonly #entropy: () => number;
  readonly #peers: BoundedMap<PeerId, Peer>;
  #sweep: MapIterator<Peer> | undefined = undefined;
  #sweepAt: Instant | undefined = undefined;

  constructor(limits: CoapLimits, entropy: () => number) {
    this.#limits = limits;
    this.#entropy = entropy;
    this.#peers = new BoundedMap(limits.peersMax);
  }

  get size(): number {
    return this.#peers.size;
  }

  get(id: PeerId): Peer | undefined {
    return this.#peers.get(id);
  }

  /** The peer, made if need be; `undefined` when there is no room for another. */
  open(now: Instant, id: PeerId): Peer | undefined {
    const known = this.#peers.get(id);
    if (known !== undefined) return known;
    const peer: Peer = {
      id,
      answers: undefined,
      open: undefined,
      openCount: 0,
      client: undefined,
      unacknowledged: undefined,
      wakeAt: undefined,
      messageIds: undefined,
      resetSecond: 0,
      resets: 0,
    };
    if (!this.#peers.set(id, peer)) return undefined;
    this.#sweepAt ??= (now + SWEEP_INTERVAL) as Instant;
    return peer;
  }

  delete(id: PeerId): void {
    this.#peers.delete(id);
  }

  /** The next Message ID for `peer`, as {@link MessageIds.allocate}. */
  allocateMessageId(now: Instant, peer: Peer): MessageId | undefined {
    peer.messageIds ??= new MessageIds(this.#entropy());
    return peer.messageIds.allocate(now, this.#limits.exchangeLifetime);
  }

  /** The memory of answers to `peer`. */
  answersOf(peer: Peer): AnswerLog {
    peer.answers ??= new AnswerLog(this.#limits);
    return peer.answers;
  }

  /** Whether one more RST to `peer` is within its rate; counts it if so. */
  mayReset(now: Instant, peer: Peer): boolean {
    const second = Math.floor(now / seconds(1));
    if (peer.resetSecond !== second) {
      peer.resetSecond = second;
      peer.resets = 0;
    }
    if (peer.resets >= this.#limits.resetsPerSecondMax) return false;
    peer.resets++;
    return true;
  }

  get nextDeadline(): Instant | undefined {
    return this.#sweepAt;
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
      if (this.#isAtRest(now, peer)) this.#peers.delete(peer.id);
    }
    this.#sweepAt = this.#peers.size === 0 ? undefined : ((now + SWEEP_INTERVAL) as Instant);
  }

  #isAtRest(now: Instant, peer: Peer): boolean {
    const answersGone = peer.answers === undefined || peer.answers.expire(now);
    if (answersGone && peer.open === undefined) peer.answers = undefined;
    return (
      peer.answers === undefined &&
      peer.open === undefined &&
      (peer.client === undefined || peer.client.exchanges.size === 0) &&
      (peer.unacknowledged === undefined || peer.unacknowledged.length === 0) &&
      (peer.messageIds === undefined || peer.messageIds.isIdle(now, this.#limits.exchangeLifetime)) &&
      peer.wakeAt === undefined
    );
  }
}

const SWEEP_INTERVAL: Duration = seconds(15);
const SWEEPS_PER_ROUND = 16;
const SWEEP_PEERS_MIN = 64;
