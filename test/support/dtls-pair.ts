/** A client and a server endpoint that hand each other datagrams at once, on a clock that the test moves. */
import {
  type Duration,
  type Instant,
  instant,
  minutes,
  path,
  type Path,
  Secret,
  seconds,
  utf8,
} from '../../src/base/index.ts';
import { type CryptoProvider, type Entropy, nodeProvider } from '../../src/crypto/index.ts';
import {
  type DtlsLimits,
  DtlsEndpoint,
  DTLS_SETTINGS,
  type DtlsSettings,
  type Effect,
  type Effects,
  type LookupId,
  SUITE_NAMES,
  type ClientSettings,
  type ConnectionHandle,
  type CredentialAnswer,
  type CredentialQuestion,
} from '../../src/dtls/index.ts';

export const SETTINGS: DtlsSettings = {
  ...DTLS_SETTINGS,
  suites: SUITE_NAMES,
  extendedMasterSecret: 'wanted',
  mtu: 1_280,
  idleTimeout: minutes(60),
  handshakeTimeout: seconds(60),
  retransmit: seconds(1),
};

export const DEVICE = { identity: utf8('lamp-1'), key: new Secret(utf8('0123456789abcdef')) };

/** Deterministic bytes: a different stream per seed. */
export function seededEntropy(seed: number): Entropy {
  let state = seed >>> 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[i] = state >>> 24;
    }
    return bytes;
  };
}

export interface PairOptions {
  readonly server?: Partial<DtlsSettings>;
  readonly client?: Partial<DtlsSettings>;
  readonly limits?: Partial<DtlsLimits>;
  readonly identity?: Uint8Array;
  readonly key?: Secret;
  readonly seed?: number;
  readonly crypto?: CryptoProvider;
  /** The client's whole credentials, instead of identity and key. */
  readonly credentials?: ClientSettings;
}

/** Server's view of the client's address, and the other way round. */
export const CLIENT_PATH: Path = path(0, '192.0.2.7', 40_000);
export const SERVER_PATH: Path = path(0, '192.0.2.1', 5_684);

export class DtlsPair {
  readonly server: DtlsEndpoint;
  readonly client: DtlsEndpoint;
  readonly serverEffects: Effect[] = [];
  readonly clientEffects: Effect[] = [];
  connection: ConnectionHandle | undefined;
  now: Instant = instant(0);
  trusting = true;
  readonly #options: PairOptions;

  constructor(options: PairOptions = {}) {
    this.#options = options;
    const seed = options.seed ?? 1;
    const { limits = {} } = options;
    this.server = new DtlsEndpoint({
      settings: { ...SETTINGS, ...options.server },
      crypto: options.crypto ?? nodeProvider,
      entropy: seededEntropy(seed),
      limits,
    });
    this.client = new DtlsEndpoint({
      settings: { ...SETTINGS, ...options.client },
      crypto: options.crypto ?? nodeProvider,
      entropy: seededEntropy(seed + 7),
      server: false,
    });
  }

  /** Begins a handshake; the effects, not yet delivered. */
  connect(suites?: readonly string[]): Effects {
    const { identity = DEVICE.identity, key = DEVICE.key } = this.#options;
    const credentials = this.#options.credentials ?? { psk: { identity, key } };
    const begun = this.client.connect(this.now, SERVER_PATH, {
      ...credentials,
      ...(suites === undefined ? {} : { suites }),
    });
    this.connection = begun.connection;
    return begun.effects;
  }

  /** Delivers effects, and what they cause, until all is quiet. */
  settle(from: 'client' | 'server', effects: Effects): void {
    const queue: { from: 'client' | 'server'; effect: Effect }[] = effects.map((effect) => ({
      from,
      effect,
    }));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { from: side, effect } = next;
      (side === 'client' ? this.clientEffects : this.serverEffects).push(effect);
      if (effect.kind === 'transmit') {
        const to = side === 'client' ? 'server' : 'client';
        queue.push(
          ...this.deliver(to, effect.datagram).map((caused) => ({ from: to, effect: caused }) as const),
        );
      } else if (effect.kind === 'lookup') {
        queue.push(
          ...this.answer(side, effect.id, effect.ask).map((caused) => ({ from: side, effect: caused })),
        );
      }
    }
  }

  /** Hands one datagram over, and overwrites it afterwards: a kept view would be found out. */
  deliver(to: 'client' | 'server', datagram: Uint8Array): Effects {
    const copy = datagram.slice();
    const effects =
      to === 'server'
        ? this.server.receive(this.now, CLIENT_PATH, copy)
        : this.client.receive(this.now, SERVER_PATH, copy);
    copy.fill(0xee);
    return effects;
  }

  answer(side: 'client' | 'server', id: LookupId, ask: CredentialQuestion): Effects {
    return this[side].resolve(this.now, id, this.credentials(ask));
  }

  /** What both sides know: the device's PSK, and any key or certificate while `trusting`. */
  credentials(ask: CredentialQuestion): CredentialAnswer {
    if (ask.kind !== 'psk')
      return this.trusting ? { kind: 'accepted', credential: 'c-2' } : { kind: 'unknown' };
    const known = Buffer.compare(ask.identity, DEVICE.identity) === 0;
    return known ? { kind: 'psk', key: DEVICE.key, credential: 'c-1' } : { kind: 'unknown' };
  }

  /** A whole handshake. */
  handshake(suites?: readonly string[]): void {
    this.settle('client', this.connect(suites));
  }

  /** The handle of the established connection on the server. */
  serverConnection(): ConnectionHandle {
    for (const effect of this.serverEffects) if (effect.kind === 'established') return effect.connection;
    throw new RangeError('no connection was established');
  }

  advance(by: Duration): void {
    this.now = instant(this.now + by);
  }

  /** Lets time pass, with what is due at its end on either side. */
  pass(by: Duration): void {
    this.advance(by);
    this.settle('server', this.server.timeout(this.now));
    this.settle('client', this.client.timeout(this.now));
  }

  kinds(side: 'client' | 'server'): string[] {
    return (side === 'client' ? this.clientEffects : this.serverEffects).map((effect) =>
      effect.kind === 'dropped' || effect.kind === 'failed' || effect.kind === 'closed'
        ? `${effect.kind}:${effect.reason}`
        : effect.kind,
    );
  }
}
