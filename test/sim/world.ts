/**
 * One run: a gateway, devices, a network with weather, and whoever means harm, on virtual time and by a seed.
 *
 *   device --\                          /--> DTLS --> CoAP --> echo
 *   device ---+--> network (weather) --+     every effect and every step is watched by the checkers
 *   flooder, replayer, liar --/
 */
import { instant, minutes, Secret, seconds, utf8 } from '../../src/base/index.ts';
import { DTLS_SETTINGS, type DtlsSettings, SUITE_NAMES } from '../../src/dtls/index.ts';
import type { DtlsLimits } from '../../src/dtls/limits.ts';
import { seededEntropy } from '../support/dtls-pair.ts';
import { Random } from '../support/dtls-random.ts';
import { Device, type DeviceHabits, type DeviceParts } from './actors/device.ts';
import { Flooder } from './actors/flooder.ts';
import { lie, replay } from './actors/onlookers.ts';
import { Deliveries } from './checkers/deliveries.ts';
import { Findings } from './checkers/findings.ts';
import { watchedProvider } from './checkers/nonces.ts';
import { Clock } from './clock.ts';
import { Gateway } from './gateway.ts';
import { Network, type Weather } from './network.ts';
import { CredentialStore, type StoreManners } from './store.ts';
import { Trace } from './trace.ts';

export interface Scenario {
  readonly weather: Weather;
  readonly store: StoreManners;
  readonly devices: number;
  readonly requests: number;
  /** How many of the devices reboot on their way. */
  readonly reboots: number;
  /** How many change their address on their way; with them, connection IDs are in use. */
  readonly roamers: number;
  /** Ephemeral keys beside the shared ones. */
  readonly ephemeral: boolean;
  /** Beside the devices: those that give up in the middle, and those that are not who they say. */
  readonly quitters: number;
  readonly impostors: number;
  readonly attacks: readonly ('flood' | 'replay' | 'lie')[];
}

export interface Outcome {
  readonly findings: readonly string[];
  /** Virtual milliseconds until the last device was done. */
  readonly doneAtMs: number;
  readonly events: number;
  readonly digest: string;
}

export function runWorld(seed: number, scenario: Scenario): Outcome {
  const random = new Random(seed);
  const clock = new Clock();
  const trace = new Trace();
  const findings = new Findings();
  const network = new Network(clock, random, trace, scenario.weather);
  const store = new CredentialStore(clock, random, scenario.store);
  const deliveries = new Deliveries(findings);
  const crypto = watchedProvider(findings);
  const roaming = scenario.roamers > 0;
  const deviceSettings = { ...SETTINGS, connectionId: roaming ? NO_CID_FOR_ME : null };
  const parts = { clock, network, random, findings, deliveries, crypto, settings: deviceSettings };
  const settings = { ...SETTINGS, connectionId: roaming ? GATEWAY_CIDS : null };
  const entropy = seededEntropy(random.uint32());
  const gateway = new Gateway({ ...parts, settings, trace, store, entropy, limits: LIMITS });
  const devices = honest(parts, store, scenario);
  others(parts, store, scenario);
  attack(parts, scenario);

  clock.runUntil(instant(LIVENESS_MS_MAX), () => devices.every(({ doneAt }) => doneAt !== undefined));
  const doneAtMs = clock.now;
  checkDevices(devices, scenario, findings);
  // All is over: handshakes end by their limit, connections by silence.
  clock.runUntil(instant(Math.max(doneAtMs, ATTACKS_END_MS) + SETTLE_MS));
  for (const [what, left] of Object.entries(gateway.occupancy()))
    if (left > 0) findings.add(`L2: ${left} ${what} are left`);
  return { findings: findings.all(), doneAtMs, events: trace.events, digest: trace.digest() };
}

