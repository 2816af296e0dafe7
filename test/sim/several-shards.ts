/**
 * Several shards of one gateway, on virtual time and by a seed. The feed reaches each of them in its own time, devices
 * move so that their datagrams come to shards that do not own them, shards end and start again, and one may lose the
 * feed. Backends answer late, and also when they are told that nobody waits any more.
 *
 *   control --feed--> shard 0 <--datagrams of others--> shard 1 <--feed-- control
 *                        ^                                 ^
 *   devices ----------- whichever the kernel picks by their address
 */
import { instant, type Instant, type Path, wallTime } from '../../src/base/index.ts';
import { CODE } from '../../src/coap/index.ts';
import type { CryptoProvider } from '../../src/crypto/index.ts';
import { Publisher } from '../../src/daemon/control/index.ts';
import type {
  Backend,
  Clock as ClockPort,
  ControlMessage,
  PeerMessage,
  RelayedRequest,
  ShardMessage,
} from '../../src/daemon/ports/index.ts';
import type { Shard } from '../../src/daemon/shard/index.ts';
import { connectionIdShape } from '../../src/dtls/index.ts';
import {
  type ActorId,
  apply,
  plainSnapshot,
  type RelationshipId,
  type Revision,
  type TrustEvent,
  type TrustSnapshot,
} from '../../src/trust/index.ts';
import { FakeDatagrams } from '../fakes/datagram.ts';
import { credentialOf, keyOf, SETTINGS, shardOf } from '../fakes/world.ts';
import { seededEntropy } from '../support/dtls-pair.ts';
import { Random } from '../support/dtls-random.ts';
import { Asker } from './actors/asker.ts';
import { Findings } from './checkers/findings.ts';
import { watchedProvider } from './checkers/nonces.ts';
import { Revocations } from './checkers/revocations.ts';
import { Clock } from './clock.ts';
import { pathOf } from './gateway.ts';
import { townOf } from './several-trust.ts';
import { Trace } from './trace.ts';

export interface SeveralScenario {
  readonly shards: number;
  readonly devices: number;
  /** Shards that end and start again on the way, and shards whose feed falls silent for good. */
  readonly restarts: number;
  readonly cuts: number;
}

export interface SeveralOutcome {
  readonly findings: readonly string[];
  readonly seen: Revocations['seen'] & { readonly passedOn: number; readonly unacknowledged: number };
  readonly digest: string;
}

interface Member {
  readonly number: number;
  readonly shard: Shard;
  /** The feed: what is posted arrives in order, each after its own delay. */
  arrivesAt: Instant;
  cut: boolean;
  alive: boolean;
}

class SeveralShards {
  readonly clock = new Clock();
  readonly random: Random;
  readonly findings = new Findings();
  readonly trace = new Trace();
  readonly revocations = new Revocations(this.findings, STALENESS_MS);
  readonly publisher = new Publisher(() => {});
  readonly members = new Map<number, Member>();
  readonly askers: Asker[] = [];
  readonly crypto: CryptoProvider = watchedProvider(this.findings);
  snapshot: TrustSnapshot;
  passedOn = 0;
  published = 0;
  /** Of the datagram that a device is just taking in. */
  #inHand: { sentAt: Instant; shard: number } | undefined;
  readonly #scenario: SeveralScenario;

  constructor(seed: number, scenario: SeveralScenario) {
    this.random = new Random(seed);
    this.#scenario = scenario;
    this.snapshot = townOf(scenario.devices);
    for (let number = 0; number < scenario.shards; number++) this.start(number);
    for (let device = 0; device < scenario.devices; device++) this.#addAsker(`d${device}`);
  }

