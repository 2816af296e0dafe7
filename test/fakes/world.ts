/**
 * One shard with everything around it simulated: clock, network, backends, control, and devices that are our own DTLS
 * client and CoAP endpoint. Datagrams travel when `settle` is called, in order and without loss.
 */
import {
  type Duration,
  type Instant,
  type Path,
  path,
  required,
  Secret,
  seconds,
  utf8,
} from '../../src/base/index.ts';
import {
  CODE,
  type Code,
  CoapEndpoint,
  type CoapOption,
  OPTION,
  type OptionValue,
  optionsOf,
  peerId,
  type Response,
} from '../../src/coap/index.ts';
import {
  type CryptoProvider,
  type Entropy,
  generateIdentityKey,
  nodeEntropy,
  nodeProvider,
  signingKey,
} from '../../src/crypto/index.ts';
import type {
  Alarm as AlarmPort,
  Backend,
  Clock,
  ControlMessage,
  DatagramPort,
  PeerForward,
  ShardAnswer,
  ShardMessage,
  ShardQuestion,
  ShardSettings,
} from '../../src/daemon/ports/index.ts';
import { Shard } from '../../src/daemon/shard/index.ts';
import {
  type ClientSettings,
  type ConnectionHandle,
  type ConnectionIdShape,
  DtlsEndpoint,
  type Effects,
  type OwnIdentity,
} from '../../src/dtls/index.ts';
import { alertName } from '../../src/dtls/message/alert.ts';
import { CONTENT_TYPE, parseRecord } from '../../src/dtls/record/header.ts';
import { RecordProtection } from '../../src/dtls/record/protection.ts';
import { compileGate, compileRights } from '../../src/policy/index.ts';
import { compileRoutes, Relay, type RouteTable } from '../../src/relay/index.ts';
import {
  type ActorId,
  type CredentialId,
  emptySnapshot,
  restoreSnapshot,
  type Revision,
  type TrustEvent,
} from '../../src/trust/index.ts';
import { FakeBackend } from './backend.ts';
import { FakeClock } from './clock.ts';
import { FakeDatagrams } from './datagram.ts';

/** Names of the devices that the world begins with; each has the credential `c-<name>`. */
export const DEVICES = ['meter', 'lock'] as const;

