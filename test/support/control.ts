/** A control plane with fake shards, for tests. */
import { type AnchorRule, generateIdentityKey, masterKey, nodeEntropy } from '../../src/crypto/index.ts';
import {
  answerPetition,
  type Backoff,
  type Control,
  Gateway,
  openAuthorityDesk,
  openControl,
  Publisher,
  Supervisor,
  type SupervisorParts,
  Tally,
} from '../../src/daemon/control/index.ts';
import { loadConfig } from '../../src/daemon/config/index.ts';
import type {
  Clock,
  AuthoritySettings,
  AuthoritySource,
  ShardSettings,
  Store,
} from '../../src/daemon/ports/index.ts';
import { MemoryStore } from '../../src/adapters/store/index.ts';
import { systemClock } from '../../src/adapters/clock/index.ts';
import { type FakeLog, fakeLog } from '../fakes/operator-log.ts';
import { type Behaviour, type FakeShards, fakeShards } from '../fakes/shards.ts';

export interface ControlPlane {
  readonly control: Control;
  readonly gateway: Gateway;
  readonly supervisor: Supervisor;
  readonly publisher: Publisher;
  readonly shards: FakeShards;
  readonly log: FakeLog;
  readonly store: Store;
}

export interface ControlPlaneOptions {
  readonly store?: Store;
  readonly shards?: number;
  readonly behaviour?: (start: number) => Behaviour;
  readonly master?: Uint8Array;
  /** Certificates of authorities, DER, and how they name devices. */
  readonly anchors?: readonly Uint8Array[];
  readonly subjectRules?: readonly AnchorRule[];
  /** In place of `anchors` and `subjectRules`. */
  readonly authorities?: AuthoritySource;
  /** How far the system's clock is behind. */
  readonly behindMs?: number;
  readonly patienceMs?: number;
  readonly endedMax?: number;
  readonly backoff?: Backoff;
  readonly listeners?: ShardSettings['listeners'];
  readonly petition?: SupervisorParts['petition'];
  readonly clock?: Clock;
}

const identity = generateIdentityKey();

/** The settings of the dev profile. */
function devSettings(shards: number): Omit<ShardSettings, 'shard'> {
  const loaded = loadConfig({ file: undefined, profile: 'dev', state: undefined });
  if (loaded.kind === 'invalid') throw new Error('the dev profile is valid');
  return {
    ...loaded.config.shard,
    shards,
    identity: { keyPem: identity.pem, chain: [] },
    authorities: { anchors: [], subjectRules: [], revocationLists: [] },
  };
}

/** Opens control on a store; the shards are not started. */
export async function controlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const log = fakeLog();
  const store = options.store ?? new MemoryStore();
  const shards = fakeShards(options.behaviour ?? (() => ({ obedient: true })));
  const tally = new Tally();
  const read = (): AuthoritySettings => ({
    anchors: options.anchors ?? [],
    subjectRules: options.subjectRules ?? [],
    revocationLists: [],
  });
  const source = options.authorities ?? { read };
  const { clock = systemClock } = options;
  const authorities = await openAuthorityDesk({ source, store, log, wall: () => clock.wall() });
  const dev = devSettings(options.shards ?? 1);
  const settings = { ...dev, listeners: options.listeners ?? dev.listeners };
  const publisher: Publisher = new Publisher((late) => supervisor.end(late), options.patienceMs);
  const control = await openControl({
    store,
    master: masterKey(options.master ?? new Uint8Array(32).fill(1)),
    authorities: authorities.settings,
    entropy: nodeEntropy(),
    clock,
    publisher,
    tally,
    log,
    ...(options.endedMax === undefined ? {} : { endedMax: options.endedMax }),
  });
  const supervisor = new Supervisor({
    settings,
    start: shards.start,
    load: () => control.load(),
    petition: options.petition ?? ((petition) => answerPetition(control, petition)),
    publisher,
    tally,
    log,
    backoff: options.backoff ?? { firstMs: 1, mostMs: 4, calmMs: 60_000 },
  });
  const gateway = new Gateway({
    control,
    supervisor,
    tally,
    settings,
    authorities,
    spki: identity.key.spki,
    clock: { behind: () => options.behindMs ?? 0 },
  });
  return { control, gateway, supervisor, publisher, shards, log, store };
}

/** Resolves when `condition` holds; rejects after two seconds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
