/** An honest device: connects, makes its requests one after another, begins again when something failed. */
import { bytesKey, seconds, type Secret, utf8 } from '../../../src/base/index.ts';
import type { CryptoProvider } from '../../../src/crypto/index.ts';
import { CODE, CoapEndpoint, type CoapEffect, peerId } from '../../../src/coap/index.ts';
import {
  type ConnectionHandle,
  DtlsEndpoint,
  type DtlsSettings,
  type Effect,
} from '../../../src/dtls/index.ts';
import { seededEntropy } from '../../support/dtls-pair.ts';
import type { Random } from '../../support/dtls-random.ts';
import type { Deliveries } from '../checkers/deliveries.ts';
import type { Findings } from '../checkers/findings.ts';
import { Alarm, type Clock } from '../clock.ts';
import { GATEWAY, pathOf } from '../gateway.ts';
import type { Network } from '../network.ts';

export interface DeviceParts {
  readonly clock: Clock;
  readonly network: Network;
  readonly random: Random;
  readonly findings: Findings;
  readonly deliveries: Deliveries;
  readonly crypto: CryptoProvider;
  readonly settings: DtlsSettings;
}

export interface DeviceHabits {
  readonly address: string;
  readonly identity: Uint8Array;
  readonly key: Secret;
  /** Requests to be answered before it is done. */
  readonly requests: number;
  readonly startsAtMs: number;
  /** Is elsewhere from then on: behind another address, with all it had. */
  readonly roamsAtMs?: readonly number[];
  /** Cipher suites it offers; all where none are named. */
  readonly suites?: readonly string[];
  /** Loses everything but its address, and comes back. */
  readonly rebootsAtMs?: number;
  /** Hears this many datagrams of a handshake and is never seen again. */
  readonly givesUpAfter?: number;
}

/** What a reboot replaces. */
interface Incarnation {
  readonly dtls: DtlsEndpoint;
  readonly coap: CoapEndpoint;
  readonly dtlsAlarm: Alarm;
  readonly coapAlarm: Alarm;
}

export class Device {
  readonly #parts: DeviceParts;
  readonly #habits: DeviceHabits;
  #self: Incarnation;
  #address: string;
  #connection: ConnectionHandle | undefined;
  #answered = 0;
  #asked = 0;
  #expected = '';
  #boots = 0;
  #heard = 0;
  /** Why handshakes failed. */
  readonly failures: string[] = [];
  /** When the last request was answered. */
  doneAt: number | undefined;