export const SETTINGS: ShardSettings = {
  shard: 0,
  shards: 1,
  node: 1,
  listeners: [{ address: '192.0.2.1', port: 5_684 }],
  backends: [
    { name: 'demo', kind: 'coap', address: '192.0.2.9', port: 5_683, timeoutMs: 2_000, inflightMax: 4 },
  ],
  routes: [
    { name: 'demo', path: '/demo/*', backend: 'demo', rewrite: '/*' },
    { name: 'vault', path: '/vault/*', backend: 'demo', rewrite: '/vault/*' },
  ],
  rights: [{ devices: ['*'], routes: ['demo'], actions: ['*'] }],
  trust: { chainMax: 3, stalenessMaxMs: 3_600_000 },
  identity: { keyPem: generateIdentityKey().pem, chain: [] },
  authorities: { anchors: [], subjectRules: [], revocationLists: [] },
  dtls: {
    suites: ['TLS_PSK_WITH_AES_128_CCM_8', 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8'],
    credentials: ['psk', 'rpk', 'x509'],
    connectionIds: true,
    resumptionMs: 0,
    extendedMasterSecret: 'wanted',
    mtu: 1_200,
    idleTimeoutMs: 3_600_000,
    handshakeTimeoutMs: 30_000,
    retransmitMs: 1_000,
  },
  limits: {
    connectionsMax: 100,
    handshakesMax: 10,
    jobsMax: 50,
    datagramQueueMax: 100,
    requestsPerSecond: 1_000,
    requestBurst: 1_000,
  },
};

export class World {
  readonly clock = new FakeClock();
  readonly datagrams = new FakeDatagrams();
  readonly backend = new FakeBackend('demo');
  readonly told: ShardMessage[] = [];
  readonly shard: Shard;
  /** What the shard was given first. */
  loaded = emptySnapshot();
  readonly #devices = new Map<string, Device>();
  #questions = 0;

  constructor(settings: Partial<ShardSettings> = {}, peers?: PeerForward) {
    const all = { ...SETTINGS, ...settings };
    this.shard = shardOf(all, {
      backend: this.backend,
      datagrams: this.datagrams,
      clock: this.clock,
      alarm: this.clock,
      peers,
      tell: (message) => this.told.push(message),
      crypto: nodeProvider,
      entropy: nodeEntropy(),
      uint32: seeded(1),
      connectionId: null,
    });
    this.backend.sink = (now, job, answer) => this.shard.answered(now, job, answer);
  }

  /** Gives the shard its first snapshot: user `alice` owns every device. */
  load(): void {
    const revision = 1 as Revision;
    const alice = { id: 'alice' as ActorId, kind: 'user', name: 'alice', owner: null, revision } as const;
    const devices = DEVICES.map((name) => ({
      id: name as string as ActorId,
      kind: 'device' as const,
      name,
      owner: alice.id,
      revision,
    }));
    const credentials = DEVICES.map((name) => ({
      id: credentialOf(name),
      kind: 'psk' as const,
      actor: name as string as ActorId,
      identityHex: Buffer.from(name).toString('hex'),
      sealedKey: '',
      established: 'file' as const,
      revision,
    }));
    const snapshot = restoreSnapshot({ revision, actors: [alice, ...devices], credentials });
    const keys = credentials.map(({ id, actor, identityHex }) => ({
      credential: id,
      actor,
      identityHex,
      key: keyOf(actor),
    }));
    this.loaded = snapshot;
    this.control({ kind: 'load', wall: this.clock.wall(), revision, snapshot, keys });
  }

  control(message: ControlMessage): void {
    this.shard.control(this.clock.now(), message);
  }

  apply(revision: number, ...events: TrustEvent[]): void {
    this.control({ kind: 'apply', revision: revision as Revision, events, keys: [] });
  }

  /** The answer, if it came at once. */
  ask(question: ShardQuestion): ShardAnswer | undefined {
    const request = ++this.#questions;
    this.control({ kind: 'ask', request, question });
    return this.answerTo(request);
  }

  answerTo(request = this.#questions): ShardAnswer | undefined {
    for (const message of this.told) {
      if (message.kind === 'answer' && message.request === request) return message.answer;
    }
    return undefined;
  }

  /** A device at an address of its own. */
  device(name: string, key = keyOf(name)): Device {
    return this.peer({ psk: { identity: utf8(name), key: new Secret(key) } });
  }

  /** Whoever shows this key, raw or with its certificates. */
  keyHolder(identity: OwnIdentity): Device {
    return this.peer({ identity });
  }

  peer(client: ClientSettings): Device {
    const count = this.#devices.size;
    const device = new Device(
      this,
      path(0, `198.51.100.${1 + (count % 250)}`, 40_000 + Math.floor(count / 250)),
      client,
    );
    this.#devices.set(device.path.key, device);
    return device;
  }

  /** Lets datagrams travel until none is under way. */
  settle(): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      let quiet = true;
      for (const { path: to, datagram } of this.datagrams.take()) {
        this.#devices.get(to.key)?.receive(datagram);
        quiet = false;
      }
      for (const device of this.#devices.values()) {
        for (const datagram of device.outbox.splice(0)) {
          this.shard.datagram(this.clock.now(), device.path, datagram);
          datagram.fill(0xee); // it was borrowed
          quiet = false;
        }
      }
      if (quiet) return;
    }
  }

  pass(time: Duration): void {
    this.clock.advance(time, (now) => this.shard.ring(now));
  }
}

export class Device {
  readonly outbox: Uint8Array[] = [];
  readonly responses: Response[] = [];
  /** Why its connection ended. */
  closed: string | undefined;
  /** The last alert that it was sent inside a connection. */
  alert: string | undefined;
  connection: ConnectionHandle | undefined;
  readonly path: Path;
  readonly #world: World;
  readonly #dtls: DtlsEndpoint;
  readonly #coap: CoapEndpoint;
  readonly #client: ClientSettings;

