/**
 * One run: a gateway, devices, a network with weather, and whoever means harm, on virtual time and by a seed.
 *
 *   device --\                          /--> DTLS --> CoAP --> echo
 *   device ---+--> network (weather) --+     every effect and every step is watched by the checkers
 *   flooder, replayer, liar --/
 */
import { instant, minutes, Secret, seconds, utf8 } from '../../src/base/index.ts';
import { DTLS_SETTINGS, type DtlsSettings } from '../../src/dtls/index.ts';
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
  const parts = { clock, network, random, findings, deliveries, crypto, settings: SETTINGS };
  const entropy = seededEntropy(random.uint32());
  const gateway = new Gateway({ ...parts, trace, store, entropy, limits: LIMITS });
  const devices = honest(parts, store, scenario);
  others(parts, scenario);
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
    return new Device(parts, { ...habits, ...reboots });
  });
}

/** Those that will never be done: they must cost nothing in the end. */
function others(parts: DeviceParts, scenario: Scenario): void {
  for (let i = 0; i < scenario.quitters; i++) {
    const habits = habitsOf(parts, `device-${i}`, `198.51.100.${100 + i}:5683`, 1);
    new Device(parts, { ...habits, givesUpAfter: i % 4 });
  }
  for (let i = 0; i < scenario.impostors; i++) {
    // Half of them use a name that exists, with another key; the names of the others do not exist.
    const name = i % 2 === 0 ? `impostor-${i}` : `barred-${i}`;
    const habits = habitsOf(parts, name, `198.51.100.${150 + i}:5683`, 1);
    parts.deliveries.bar(habits.identity);
    // They would go on for ever.
    new Device(parts, { ...habits, givesUpAfter: 12 });
  }
}

function attack(parts: DeviceParts, { attacks }: Scenario): void {
  if (attacks.includes('flood')) new Flooder(parts, { untilMs: FLOOD_ENDS_MS, everyMs: 25 });
  if (attacks.includes('replay')) replay(parts, ATTACKS_END_MS);
  if (attacks.includes('lie')) lie(parts, ATTACKS_END_MS);
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

/** Small, so that floods meet them. */
const LIMITS: Partial<DtlsLimits> = { handshakesMax: 64, connectionsMax: 64, reassemblyBytesMax: 4_096 };

const FLOOD_ENDS_MS = 15_000;
const ATTACKS_END_MS = 60_000;
/** The bound of L1: at 30 % loss a handshake fails now and then, and is begun again. */
const LIVENESS_MS_MAX = 15 * 60_000;
/** Longer than the idle timeout and every time of CoAP. */
const SETTLE_MS = 12 * 60_000;
