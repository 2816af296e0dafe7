/**
 * One source port towards a coaps backend: our DTLS client over a connected socket. It shakes hands when there is
 * something to send, takes its last session up again where it can, and begins anew after the backend has gone.
 */
import { type Instant, milliseconds, type Path, path, Secret } from '../../../base/index.ts';
import type { PeerId } from '../../../coap/index.ts';
import { type Entropy, nodeProvider, signingKey } from '../../../crypto/index.ts';
import type { BackendSecurity, BackendSettings, Clock } from '../../../daemon/ports/index.ts';
import {
  type ClientSettings,
  type ConnectionHandle,
  DtlsEndpoint,
  endsSession,
  type Effect,
  type Effects,
  type TlsSession,
} from '../../../dtls/index.ts';
import { judgeServer } from './server-judge.ts';
import { PlainSource, type Source, type SourceEvents } from './source.ts';

export interface SecureSourceOptions {
  readonly settings: BackendSettings & { readonly security: BackendSecurity };
  /** An IP literal. */
  readonly address: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly events: SourceEvents;
}

export class SecureSource implements Source {
  peer: PeerId;
  inflight = 0;
  used = 0;
  readonly #options: SecureSourceOptions;
  readonly #plain: PlainSource;
  readonly #dtls: DtlsEndpoint;
  readonly #path: Path;
  readonly #waiting: Uint8Array[] = [];
  #connection: ConnectionHandle | undefined;
  #established = false;
  #session: TlsSession | undefined;
  #heardAt: Instant;

  constructor(peer: PeerId, options: SecureSourceOptions) {
    const { address, settings, clock, entropy, events } = options;
    this.peer = peer;
    this.#options = options;
    this.#path = path(0, address, settings.port);
    this.#heardAt = clock.now();
    const handshakeTimeout = milliseconds(settings.timeoutMs);
    this.#dtls = new DtlsEndpoint({
      settings: { handshakeTimeout },
      crypto: nodeProvider,
      entropy,
      server: false,
    });
    this.#plain = new PlainSource(peer, address, settings.port, {
      received: (_source, datagram) => this.#carryOut(this.#dtls.receive(clock.now(), this.#path, datagram)),
      failed: (_source, code) => events.failed(this, code),
    });
  }

  /** What comes before the handshake is complete waits for it; what is too much is lost, as datagrams are. */
  send(message: Uint8Array): void {
    const now = this.#options.clock.now();
    if (this.#connection !== undefined && this.#established) {
      this.#carryOut(this.#dtls.send(now, this.#connection, message));
      return;
    }
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(message.slice());
    if (this.#connection === undefined) this.#begin(now);
  }

  timeout(now: Instant): void {
    const due = this.#dtls.nextDeadline();
    if (due !== undefined && due <= now) this.#carryOut(this.#dtls.timeout(now));
  }

  nextDeadline(): Instant | undefined {
    return this.#dtls.nextDeadline();
  }

  /** A backend that has started anew knows nothing of our session, and may not say so. */
  renew(now: Instant): void {
    const silence = now - this.#heardAt;
    if (!this.#established || silence < this.#options.settings.timeoutMs) return;
    this.#drop(now);
  }

  close(): void {
    this.#drop(this.#options.clock.now());
    this.#plain.close();
  }

  #begin(now: Instant): void {
    const client = { ...clientOf(this.#options.settings.security), ...this.#resumption() };
    const { connection, effects } = this.#dtls.connect(now, this.#path, client);
    this.#connection = connection;
    this.#carryOut(effects);
  }

  #resumption(): Pick<ClientSettings, 'resume'> {
    return this.#session === undefined ? {} : { resume: this.#session };
  }

  #carryOut(effects: Effects): void {
    const { clock, settings, events } = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'transmit':
          this.#plain.send(effect.datagram);
          break;
        case 'lookup': {
          const answer = judgeServer(settings, effect.ask, clock.wall());
          this.#carryOut(this.#dtls.resolve(clock.now(), effect.id, answer));
          break;
        }
        case 'established':
          this.#established = true;
          this.#session = effect.session ?? undefined;
          this.#heardAt = clock.now();
          for (const message of this.#waiting.splice(0)) this.send(message);
          break;
        case 'deliver':
          this.#heardAt = clock.now();
          events.received(this, effect.plaintext);
          break;
        case 'closed':
        case 'failed':
          this.#ended(effect);
          break;
        case 'own':
        case 'disown':
        case 'rebound':
        case 'dropped':
          break;
      }
    }
  }

  /** Told later: who sends must not be called back from within. */
  #ended(effect: Extract<Effect, { kind: 'closed' | 'failed' }>): void {
    if (effect.connection !== this.#connection) return;
    this.#connection = undefined;
    this.#established = false;
    this.#waiting.length = 0;
    if (effect.kind === 'failed' || endsSession(effect.reason)) this.#session = undefined;
    const lost = this.inflight;
    if (effect.kind === 'closed' && lost === 0) return;
    const code = `PN_DTLS_${effect.reason.replaceAll('-', '_').toUpperCase()}`;
    queueMicrotask(() => this.#options.events.failed(this, code));
  }

  #drop(now: Instant): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    this.#established = false;
    this.#waiting.length = 0;
    this.#carryOut(this.#dtls.close(now, connection, 'requested'));
  }
}

function clientOf(security: BackendSecurity): ClientSettings {
  if (security.kind === 'psk') {
    return { psk: { identity: security.identity, key: new Secret(security.key) } };
  }
  const key = signingKey(security.keyPem);
  if (key === undefined) return {};
  return { identity: { key, chain: security.kind === 'x509' ? security.chain : [] } };
}

/** Messages that wait for a handshake. */
const WAITING_MAX = 128;
