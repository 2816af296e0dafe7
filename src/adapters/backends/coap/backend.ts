/**
 * A CoAP server over UDP as a backend: our own CoAP endpoint in the client role, over connected sockets. A refused
 * port fails what is under way at once; a silent one costs the job's time limit and nothing more.
 */
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { BoundedTable, earliest, type Instant, milliseconds, OperationalError } from '../../../base/index.ts';
import { COAP_LIMITS, type CoapEffects, CoapEndpoint, type ExchangeId, peerId } from '../../../coap/index.ts';
import { nodeEntropy } from '../../../crypto/index.ts';
import type {
  Backend,
  BackendAnswer,
  BackendCounts,
  BackendFailure,
  BackendSettings,
  BackendSink,
  Clock,
  JobId,
  RelayedRequest,
} from '../../../daemon/ports/index.ts';
import { blockOf, messageOf } from './message.ts';
import { SecureSource } from './secure-source.ts';
import { PlainSource, type Source, type SourceEvents } from './source.ts';
import { Sources } from './sources.ts';

export interface CoapBackendOptions {
  readonly settings: BackendSettings;
  readonly clock: Clock;
  /** A uniformly random uint32 for each call. */
  readonly entropy: () => number;
  readonly sink: BackendSink;
  /** It stopped, or began, to answer. */
  readonly changed: (reachable: boolean, code: string) => void;
}

interface Flight {
  readonly exchange: ExchangeId;
  readonly job: JobId;
  readonly source: Source;
}

/**
 * Opens a backend. Its address is looked up now and, once it cannot be reached, again; until it has one, every job
 * fails as unreachable. Throws an OperationalError `PN_BACKEND_ADDRESS` for a multicast or broadcast address.
 */
export function openCoapBackend(options: CoapBackendOptions): Backend {
  const { address, name } = options.settings;
  if (isGroupAddress(address)) {
    throw new OperationalError('PN_BACKEND_ADDRESS', `backend ${name}: ${address} is not one host's address`);
  }
  return new CoapBackend(options);
}

class CoapBackend implements Backend {
  readonly name: string;
  readonly counts: BackendCounts = { dropped: 0, errors: 0 };
  readonly #options: CoapBackendOptions;
  readonly #endpoint: CoapEndpoint;
  readonly #flights: BoundedTable<ExchangeId, Flight>;
  readonly #events: SourceEvents;
  readonly #sources: Sources;
  /** What the name leads to; the first one is in use. */
  #addresses: readonly string[] = [];
  #lookedUpAt: Instant;
  #reachable = true;
  #peers = 0;
  #closed = false;

