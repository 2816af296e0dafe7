/**
 * A whole endpoint behind the null provider, in one role: brought to every point of a conversation, again and again and
 * each time on a path of its own, and then told nearly what comes next.
 */
import { instant, type Instant, path, type Path } from '../../../src/base/index.ts';
import type { Connection } from '../../../src/dtls/connection-state.ts';
import type { ConnectionHandle, DtlsEndpoint, Effect } from '../../../src/dtls/index.ts';
import { mutated } from '../../support/dtls-mutation.ts';
import type { Random } from '../../support/dtls-random.ts';
import { type Cast, Conversation, everybodyIsKnown, record, type Side } from '../../support/dtls-tape.ts';
import { DEVICE } from '../../support/dtls-pair.ts';

export class EndpointTarget {
  /** How often each effect, by kind or reason. */
  readonly counts = new Map<string, number>();
  readonly #cast: Cast;
  readonly #side: Side;
  readonly #random: Random;
  readonly #endpoint: DtlsEndpoint;
  readonly #conversation: Conversation;
  /** What this side hears, in order, and what anybody says. */
  readonly #heard: readonly Uint8Array[];
  readonly #everything: readonly Uint8Array[];
  #now: Instant = instant(0);
  #scene: { path: Path; at: number; left: number } | undefined;
  #scenes = 0;
  /** Handles are numbers in order; many come and go between two looks. */
  #newest = 0;
  #live: ConnectionHandle[] = [];

  constructor(cast: Cast, side: Side, random: Random) {
    this.#cast = cast;
    this.#side = side;
    this.#random = random;
    const steps = record(cast);
    this.#heard = steps.filter(({ to }) => to === side).map(({ datagram }) => datagram);
    this.#everything = steps.map(({ datagram }) => datagram);
    this.#conversation = new Conversation(cast);
    this.#endpoint = this.#conversation[side];
  }

  /** One datagram more. Throws when a property is broken; the endpoint itself must never. */
  step(): void {
    const scene = this.#scene ?? this.#begin();
    this.#scene = --scene.left > 0 ? scene : undefined;
    this.#now = instant(this.#now + this.#random.below(80));
    this.#checkAccounted(scene.path, this.#next(scene.at));
    this.#timeouts();
    this.#checkBounds();
  }

  /** Lets all time pass: nothing may be left. */
  finish(): void {
    const endpoint = this.#endpoint;
    for (let due = endpoint.nextDeadline(); due !== undefined; due = endpoint.nextDeadline()) {
      this.#now = due > this.#now ? due : this.#now;
      this.#note(endpoint.timeout(this.#now));
    }
    const { handshakes, connections, deadlines, cids } = endpoint.occupancy();
    if (handshakes + connections + deadlines + cids > 0) throw new RangeError('something is left');
  }

  /** A new path, brought to some point of the conversation. */
  #begin(): { path: Path; at: number; left: number } {
    const on = path(0, `10.0.${this.#scenes >> 8}.${this.#scenes & 0xff}`, 1_024 + (this.#scenes++ % 60_000));
    const at = this.#random.below(this.#heard.length + 1);
    if (this.#side === 'client') {
      const { session } = this.#conversation;
      const resume = session === undefined ? {} : { resume: session };
      const credentials = { ...(this.#cast.credentials ?? { psk: DEVICE }), ...resume };
      this.#note(this.#endpoint.connect(this.#now, on, credentials).effects);
    }
    for (const datagram of this.#heard.slice(0, at)) this.#receive(on, datagram.slice());
    return { path: on, at, left: 1 + this.#random.below(24) };
  }

  /** Mostly what comes next, changed; sometimes what comes elsewhere, or nothing anybody would say. */
  #next(at: number): Uint8Array {
    const random = this.#random;
    const choice = random.below(20);
    if (choice === 0) return random.bytes(random.below(80));
    if (choice === 1) return this.#next(random.below(this.#heard.length)).slice();
    const said = choice < 12 ? this.#heard[at] : random.pick(choice < 17 ? this.#heard : this.#everything);
    return mutated(random, said ?? random.pick(this.#heard));
  }

  /** Every datagram shows: in an effect, or in what the connections on its path remember. */
  #checkAccounted(on: Path, datagram: Uint8Array): void {
    const before = this.#progress(on);
    const effects = this.#receive(on, datagram);
    if (effects.length > 0 || this.#progress(on) !== before) return;
    // A piece of a message under way that says again what is there.
    const partials = this.#connections(on).some(({ handshake }) => handshake?.reassembly.partials.length);
    if (partials || datagram.length === 0) return;
    throw new RangeError('a datagram is not accounted for');
  }

  #progress(on: Path): string {
    return this.#connections(on).map(progress).join('|');
  }

  #receive(on: Path, datagram: Uint8Array): Effect[] {
    const effects = this.#endpoint.receive(this.#now, on, datagram);
    datagram.fill(0xee);
    this.#note(effects);
    return effects;
  }

  #note(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const name = 'reason' in effect ? effect.reason : effect.kind;
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      if (effect.kind !== 'lookup' || this.#random.chance(0.1)) continue;
      const answer = (this.#cast.answer ?? everybodyIsKnown)(effect.ask);
      if (answer !== undefined) this.#note(this.#endpoint.resolve(this.#now, effect.id, answer));
    }
  }

  #timeouts(): void {
    const due = this.#endpoint.nextDeadline();
    if (due !== undefined && due <= this.#now) this.#note(this.#endpoint.timeout(this.#now));
  }

  #checkBounds(): void {
    const { handshakes, connections, deadlines, sessions, cids } = this.#endpoint.occupancy();
    const most = Math.max(handshakes, connections, sessions);
    if (most > LIMIT || cids > 2 * LIMIT || deadlines > 4 * LIMIT)
      throw new RangeError('a limit does not hold');
  }

  #connections(on: Path): Connection[] {
    for (let ahead = 1; ahead <= LOOK_AHEAD; ahead++) {
      const handle = (this.#newest + ahead) as ConnectionHandle;
      if (this.#endpoint.inspect(handle) === undefined) continue;
      this.#live.push(handle);
      this.#newest = handle;
      ahead = 0;
    }
    this.#live = this.#live.filter((handle) => this.#endpoint.inspect(handle) !== undefined);
    return this.#live
      .map((handle) => this.#endpoint.inspect(handle))
      .filter((connection) => connection?.path.key === on.key)
      .filter((connection) => connection !== undefined);
  }
}

/** What shows that something was taken in. */
function progress(connection: Connection): string {
  const { handshake: h, window: w, lastSeen, association } = connection;
  const pieces = h?.reassembly.partials.map(({ ranges }) => ranges.join()).join(';');
  const early = `${h?.early.length} ${h?.changeEarly} ${h?.doubted} ${h?.reassembly.next}`;
  return `${w.newest} ${w.low} ${w.high} ${lastSeen} ${association.state.kind} ${pieces} ${early}`;
}

/** Of NULL_CASTS. */
const LIMIT = 8;
const LOOK_AHEAD = 64;