  /** A shard begins with the truth as of now. */
  start(number: number): void {
    const { random, clock } = this;
    const peers = {
      send: (to: number, message: PeerMessage) => this.#pass(number, to, message),
      tell: (message: PeerMessage) => {
        for (const other of this.members.keys()) if (other !== number) this.#pass(number, other, message);
      },
    };
    const wall: ClockPort = { now: () => clock.now, wall: () => wallTime(EPOCH_MS + clock.now) };
    const alarm = {
      set: (at: Instant) =>
        clock.at(at, () => {
          if (member.alive) member.shard.ring(clock.now);
        }),
      clear: () => {},
    };
    const settings = { ...SETTINGS, shard: number, shards: this.#scenario.shards };
    const trust = { chainMax: 3, stalenessMaxMs: STALENESS_MS };
    const shard: Shard = shardOf(
      { ...settings, rights: [], trust },
      {
        backend: this.#backend(() => member),
        datagrams: this.#datagrams(number),
        clock: wall,
        alarm,
        peers,
        tell: (message) => this.#told(() => member, message),
        crypto: this.crypto,
        entropy: seededEntropy(random.uint32()),
        uint32: () => random.uint32(),
        connectionId: connectionIdShape(settings.node, number),
      },
    );
    const member: Member = { number, shard, arrivesAt: clock.now, cut: false, alive: true };
    for (const other of this.members.values()) other.shard.meet(number);
    this.members.set(number, member);
    this.revocations.started(number);
    const keys = [...this.snapshot.credentials.values()].flatMap((credential) => {
      if (credential.kind !== 'psk') return [];
      const { id, actor, identityHex } = credential;
      return [{ credential: id, actor, identityHex, key: keyOf(actor) }];
    });
    const { revision } = this.snapshot;
    const snapshot = plainSnapshot(this.snapshot);
    const load = { kind: 'load', revision, wall: wall.wall(), snapshot, keys } as const;
    this.publisher.join(number, (message) => this.#feed(member, message), load);
  }

  end(number: number): void {
    const member = this.members.get(number);
    if (member === undefined) return;
    member.alive = false;
    this.members.delete(number);
    this.revocations.ended(number);
    this.publisher.leave(number);
  }

  /** Revokes: resolves, in virtual time, when every running shard has it in force. */
  revoke(events: readonly TrustEvent[], principals: readonly string[]): void {
    const revision = (this.snapshot.revision + 1) as Revision;
    this.snapshot = apply(this.snapshot, revision, events);
    this.published++;
    void this.publisher.publish(revision, events, []).then(() => {
      this.trace.note(this.clock.now, `acknowledged ${revision}`);
      this.revocations.acknowledged(this.clock.now, revision, principals);
    });
  }

  #feed(member: Member, message: ControlMessage): void {
    if (member.cut) return;
    const { clock, random } = this;
    const delay = random.chance(0.2) ? random.between(50, 400) : random.between(0, 10);
    member.arrivesAt = instant(Math.max(member.arrivesAt, clock.now + delay));
    const arriving = structuredClone(message);
    clock.at(member.arrivesAt, () => {
      if (!member.alive || member.cut) return;
      member.shard.control(clock.now, arriving);
      this.revocations.heard(clock.now, member.number);
    });
  }

  #told(of: () => Member, message: ShardMessage): void {
    if (message.kind !== 'applied') return;
    const { number } = of();
    this.trace.note(this.clock.now, `applied ${number} ${message.revision}`);
    this.revocations.applied(number, message.revision);
    this.clock.in(this.random.between(0, 20), () => {
      if (of().alive) this.publisher.applied(number, message.revision);
    });
  }

  #pass(from: number, to: number, message: PeerMessage): void {
    if (message.kind === 'datagram') this.passedOn++;
    const sent = structuredClone(message);
    this.clock.in(this.random.between(0, 30), () => {
      const member = this.members.get(to);
      if (member?.alive === true) member.shard.fromPeer(this.clock.now, from, sent);
    });
  }

  #backend(of: () => Member): Backend {
    return {
      name: 'demo',
      inflight: 0,
      counts: { dropped: 0, errors: 0 },
      forward: (now, job, request: RelayedRequest) => {
        this.revocations.forwarded(now, of().number, request.principal.name);
        this.trace.note(now, `forward ${request.principal.name}`);
        const response = { code: CODE.CONTENT, options: [], payload: Uint8Array.of(1) };
        this.clock.in(this.random.between(1, 250), () => {
          if (of().alive) of().shard.answered(this.clock.now, job, { kind: 'response', response });
        });
        return undefined;
      },
      abandon: () => {}, // and it answers all the same
      timeout: () => {},
      nextDeadline: () => undefined,
      close: () => {},
    };
  }

  #datagrams(shard: number): FakeDatagrams {
    const port = new FakeDatagrams();
    port.transmit = ({ remote }: Path, datagram: Uint8Array) => {
      const sentAt = this.clock.now;
      const arriving = datagram.slice();
      this.trace.note(sentAt, `> ${remote.address}`, arriving);
      this.clock.in(this.random.between(1, 15), () => {
        const at = `${remote.address}:${remote.port}`;
        for (const asker of this.askers) {
          if (asker.address !== at) continue;
          this.#inHand = { sentAt, shard };
          asker.receive(arriving);
          this.#inHand = undefined;
        }
      });
    };
    return port;
  }

  #addAsker(name: string): void {
    const number = this.askers.length;
    const asker = new Asker({
      clock: this.clock,
      random: this.random,
      crypto: this.crypto,
      name,
      key: keyOf(name),
      addresses: [1, 2, 3].map((place) => `198.51.${place}.${number + 1}:5683`),
      server: pathOf('192.0.2.1:5684'),
      send: (from, datagram) => this.#arrive(from, datagram),
      given: () => {
        const { sentAt, shard } = this.#inHand ?? { sentAt: this.clock.now, shard: 0 };
        this.revocations.delivered(sentAt, shard, name);
      },
    });
    this.askers.push(asker);
  }

  /** The kernel picks a shard by the sender's address, of those there are; some datagrams are lost. */
  #arrive(from: string, datagram: Uint8Array): void {
    if (this.random.chance(0.02)) return;
    const arriving = datagram.slice();
    this.clock.in(this.random.between(1, 15), () => {
      const members = [...this.members.values()];
      const path = pathOf(from);
      const [, , place = '0', host = '0'] = path.remote.address.split('.');
      const member = members[(Number(place) + Number(host)) % Math.max(1, members.length)];
      member?.shard.datagram(this.clock.now, path, arriving);
      arriving.fill(0xee); // it was borrowed
    });
  }
}