  constructor(options: CoapBackendOptions) {
    const { settings } = options;
    this.name = settings.name;
    this.#options = options;
    this.#flights = new BoundedTable(settings.inflightMax);
    this.#endpoint = new CoapEndpoint({
      entropy: options.entropy,
      limits: {
        nstart: INFLIGHT_PER_SOURCE,
        clientExchangesPerPeerMax: INFLIGHT_PER_SOURCE,
        peersMax: 4 * SOURCES_MAX,
      },
    });
    this.#events = {
      received: (source, datagram) => this.#received(source, datagram),
      failed: (source, code) => this.#failed(source, code),
    };
    this.#sources = new Sources({
      open: () => this.#open(),
      rest: COAP_LIMITS.exchangeLifetime,
      sourcesMax: SOURCES_MAX,
      inflightMax: INFLIGHT_PER_SOURCE,
      messagesMax: MESSAGES_PER_SOURCE,
    });
    this.#lookedUpAt = options.clock.now();
    this.#lookUp();
  }

  get inflight(): number {
    return this.#flights.size;
  }

  forward(now: Instant, job: JobId, request: RelayedRequest): BackendAnswer | undefined {
    if (this.#addresses.length === 0) {
      this.#lookUpAgain(now);
      return UNREACHABLE;
    }
    if (this.#flights.full) return OVERLOADED;
    const source = this.#sourceFor(now, request);
    if (source === undefined) return OVERLOADED;
    const timeout = milliseconds(this.#options.settings.timeoutMs);
    const { exchange, effects } = this.#endpoint.request(now, source.peer, messageOf(request), timeout);
    source.inflight++;
    this.#flights.set(exchange, { exchange, job, source });
    return this.#begin(now, source, exchange, effects);
  }

  abandon(now: Instant, job: JobId): void {
    const flight = this.#flights.values().find((candidate) => candidate.job === job);
    if (flight === undefined) return;
    this.#land(flight);
    this.#carryOut(now, flight.source, this.#endpoint.cancel(now, flight.exchange));
  }

  timeout(now: Instant): void {
    for (const source of this.#sources.all()) source.timeout(now);
    for (const effect of this.#endpoint.timeout(now)) {
      const source = this.#sourceOf(effect.peer);
      if (source !== undefined) this.#carryOut(now, source, [effect]);
    }
  }

  nextDeadline(): Instant | undefined {
    let next = this.#endpoint.nextDeadline();
    if (this.#options.settings.security === undefined) return next;
    for (const source of this.#sources.all()) next = earliest(next, source.nextDeadline());
    return next;
  }

  close(): void {
    this.#closed = true;
    this.#sources.close();
  }

  /** Sends a new request. What fails at once is answered by `forward` itself, so that the sink is never re-entered. */
  #begin(
    now: Instant,
    source: Source,
    exchange: ExchangeId,
    effects: CoapEffects,
  ): BackendAnswer | undefined {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        source.send(effect.bytes);
      } else if (effect.kind === 'failed' && effect.exchange === exchange) {
        this.#land({ exchange, source });
        return failed(FAILURES[effect.reason]);
      } else {
        this.#carryOut(now, source, [effect]);
      }
    }
    return undefined;
  }

  #received(source: Source, datagram: Uint8Array): void {
    const now = this.#options.clock.now();
    this.#carryOut(now, source, this.#endpoint.receive(now, source.peer, datagram));
  }

  #carryOut(now: Instant, source: Source, effects: CoapEffects): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          source.send(effect.bytes);
          break;
        case 'response':
          this.#change(true, '');
          this.#answer(now, effect.exchange, { kind: 'response', response: effect.response });
          break;
        case 'failed':
          if (effect.reason === 'timeout') source.renew(now);
          this.#answer(now, effect.exchange, failed(FAILURES[effect.reason]));
          break;
        case 'request': // a backend asks nothing of us
          this.counts.dropped++;
          this.#carryOut(now, source, this.#endpoint.cancel(now, effect.exchange));
          break;
        case 'dropped':
          this.counts.dropped++;
          break;
        case 'abandoned':
          break;
      }
    }
  }

  #answer(now: Instant, exchange: ExchangeId, answer: BackendAnswer): void {
    const flight = this.#flights.get(exchange);
    if (flight === undefined) return;
    this.#land(flight);
    this.#options.sink(now, flight.job, answer);
  }

  #land({ exchange, source }: Pick<Flight, 'exchange' | 'source'>): void {
    source.inflight--;
    this.#flights.delete(exchange);
  }

  /** The socket reported that the backend cannot be reached: whatever is under way from there has failed. */
  #failed(source: Source, code: string): void {
    this.counts.errors++;
    if (this.#closed || !(UNREACHABLE_CODES.has(code) || code.startsWith(DTLS_CODE))) return;
    const now = this.#options.clock.now();
    this.#change(false, code);
    const effects = this.#endpoint.forget(source.peer);
    source.peer = peerId(++this.#peers);
    for (const effect of effects) {
      if (effect.kind === 'failed') this.#answer(now, effect.exchange, UNREACHABLE);
    }
    const [refused, ...others] = this.#addresses;
    if (refused !== undefined && others.length > 0) this.#moveTo([...others, refused]);
    else this.#lookUpAgain(now);
  }

  #open(): Source {
    const { settings, clock } = this.#options;
    const { security } = settings;
    const [peer, address, events] = [peerId(++this.#peers), this.#addresses[0] ?? '', this.#events];
    if (security === undefined) return new PlainSource(peer, address, settings.port, events);
    const entropy = nodeEntropy();
    return new SecureSource(peer, { settings: { ...settings, security }, address, clock, entropy, events });
  }

  #sourceFor(now: Instant, request: RelayedRequest): Source | undefined {
    const block = blockOf(request);
    if (block === 'none') return this.#sources.take(now);
    return this.#sources.takeFor(now, transferOf(request), block === 'last');
  }

  #sourceOf(peer: number): Source | undefined {
    for (const source of this.#sources.all()) if (source.peer === peer) return source;
    return undefined;
  }

  #change(reachable: boolean, code: string): void {
    if (this.#reachable === reachable) return;
    this.#reachable = reachable;
    this.#options.changed(reachable, code);
  }

  #lookUpAgain(now: Instant): void {
    if (isIP(this.#options.settings.address) !== 0 || now - this.#lookedUpAt < LOOKUP_EVERY_MS) return;
    this.#lookedUpAt = now;
    this.#lookUp();
  }

  /** Names come from the configuration only, never from a request. */
  #lookUp(): void {
    const { address } = this.#options.settings;
    if (isIP(address) !== 0) {
      this.#addresses = [address];
      return;
    }
    lookup(address, { all: true }, (error, found) => {
      if (this.#closed) return;
      const addresses = (found ?? []).map((entry) => entry.address).filter((entry) => !isGroupAddress(entry));
      if (error !== null || addresses.length === 0) {
        this.counts.errors++;
        this.#change(false, error?.code ?? 'PN_BACKEND_ADDRESS');
      } else if (!addresses.includes(this.#addresses[0] ?? '')) {
        this.#moveTo(addresses);
      }
    });
  }

  /** From here on the backend is elsewhere: nothing that is under way will be answered from where it was. */
  #moveTo(addresses: readonly string[]): void {
    const now = this.#options.clock.now();
    this.#addresses = addresses;
    for (const source of this.#sources.all()) this.#endpoint.forget(source.peer);
    for (const { exchange } of this.#flights.values()) this.#answer(now, exchange, UNREACHABLE);
    this.#sources.close();
  }
}

/** Multicast and broadcast: a request goes to one host (RFC 7252 section 8). */
function isGroupAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return Number(address.split('.')[0]) >= 224 || address === '0.0.0.0';
    case 6:
      return /^ff/i.test(address) || /^[0:]*$/.test(address);
    default:
      return false;
  }
}

/** Blocks of one body come from one connection and go to one resource. */
function transferOf({ connection, method, resource }: RelayedRequest): string {
  return `${connection}/${method}/${resource.segments.map((segment) => segment.join(' ')).join('/')}`;
}

const failed = (reason: BackendFailure): BackendAnswer => ({ kind: 'failed', reason });
const UNREACHABLE = failed('unreachable');
const OVERLOADED = failed('overloaded');

const FAILURES = {
  timeout: 'timeout',
  reset: 'bad-answer',
  closed: 'unreachable',
  'too-many': 'overloaded',
} as const satisfies Record<string, BackendFailure>;

/** What says that nobody is there, rather than that one datagram was lost. */
const UNREACHABLE_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'ERR_SOCKET_DGRAM_NOT_CONNECTED',
]);

/** How handshakes and sessions say that they ended. */
const DTLS_CODE = 'PN_DTLS_';
const SOURCES_MAX = 128;
const INFLIGHT_PER_SOURCE = 512;
/** Fewer than the 65,536 there are, since each exchange may use more than one. */
const MESSAGES_PER_SOURCE = 60_000;
const LOOKUP_EVERY_MS = 5_000;
