/**
 * A device with a connection ID that asks without end: it moves to another address now and then, takes up a new
 * connection when its own has ended or nobody answers any more, and notes what it is given.
 */
import { type Duration, type Instant, type Path, Secret, seconds, utf8 } from '../../../src/base/index.ts';
import { CODE, CoapEndpoint, OPTION, optionsOf, peerId } from '../../../src/coap/index.ts';
import { type CryptoProvider } from '../../../src/crypto/index.ts';
import { type ConnectionHandle, DtlsEndpoint, type Effects } from '../../../src/dtls/index.ts';
import { seededEntropy } from '../../support/dtls-pair.ts';
import type { Random } from '../../support/dtls-random.ts';
import { Alarm, type Clock } from '../clock.ts';

export interface AskerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: CryptoProvider;
  readonly name: string;
  readonly key: Uint8Array;
  /** Where it may be. */
  readonly addresses: readonly string[];
  readonly server: Path;
  readonly send: (from: string, datagram: Uint8Array) => void;
  /** It was given something, in a datagram that it is just taking in. */
  readonly given: () => void;
}

export class Asker {
  readonly #parts: AskerParts;
  readonly #dtls: DtlsEndpoint;
  readonly #coap: CoapEndpoint;
  readonly #alarms: readonly Alarm[];
  #address: string;
  #connection: ConnectionHandle | undefined;
  #unanswered = 0;

  constructor(parts: AskerParts) {
    this.#parts = parts;
    const { clock, random, crypto, addresses } = parts;
    this.#address = random.pick(addresses);
    const entropy = seededEntropy(random.uint32());
    this.#dtls = new DtlsEndpoint({ settings: SETTINGS, crypto, entropy, server: false });
    this.#coap = new CoapEndpoint({ entropy: () => random.uint32(), limits: { nstart: 8 } });
    this.#alarms = [
      new Alarm(
        clock,
        () => this.#dtls.nextDeadline(),
        (now) => this.#carryOut(this.#dtls.timeout(now)),
      ),
      new Alarm(
        clock,
        () => this.#coap.nextDeadline(),
        (now) => this.#converse(this.#coap.timeout(now)),
      ),
    ];
    clock.in(random.between(0, 50), () => this.#connect());
    clock.in(random.between(100, 200), () => this.#ask());
  }

  get name(): string {
    return this.#parts.name;
  }

  get address(): string {
    return this.#address;
  }

  roam(): void {
    this.#address = this.#parts.random.pick(this.#parts.addresses);
  }

  receive(datagram: Uint8Array): void {
    this.#carryOut(this.#dtls.receive(this.#now, this.#parts.server, datagram));
  }

  get #now(): Instant {
    return this.#parts.clock.now;
  }

  #connect(): void {
    this.#unanswered = 0;
    this.#connection = undefined;
    const { name, key, server } = this.#parts;
    const psk = { identity: utf8(name), key: new Secret(key.slice()) };
    this.#carryOut(this.#dtls.connect(this.#now, server, { psk }).effects);
  }

  #ask(): void {
    const { clock, random } = this.#parts;
    clock.in(random.between(5, 60), () => this.#ask());
    if (this.#unanswered > UNANSWERED_MAX) {
      this.#connect();
      return;
    }
    this.#unanswered++;
    if (this.#connection === undefined) return;
    const options = optionsOf([OPTION.URI_PATH, 'vault'], [OPTION.URI_PATH, 'x']);
    const request = { code: CODE.GET, options, payload: NOTHING, confirmable: random.chance(0.5) };
    const peer = peerId(this.#connection);
    this.#converse(this.#coap.request(this.#now, peer, request, PATIENCE).effects);
  }

  #carryOut(effects: Effects): void {
    for (const effect of effects) {
      if (effect.kind === 'transmit') this.#parts.send(this.#address, effect.datagram);
      else if (effect.kind === 'established') this.#connection = effect.connection;
      else if (effect.kind === 'closed') {
        this.#converse(this.#coap.forget(peerId(effect.connection)));
        if (effect.connection === this.#connection) this.#connection = undefined;
      } else if (effect.kind === 'deliver') {
        this.#converse(this.#coap.receive(this.#now, peerId(effect.connection), effect.plaintext));
      }
    }
    for (const alarm of this.#alarms) alarm.arm();
  }

  #converse(effects: ReturnType<CoapEndpoint['receive']>): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const connection = effect.peer as number as ConnectionHandle;
        this.#carryOut(this.#dtls.send(this.#now, connection, effect.bytes));
      } else if (effect.kind === 'response') {
        this.#unanswered = 0;
        if (effect.response.code === CODE.CONTENT) this.#parts.given();
      }
    }
    for (const alarm of this.#alarms) alarm.arm();
  }
}

const SETTINGS = {
  suites: ['TLS_PSK_WITH_AES_128_CCM_8'],
  extendedMasterSecret: 'wanted',
  mtu: 1_280,
  idleTimeout: seconds(3_600),
  handshakeTimeout: seconds(4),
  retransmit: seconds(1),
  connectionId: { prefix: new Uint8Array(0), randomBytes: 0 },
} as const;
const NOTHING = new Uint8Array(0);
const PATIENCE: Duration = seconds(2);
const UNANSWERED_MAX = 30;