/** One run; deterministic by its seed. */
export async function runSeveral(seed: number, scenario: SeveralScenario): Promise<SeveralOutcome> {
  const town = new SeveralShards(seed, scenario);
  const { clock, random } = town;
  const pulse = (): void => {
    town.publisher.pulse();
    clock.in(STALENESS_MS / 5, pulse);
  };
  pulse();
  for (let n = 0; n < 3 * scenario.devices; n++)
    clock.in(random.between(300, END_MS), () => random.pick(town.askers).roam());
  for (const [number, { name }] of town.askers.entries()) {
    const [events, principals] = ending(number, name, town.askers);
    clock.in(random.between(500, END_MS - 1_500), () => town.revoke(events, principals));
  }
  for (let n = 0; n < scenario.restarts; n++) {
    const number = random.below(scenario.shards);
    const at = random.between(400, END_MS - 1_000);
    clock.in(at, () => town.end(number));
    clock.in(at + random.between(5, 300), () => {
      if (!town.members.has(number)) town.start(number);
    });
  }
  for (let n = 0; n < scenario.cuts; n++) {
    const number = random.below(scenario.shards);
    clock.in(random.between(400, END_MS - 2_500), () => {
      const member = town.members.get(number);
      if (member !== undefined) member.cut = true;
    });
  }
  await play(clock, instant(END_MS));
  const unacknowledged = town.published - town.revocations.seen.acknowledged;
  // Control ends a shard that does not answer in time: then nothing is left to wait for.
  for (const number of town.members.keys()) town.end(number);
  await turns();
  const seen = { ...town.revocations.seen, passedOn: town.passedOn, unacknowledged };
  return { findings: town.findings.all(), seen, digest: town.trace.digest() };
}

/** What each device loses, one in its own way. The last takes the platform, and with it everybody's rights, along. */
function ending(
  number: number,
  name: string,
  askers: readonly Asker[],
): readonly [readonly TrustEvent[], readonly string[]] {
  const right = `r-${name}` as RelationshipId;
  const id = name as ActorId;
  if (number === askers.length - 1)
    return [[{ kind: 'actor-suspended', id: 'plt' as ActorId }], askers.map((each) => each.name)];
  const ways: readonly TrustEvent[] = [
    { kind: 'relationships-ended', revoked: [right], fallen: [] },
    { kind: 'credential-ended', id: credentialOf(name) },
    { kind: 'actor-suspended', id },
    { kind: 'relationship-suspended', id: right },
  ];
  return [[ways[number % ways.length] as TrustEvent], [name]];
}

/** Events one by one, and after each what waits for it. */
async function play(clock: Clock, end: Instant): Promise<void> {
  while (clock.now < end) {
    clock.runUntil(end, () => true);
    await turns();
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await Promise.resolve();
}

const EPOCH_MS = Date.UTC(2026, 0, 1);
const STALENESS_MS = 1_000;
const END_MS = 6_000;
