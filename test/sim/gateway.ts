/** The server under test with its driver: DTLS, CoAP on top of it, a store of credentials, and an echoing backend. */
import { assert, type Path, path } from '../../src/base/index.ts';
import { type CryptoProvider, type Entropy } from '../../src/crypto/index.ts';
import { CODE, CoapEndpoint, type CoapEffect, peerId } from '../../src/coap/index.ts';
import { type ConnectionHandle, DtlsEndpoint, type DtlsSettings, type Effect } from '../../src/dtls/index.ts';
import { type DtlsLimits, dtlsLimits } from '../../src/dtls/limits.ts';
import type { Random } from '../support/dtls-random.ts';
import { Addresses } from './checkers/addresses.ts';
import { Bounds } from './checkers/bounds.ts';
import type { Deliveries } from './checkers/deliveries.ts';
import type { Findings } from './checkers/findings.ts';
import { Alarm, type Clock } from './clock.ts';
import type { Network } from './network.ts';
import type { CredentialStore } from './store.ts';
import type { Trace } from './trace.ts';

export interface GatewayParts {
  readonly clock: Clock;
  readonly network: Network;
  readonly random: Random;
  readonly trace: Trace;
  readonly store: CredentialStore;
  readonly findings: Findings;
  readonly deliveries: Deliveries;
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  readonly settings: DtlsSettings;
  readonly limits: Partial<DtlsLimits>;
}

export const GATEWAY = '192.0.2.1:5684';

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #dtls: DtlsEndpoint;
  readonly #coap: CoapEndpoint;
  readonly #dtlsAlarm: Alarm;
  readonly #coapAlarm: Alarm;
  readonly #addresses: Addresses;
  readonly #bounds: Bounds;

  constructor(parts: GatewayParts) {
    const { clock, network, random, findings, settings, crypto, entropy, limits } = parts;
    this.#parts = parts;
    this.#dtls = new DtlsEndpoint({ settings, crypto, entropy, limits });
    this.#coap = new CoapEndpoint({ entropy: () => random.uint32() });
    this.#dtlsAlarm = new Alarm(
      clock,
      () => this.#dtls.nextDeadline(),
      (now) => this.#perform(this.#dtls.timeout(now)),
    );
    this.#coapAlarm = new Alarm(
      clock,
      () => this.#coap.nextDeadline(),
      (now) => this.#performCoap(this.#coap.timeout(now)),
    );
    this.#addresses = new Addresses(findings);
    this.#bounds = new Bounds(findings, dtlsLimits(limits));
    network.attach(GATEWAY, (from, datagram) => this.#receive(from, datagram));
  }

  occupancy(): { handshakes: number; connections: number; deadlines: number; exchanges: number } {
    const { serverExchanges, transmissions } = this.#coap.occupancy();
    return { ...this.#dtls.occupancy(), exchanges: serverExchanges + transmissions };
  }

  #receive(from: string, datagram: Uint8Array): void {
    const on = pathOf(from);
    this.#addresses.arrives(on, datagram);
    this.#perform(this.#dtls.receive(this.#parts.clock.now, on, datagram));
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.#addresses.effect(effect);
      this.#parts.deliveries.effect(effect);
      this.#parts.trace.note(this.#parts.clock.now, 'reason' in effect ? effect.reason : effect.kind);
      this.#act(effect);
    }
    this.#addresses.step(this.#dtls);
    this.#bounds.step(this.#dtls);
    this.#dtlsAlarm.arm();
  }

  #act(effect: Effect): void {
    const { clock, network, store } = this.#parts;
    switch (effect.kind) {
      case 'transmit':
        network.send(GATEWAY, addressOf(effect.path), effect.datagram);
        break;
      case 'lookup':
        assert(effect.ask.kind === 'psk', 'devices of the simulation share keys');
        store.ask(effect.ask.identity, (answer) =>
          this.#perform(this.#dtls.resolve(clock.now, effect.id, answer)),
        );
        break;
      case 'deliver':
        this.#performCoap(this.#coap.receive(clock.now, peerId(effect.connection), effect.plaintext));
        break;
      case 'closed':
        this.#performCoap(this.#coap.forget(peerId(effect.connection)));
        break;
      default:
    }
  }

  #performCoap(effects: readonly CoapEffect[]): void {
    const { clock, random, deliveries } = this.#parts;
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const connection = effect.peer as unknown as ConnectionHandle;
        this.#perform(this.#dtls.send(clock.now, connection, effect.bytes));
      } else if (effect.kind === 'request') {
        const { exchange, request } = effect;
        deliveries.request(effect.peer, request.payload);
        const response = { code: CODE.CONTENT, options: [], payload: request.payload };
        clock.in(random.between(1, BACKEND_MS_MAX), () =>
          this.#performCoap(this.#coap.respond(clock.now, exchange, response)),
        );
      }
    }
    this.#coapAlarm.arm();
  }
}

export function pathOf(address: string): Path {
  const colon = address.lastIndexOf(':');
  return path(0, address.slice(0, colon), Number(address.slice(colon + 1)));
}

function addressOf({ remote }: Path): string {
  return `${remote.address}:${remote.port}`;
}

/** Long enough for some answers to come after the empty ACK. */
const BACKEND_MS_MAX = 2_500;