/** L1: everybody is done; and where nobody meddles and nobody forgets, only loss makes handshakes fail. */
function checkDevices(devices: readonly Device[], scenario: Scenario, findings: Findings): void {
  const undisturbed = scenario.attacks.length === 0 && scenario.reboots === 0;
  for (const [i, { doneAt, failures }] of devices.entries()) {
    if (doneAt === undefined) findings.add(`L1: device ${i} is not done after ${LIVENESS_MS_MAX} ms`);
    for (const reason of failures)
      if (undisturbed && reason !== 'timeout') findings.add(`L1: a handshake failed by ${reason}`);
  }
}

function honest(parts: DeviceParts, store: CredentialStore, scenario: Scenario): Device[] {
  return Array.from({ length: scenario.devices }, (_, i) => {
    const habits = habitsOf(parts, `device-${i}`, `198.51.100.${i + 1}:5683`, scenario.requests);
    store.add(habits.identity, habits.key);
    const reboots = i < scenario.reboots ? { rebootsAtMs: parts.random.between(200, 6_000) } : {};
    const roams = i < scenario.roamers ? { roamsAtMs: roamTimes(parts.random) } : {};
    const suites = scenario.ephemeral ? { suites: ECDHE_PSK } : {};
    return new Device(parts, { ...habits, ...reboots, ...roams, ...suites });
  });
}

/** Those that will never be done: they must cost nothing in the end. */
function others(parts: DeviceParts, store: CredentialStore, scenario: Scenario): void {
  for (let i = 0; i < scenario.quitters; i++) {
    const habits = habitsOf(parts, `device-${i}`, `198.51.100.${100 + i}:5683`, 1);
    new Device(parts, { ...habits, givesUpAfter: i % 4 });
  }
  for (let i = 0; i < scenario.impostors; i++) {
    // Half of them use a name that exists, with another key; the names of the others do not exist.
    const name = i % 2 === 0 ? `impostor-${i}` : `barred-${i}`;
    const habits = habitsOf(parts, name, `198.51.100.${150 + i}:5683`, 1);
    parts.deliveries.bar(habits.identity);
    if (i % 2 === 0) store.add(habits.identity, new Secret(utf8('the key of the true one')));
    // They would go on for ever.
    new Device(parts, { ...habits, givesUpAfter: 12 });
  }
}

function attack(parts: DeviceParts, { attacks }: Scenario): void {
  if (attacks.includes('flood')) new Flooder(parts, { untilMs: FLOOD_ENDS_MS, everyMs: 25 });
  if (attacks.includes('replay')) replay(parts, ATTACKS_END_MS);
  if (attacks.includes('lie')) lie(parts, ATTACKS_END_MS);
}

function roamTimes(random: Random): number[] {
  return [random.between(500, 3_000), random.between(3_000, 8_000), random.between(8_000, 20_000)];
}

function habitsOf({ random }: DeviceParts, name: string, address: string, requests: number): DeviceHabits {
  const startsAtMs = random.between(0, 1_500);
  return { address, identity: utf8(name), key: new Secret(utf8(`key of ${name}`)), requests, startsAtMs };
}

const SETTINGS: DtlsSettings = {
  ...DTLS_SETTINGS,
  extendedMasterSecret: 'wanted',
  mtu: 1_280,
  idleTimeout: minutes(5),
  handshakeTimeout: seconds(40),
  retransmit: seconds(1),
};

const ECDHE_PSK = SUITE_NAMES.filter((name) => name.startsWith('TLS_ECDHE_PSK'));
const GATEWAY_CIDS = { prefix: Uint8Array.of(1, 0, 0), randomBytes: 5 };
/** A device has one connection: it needs no CID to find it, and says so with an empty one. */
const NO_CID_FOR_ME = { prefix: new Uint8Array(0), randomBytes: 0 };

/** Small, so that floods meet them. */
const LIMITS: Partial<DtlsLimits> = { handshakesMax: 64, connectionsMax: 64, reassemblyBytesMax: 4_096 };

const FLOOD_ENDS_MS = 15_000;
const ATTACKS_END_MS = 60_000;
/** The bound of L1: at 30 % loss a handshake fails now and then, and is begun again. */
const LIVENESS_MS_MAX = 15 * 60_000;
/** Longer than the idle timeout and every time of CoAP. */
const SETTLE_MS = 12 * 60_000;
