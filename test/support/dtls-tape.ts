/** Conversations of any kind between two endpoints, and every datagram of them in the order of delivery. */
import { instant, type Instant } from '../../src/base/index.ts';
import type { CryptoProvider } from '../../src/crypto/index.ts';
import {
  type ClientSettings,
  type ConnectionHandle,
  type CredentialAnswer,
  type CredentialQuestion,
  DtlsEndpoint,
  type DtlsLimits,
  type DtlsSettings,
  type Effect,
  type TlsSession,
} from '../../src/dtls/index.ts';
import { CLIENT_PATH, DEVICE, seededEntropy, SERVER_PATH, SETTINGS } from './dtls-pair.ts';

export type Side = 'client' | 'server';

export interface Cast {
  readonly crypto: CryptoProvider;
  readonly server?: Partial<DtlsSettings>;
  readonly client?: Partial<DtlsSettings>;
  readonly credentials?: ClientSettings;
  readonly limits?: Partial<DtlsLimits>;
  /** What either side says when it is asked; without it everybody who can be known is known. */
  readonly answer?: (ask: CredentialQuestion) => CredentialAnswer | undefined;
  /** A conversation before: the client takes up the session of that one. */
  readonly resumes?: boolean;
}

export interface Step {
  readonly to: Side;
  readonly datagram: Uint8Array;
}

export const TAPE_START: Instant = instant(1_000);

/** Both endpoints of a cast, and what passes between them. */
export class Conversation {
  readonly cast: Cast;
  readonly server: DtlsEndpoint;
  readonly client: DtlsEndpoint;
  readonly steps: Step[] = [];
  readonly effects: Record<Side, Effect[]> = { client: [], server: [] };
  connection: ConnectionHandle | undefined;
  now: Instant = TAPE_START;
  session: TlsSession | undefined;

  constructor(cast: Cast) {
    this.cast = cast;
    const endpoint = (seed: number, settings: Partial<DtlsSettings>, server: boolean) =>
      new DtlsEndpoint({
        settings: { ...SETTINGS, ...settings },
        crypto: cast.crypto,
        entropy: seededEntropy(seed),
        server,
        ...(cast.limits === undefined ? {} : { limits: cast.limits }),
      });
    this.server = endpoint(3, cast.server ?? {}, true);
    this.client = endpoint(9, cast.client ?? {}, false);
    if (cast.resumes !== true) return;
    this.connect();
    this.runAll();
    this.steps.length = 0;
    this.effects.client.length = 0;
    this.effects.server.length = 0;
  }

  /** Begins; the datagrams wait to be delivered. */
  connect(): void {
    const credentials = this.cast.credentials ?? { psk: DEVICE };
    const resume = this.session === undefined ? {} : { resume: this.session };
    const begun = this.client.connect(this.now, SERVER_PATH, { ...credentials, ...resume });
    this.connection = begun.connection;
    this.take('client', begun.effects);
  }

  /** Delivers the n-th datagram, and whatever answers to lookups it leads to. */
  deliver({ to, datagram }: Step): void {
    const path = to === 'server' ? CLIENT_PATH : SERVER_PATH;
    const copy = datagram.slice();
    this.take(to, this[to].receive(this.now, path, copy));
    copy.fill(0xee);
  }

  /** Keeps effects: datagrams as steps to come, questions answered at once. */
  take(side: Side, effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.effects[side].push(effect);
      if (effect.kind === 'transmit') {
        this.steps.push({ to: side === 'client' ? 'server' : 'client', datagram: effect.datagram });
      } else if (effect.kind === 'lookup') {
        const answer = (this.cast.answer ?? everybodyIsKnown)(effect.ask);
        if (answer !== undefined) this.take(side, this[side].resolve(this.now, effect.id, answer));
      } else if (effect.kind === 'established' && effect.session !== null) {
        this.session = effect.session;
      }
    }
  }

  runAll(): void {
    for (let at = 0; at < this.steps.length; at++) this.deliver(this.steps[at] as Step);
  }

  handle(side: Side): ConnectionHandle {
    for (const effect of this.effects[side]) if (effect.kind === 'established') return effect.connection;
    throw new RangeError(`the ${side} has no connection`);
  }
}

/** A whole handshake as far as it gets, and a word of application data each way. */
export function record(cast: Cast): readonly Step[] {
  const talk = new Conversation(cast);
  talk.connect();
  talk.runAll();
  const said = talk.steps.length;
  if (talk.effects.client.some(({ kind }) => kind === 'established')) {
    for (const side of ['client', 'server'] as const)
      talk.take(side, talk[side].send(talk.now, talk.handle(side), Uint8Array.of(0x50, 1, 2, 3)));
  }
  for (const step of talk.steps.slice(said)) talk.deliver(step);
  // The last words of both, each for an end that is still there to hear it.
  if (talk.connection !== undefined && talk.effects.server.some(({ kind }) => kind === 'established')) {
    talk.take('client', talk.client.close(talk.now, talk.connection, 'requested'));
    talk.take('server', talk.server.close(talk.now, talk.handle('server'), 'revoked'));
  }
  return talk.steps;
}

export function everybodyIsKnown(ask: CredentialQuestion): CredentialAnswer {
  return ask.kind === 'psk'
    ? { kind: 'psk', key: DEVICE.key, credential: 'c-1' }
    : { kind: 'accepted', credential: 'c-2' };
}