  constructor(world: World, at: Path, client: ClientSettings) {
    this.path = at;
    this.#world = world;
    this.#client = client;
    this.#dtls = new DtlsEndpoint({
      settings: {
        suites: SETTINGS.dtls.suites,
        extendedMasterSecret: 'wanted',
        mtu: 1_200,
        idleTimeout: seconds(1_000_000),
        handshakeTimeout: seconds(30),
        retransmit: seconds(1),
      },
      crypto: nodeProvider,
      entropy: nodeEntropy(),
      server: false,
    });
    this.#coap = new CoapEndpoint({ entropy: seeded(7), limits: { nstart: 128 } });
  }

  /** Handshake, as far as it goes. True when it is connected. */
  connect(): boolean {
    this.connection = undefined;
    this.closed = undefined;
    this.alert = undefined;
    this.#carryOut(this.#dtls.connect(this.#now, this.path, this.#client).effects);
    this.#world.settle();
    return this.connection !== undefined;
  }

  /** Sends a request and lets it travel; responses appear in `responses`. */
  request(code: Code, uri: string, ...options: [number: number, value: OptionValue][]): void {
    const segments = uri
      .split('/')
      .slice(1)
      .map((segment): [number, string] => [OPTION.URI_PATH, segment]);
    this.send(code, optionsOf(...segments, ...options));
  }

  get(uri: string, ...options: [number: number, value: OptionValue][]): void {
    this.request(CODE.GET, uri, ...options);
  }

  send(code: Code, options: readonly CoapOption[], payload: Uint8Array = new Uint8Array(0)): void {
    const request = { code, options, payload, confirmable: true };
    this.#converse(this.#coap.request(this.#now, peerId(this.connection ?? 0), request, seconds(60)).effects);
    this.#world.settle();
  }

  close(): void {
    if (this.connection !== undefined) {
      this.#carryOut(this.#dtls.close(this.#now, this.connection, 'requested'));
    }
    this.#world.settle();
  }

  /** Does what is due: retransmissions above all. */
  wake(): void {
    this.#converse(this.#coap.timeout(this.#now));
  }

  receive(datagram: Uint8Array): void {
    this.alert = this.#alertIn(datagram) ?? this.alert;
    this.#carryOut(this.#dtls.receive(this.#now, this.path, datagram));
  }

  get #now(): Instant {
    return this.#world.clock.now();
  }

  #alertIn(datagram: Uint8Array): string | undefined {
    const connection = this.connection === undefined ? undefined : this.#dtls.inspect(this.connection);
    const parsed = parseRecord(datagram, 0, 0);
    if ('drop' in parsed || parsed.record.type !== CONTENT_TYPE.alert || !connection?.read) return undefined;
    const opened = new RecordProtection(nodeProvider, nodeEntropy()).open(
      datagram,
      parsed.record,
      connection.read,
    );
    return opened && alertName(opened[1] ?? 0);
  }

  #carryOut(effects: Effects): void {
    for (const effect of effects) {
      if (effect.kind === 'transmit') this.outbox.push(effect.datagram);
      else if (effect.kind === 'lookup')
        this.#carryOut(this.#dtls.resolve(this.#now, effect.id, { kind: 'accepted', credential: 'gateway' }));
      else if (effect.kind === 'established') this.connection = effect.connection;
      else if (effect.kind === 'closed') this.closed = effect.reason;
      else if (effect.kind === 'deliver') {
        const peer = peerId(effect.connection);
        this.#converse(this.#coap.receive(this.#now, peer, effect.plaintext));
      }
    }
  }

  #converse(effects: ReturnType<CoapEndpoint['receive']>): void {
    for (const effect of effects) {
      if (effect.kind === 'response') this.responses.push(effect.response);
      if (effect.kind !== 'send') continue;
      this.#carryOut(this.#dtls.send(this.#now, effect.peer as number as ConnectionHandle, effect.bytes));
    }
  }
}

export const credentialOf = (name: string): CredentialId => `c-${name}` as CredentialId;

/** 16 bytes that only the device and the shard know. */
export const keyOf = (name: string): Uint8Array => utf8(name.padEnd(16, '#'));

/** What a shard stands in. */
export interface ShardSurroundings {
  readonly backend: Backend;
  readonly datagrams: DatagramPort;
  readonly clock: Clock;
  readonly alarm: AlarmPort;
  readonly peers: PeerForward | undefined;
  readonly tell: (message: ShardMessage) => void;
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  readonly uint32: () => number;
  readonly connectionId: ConnectionIdShape | null;
}

/** A whole shard, as the worker's composition root makes it, in simulated surroundings. */
export function shardOf(settings: ShardSettings, around: ShardSurroundings): Shard {
  const { dtls, limits, identity } = settings;
  const { backend, datagrams, clock, alarm, peers, tell, crypto, entropy, uint32, connectionId } = around;
  return new Shard({
    settings,
    dtls: new DtlsEndpoint({
      settings: {
        suites: dtls.suites,
        credentials: dtls.credentials,
        identity: {
          key: required(signingKey(identity.keyPem), 'it was just made'),
          chain: identity.chain,
        },
        connectionId,
        extendedMasterSecret: dtls.extendedMasterSecret,
        mtu: dtls.mtu,
        idleTimeout: seconds(dtls.idleTimeoutMs / 1_000),
        handshakeTimeout: seconds(dtls.handshakeTimeoutMs / 1_000),
        retransmit: seconds(dtls.retransmitMs / 1_000),
      },
      crypto,
      entropy,
      limits: { connectionsMax: limits.connectionsMax, handshakesMax: limits.handshakesMax },
    }),
    coap: new CoapEndpoint({ entropy: uint32 }),
    relay: new Relay({
      routes: compileRoutes(settings.routes) as RouteTable,
      gate: compileGate(compileRights(settings.rights), settings.backends),
      backends: settings.backends,
      limits: { ...limits, principalsMax: limits.connectionsMax, jobsPerCallerMax: 16 },
      idPrefix: 'test-',
    }),
    backends: [backend],
    datagrams,
    peers,
    clock,
    alarm,
    tell,
  });
}

/** xorshift32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const ROUNDS_MAX = 1_000;