  constructor(parts: DeviceParts, habits: DeviceHabits) {
    this.#parts = parts;
    this.#habits = habits;
    this.#self = this.#boot();
    this.#address = habits.address;
    parts.network.attach(habits.address, (_, datagram) => this.#receive(datagram));
    for (const [i, at] of (habits.roamsAtMs ?? []).entries()) parts.clock.in(at, () => this.#roam(i));
    parts.clock.in(habits.startsAtMs, () => this.#connect());
    if (habits.rebootsAtMs !== undefined) parts.clock.in(habits.rebootsAtMs, () => this.#reboot());
  }

  #boot(): Incarnation {
    const { settings, crypto, random, clock } = this.#parts;
    this.#boots++;
    const entropy = seededEntropy(random.uint32());
    const dtls = new DtlsEndpoint({ settings, crypto, entropy, server: false });
    const coap = new CoapEndpoint({ entropy: () => random.uint32() });
    const dtlsAlarm = new Alarm(
      clock,
      // What is due for a life that has ended is never done.
      () => (this.#self.dtls === dtls ? dtls.nextDeadline() : undefined),
      (now) => this.#perform(dtls.timeout(now)),
    );
    const coapAlarm = new Alarm(
      clock,
      () => (this.#self.coap === coap ? coap.nextDeadline() : undefined),
      (now) => this.#performCoap(coap.timeout(now)),
    );
    return { dtls, coap, dtlsAlarm, coapAlarm };
  }

  #reboot(): void {
    if (this.doneAt !== undefined) return;
    this.#connection = undefined;
    this.#self = this.#boot();
    this.#connect();
  }

  /** Another network gives it another address; what was on the way to the old one is lost. */
  #roam(times: number): void {
    const { network } = this.#parts;
    network.detach(this.#address);
    this.#address = `192.0.2.${100 + times}:${this.#habits.address.split('.').at(-1)?.split(':')[0]}`;
    network.attach(this.#address, (_, datagram) => this.#receive(datagram));
  }

  #connect(): void {
    const { identity, key, suites } = this.#habits;
    const begun = this.#self.dtls.connect(this.#parts.clock.now, pathOf(GATEWAY), {
      psk: { identity, key },
      ...(suites === undefined ? {} : { suites }),
    });
    this.#perform(begun.effects);
  }

  #receive(datagram: Uint8Array): void {
    if (this.#heard++ >= (this.#habits.givesUpAfter ?? Number.POSITIVE_INFINITY)) return;
    this.#perform(this.#self.dtls.receive(this.#parts.clock.now, pathOf(GATEWAY), datagram));
  }

  #perform(effects: readonly Effect[]): void {
    const { clock, network } = this.#parts;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'transmit':
          if (this.#isThere()) network.send(this.#address, GATEWAY, effect.datagram);
          break;
        case 'established':
          this.#connection = effect.connection;
          this.#ask();
          break;
        case 'deliver':
          this.#performCoap(this.#self.coap.receive(clock.now, peerId(effect.connection), effect.plaintext));
          break;
        case 'failed':
          this.failures.push(effect.reason);
          this.#lost(effect.connection);
          break;
        case 'closed':
          this.#lost(effect.connection);
          break;
        default:
      }
    }
    this.#self.dtlsAlarm.arm();
  }

  #isThere(): boolean {
    return this.#heard < (this.#habits.givesUpAfter ?? Number.POSITIVE_INFINITY);
  }

  /** The connection, or the hope of one, is gone: try again after a while. */
  #lost(connection: ConnectionHandle): void {
    const boot = this.#boots;
    this.#performCoap(this.#self.coap.forget(peerId(connection)));
    this.#connection = undefined;
    if (this.doneAt !== undefined || !this.#isThere()) return;
    this.#parts.clock.in(this.#parts.random.between(500, 2_000), () => {
      if (boot === this.#boots && this.#connection === undefined) this.#connect();
    });
  }

  /** The next request; each has a payload of its own. */
  #ask(): void {
    const { clock, random } = this.#parts;
    const connection = this.#connection;
    if (connection === undefined || this.doneAt !== undefined) return;
    const payload = utf8(`${bytesKey(this.#habits.identity)} asks ${this.#boots}.${this.#asked++}`);
    this.#expected = bytesKey(payload);
    const request = { code: CODE.POST, options: [], payload, confirmable: random.chance(0.8) };
    const begun = this.#self.coap.request(clock.now, peerId(connection), request, seconds(40));
    this.#performCoap(begun.effects);
  }

  #performCoap(effects: readonly CoapEffect[]): void {
    const { clock, deliveries, findings, random } = this.#parts;
    for (const effect of effects) {
      if (effect.kind === 'send') {
        deliveries.said(this.#habits.identity, effect.bytes);
        const connection = effect.peer as unknown as ConnectionHandle;
        this.#perform(this.#self.dtls.send(clock.now, connection, effect.bytes));
      } else if (effect.kind === 'response') {
        if (bytesKey(effect.response.payload) !== this.#expected)
          findings.add('S1: a device got an answer to something else');
        if (++this.#answered === this.#habits.requests) this.#finish();
        else clock.in(random.between(10, 400), () => this.#ask());
      } else if (effect.kind === 'failed' && effect.reason !== 'closed') {
        this.#ask();
      }
    }
    this.#self.coapAlarm.arm();
  }

  #finish(): void {
    const { clock } = this.#parts;
    this.doneAt = clock.now;
    // Half of them say goodbye; the others are just gone, and their connections end by silence.
    if (this.#connection !== undefined && this.#parts.random.chance(0.5))
      this.#perform(this.#self.dtls.close(clock.now, this.#connection, 'requested'));
  }
}
