/**
 * One connection with the runner: handshake, then every datagram's bytes inverted and sent back, until one side
 * ends.
 */
import type { Socket } from 'node:net';
import { instant, type Instant, path, type Path, Secret, utf8 } from '../../src/base/index.ts';
import type {
  ClientSettings,
  ConnectionHandle,
  CredentialAnswer,
  CredentialQuestion,
  DtlsEndpoint,
  Effect,
  Effects,
  OwnIdentity,
  TlsSession,
} from '../../src/dtls/index.ts';
import type { ExportingProvider } from './exporter.ts';
import type { Wishes } from './flags.ts';
import { type Frame, Framing } from './framing.ts';
import { HelloCourier } from './hello-courier.ts';

/** What went wrong, for the runner to compare with what it expected. */
export interface Failure {
  readonly lines: readonly string[];
}

export interface ExchangeOptions {
  readonly endpoint: DtlsEndpoint;
  readonly exporting: ExportingProvider;
  readonly socket: Socket;
  /** 0 for the first connection of a test. */
  readonly number: number;
  readonly wishes: Wishes;
  readonly server: boolean;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #framing: Framing;
  readonly #path: Path;
  readonly #hellos = new HelloCourier();
  readonly #drops: string[] = [];
  readonly #end: (failure: Failure | undefined) => void;
  readonly #ended: Promise<Failure | undefined>;
  #connection: ConnectionHandle | undefined;
  #now: Instant;
  /** What a client can resume from. */
  session: TlsSession | null = null;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#framing = new Framing(options.socket);
    this.#path = path(0, '192.0.2.7', 40_000 + options.number);
    this.#now = instant((1 + options.number) * 3_600_000);
    const { promise, resolve } = Promise.withResolvers<Failure | undefined>();
    this.#ended = promise;
    this.#end = resolve;
  }

  async run(identity: OwnIdentity | null, session: TlsSession | null): Promise<Failure | undefined> {
    const { socket, endpoint, server } = this.#options;
    const patience = setTimeout(() => this.#stalled(), STALLED_MS);
    socket.on('data', (chunk: Buffer) => {
      patience.refresh();
      for (const frame of this.#framing.take(chunk)) this.#take(frame);
    });
    socket.on('end', () => this.#hungUp());
    socket.on('error', () => this.#hungUp());
    if (!server)
      this.#perform(endpoint.connect(this.#now, this.#path, this.#client(identity, session)).effects);
    const failure = await this.#ended;
    clearTimeout(patience);
    await new Promise<void>((done) => socket.end(done));
    socket.destroy();
    return failure;
  }

  #client(identity: OwnIdentity | null, session: TlsSession | null): ClientSettings {
    const { values } = this.#options.wishes;
    const psk = values.get('psk');
    return {
      ...(psk === undefined ? (identity === null ? {} : { identity }) : { psk: this.#psk(psk) }),
      ...(session === null ? {} : { resume: session }),
    };
  }

  #psk(key: string): { identity: Uint8Array; key: Secret } {
    return {
      identity: utf8(this.#options.wishes.values.get('psk-identity') ?? ''),
      key: new Secret(utf8(key)),
    };
  }

  #take(frame: Frame): void {
    const { endpoint, server } = this.#options;
    if (frame.kind === 'datagram') {
      const datagram = server ? this.#hellos.heard(frame.bytes) : frame.bytes;
      if (datagram !== undefined) this.#perform(endpoint.receive(this.#now, this.#path, datagram));
      return;
    }
    this.#framing.acknowledgePassing();
    this.#now = instant(this.#now + frame.ms + FUDGE_MS);
    const again = server ? this.#hellos.again() : undefined;
    if (again !== undefined) this.#perform(endpoint.receive(this.#now, this.#path, again));
    this.#perform(endpoint.timeout(this.#now));
  }

  #perform(effects: Effects): void {
    for (const effect of effects) this.#one(effect);
  }

  #one(effect: Effect): void {
    switch (effect.kind) {
      case 'transmit':
        this.#hellos.said(effect.datagram);
        this.#framing.send(effect.datagram);
        return;
      case 'lookup':
        if (this.#options.wishes.on.has('async')) setImmediate(() => this.#answer(effect));
        else this.#answer(effect);
        return;
      case 'established':
        this.#established(effect);
        return;
      case 'deliver':
        this.#send(effect.plaintext.map((byte) => byte ^ 0xff));
        return;
      case 'closed':
        if (effect.reason === 'close-notify' || effect.reason === 'requested') this.#end(undefined);
        else this.#fail(`closed: ${effect.reason}`);
        return;
      case 'failed':
        this.#fail(`failed: ${effect.reason}`);
        return;
      case 'dropped':
        this.#drops.push(`dropped: ${effect.reason}`);
        return;
      default:
        return;
    }
  }

  #answer({ id, ask }: Extract<Effect, { kind: 'lookup' }>): void {
    this.#perform(this.#options.endpoint.resolve(this.#now, id, this.#judge(ask)));
  }

  #judge(ask: CredentialQuestion): CredentialAnswer {
    const { on, values } = this.#options.wishes;
    if (ask.kind === 'psk') {
      const key = values.get('psk');
      const known = Buffer.compare(ask.identity, utf8(values.get('psk-identity') ?? '')) === 0;
      return key !== undefined && known
        ? { kind: 'psk', key: new Secret(utf8(key)), credential: 'psk' }
        : { kind: 'unknown' };
    }
    // BoringSSL judges certificates once, at the full handshake, unless it is told otherwise.
    const judged = ask.kind !== 'resume' || on.has('reverify-on-resume');
    if (on.has('verify-fail') && judged) return { kind: 'refused', reason: 'bad-certificate' };
    return { kind: 'accepted', credential: ask.kind === 'resume' ? ask.credential : ask.kind };
  }

  #established({ connection, peer, session }: Extract<Effect, { kind: 'established' }>): void {
    const { wishes, number, exporting, endpoint } = this.#options;
    const { on, values } = wishes;
    const resumable = session !== null || endpoint.occupancy().sessions > 0;
    this.#connection = connection;
    this.session = session;
    const wrong = [
      peer.resumed !== (number > 0 && !on.has('expect-session-miss')) && `resumed is ${peer.resumed}`,
      on.has('expect-extended-master-secret') && !peer.extendedMasterSecret && 'no extended master secret',
      on.has('expect-session-id') && !resumable && 'no session id',
      on.has('expect-no-session-id') && resumable && 'a session id',
    ].find((words) => typeof words === 'string');
    if (wrong !== undefined) {
      this.#fail(`expectation: ${wrong}`);
      return;
    }
    const length = Number(values.get('export-keying-material') ?? 0);
    if (length > 0) {
      const context = on.has('use-export-context') ? (values.get('export-context') ?? '') : null;
      this.#send(exporting.export(values.get('export-label') ?? '', context, length));
    }
    if (on.has('shim-writes-first')) this.#send(utf8('hello'));
    if (on.has('shim-shuts-down')) this.#perform(endpoint.close(this.#now, connection, 'requested'));
  }

  #send(plaintext: Uint8Array): void {
    if (this.#connection === undefined) return;
    this.#perform(this.#options.endpoint.send(this.#now, this.#connection, plaintext));
  }

  /** The runner has closed its end: well, unless a handshake was under way or a goodbye was due. */
  #hungUp(): void {
    if (this.#connection === undefined) this.#fail('hung up in the handshake');
    else if (this.#options.wishes.on.has('check-close-notify')) this.#fail('hung up without close_notify');
    else this.#end(undefined);
  }

  /** Nothing comes any more: what a real clock would bring in the end is brought at once. */
  #stalled(): void {
    this.#now = instant(this.#now + FOREVER_MS);
    this.#perform(this.#options.endpoint.timeout(this.#now));
    this.#fail('stalled');
  }

  #fail(why: string): void {
    this.#end({ lines: [why, ...new Set(this.#drops)] });
  }
}

/** Of real time without a word from the runner: what we have dropped has left the handshake without a next step. */
const STALLED_MS = 3_000;
const FOREVER_MS = 24 * 3_600_000;
/** Deadlines may be early by so much: the runner tests that timers of operating systems are forgiven that. */
const FUDGE_MS = 10;
