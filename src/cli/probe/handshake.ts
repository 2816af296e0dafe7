/** Drives one handshake of our own client role over a socket of its own, and writes down what was answered. */
import { createSocket, type Socket } from 'node:dgram';
import { type Instant, instant, path, Secret, seconds } from '../../base/index.ts';
import { generateIdentityKey, nodeEntropy, nodeProvider } from '../../crypto/index.ts';
import {
  type CredentialAnswer,
  DtlsEndpoint,
  type Effect,
  type FailureReason,
  type OwnIdentity,
  SUITE_NAMES,
  suiteById,
  type TlsSession,
  type VerifiedPeer,
} from '../../dtls/index.ts';
import { systemCode } from '../fault.ts';
import type { DevicePsk, Remote } from '../device/index.ts';
import { type Answers, readAnswers } from './answers.ts';
import { type ServerKey, serverKeyOf } from './server-key.ts';

export type ProbeOutcome =
  /** The handshake is complete. */
  | { readonly kind: 'established'; readonly peer: VerifiedPeer }
  /** No key was given, and the server wants one of that kind. */
  | { readonly kind: 'wants-key'; readonly key: 'psk' | 'certificate' }
  | { readonly kind: 'failed'; readonly reason: FailureReason }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'silent' };

export interface ProbeReport {
  readonly outcome: ProbeOutcome;
  readonly answers: Answers;
  /** What the server proved itself with, if it is not a pre-shared key. */
  readonly serverKey: ServerKey | undefined;
  /** Whether it took up the session again; `undefined`: there was none to take up. */
  readonly resumed: boolean | undefined;
  /** How often we spoke and were answered. */
  readonly roundTrips: number;
  readonly elapsedMs: number;
}

export interface ProbeWish {
  readonly remote: Remote;
  readonly psk: DevicePsk | undefined;
  readonly identity: OwnIdentity | undefined;
  readonly timeoutMs: number;
}

/** The report of one handshake with `wish.remote`. */
export async function probeServer(wish: ProbeWish): Promise<ProbeReport> {
  const { remote } = wish;
  const socket = createSocket(remote.family === 6 ? 'udp6' : 'udp4');
  const begun = performance.now();
  try {
    const unreachable = await connect(socket, remote);
    const heard: Uint8Array[] = [];
    const drive = unreachable ?? (await shakeHands(socket, wish, heard));
    const { outcome, roundTrips, serverKey, session } = drive;
    const elapsedMs = performance.now() - begun;
    const resumed = session === undefined ? undefined : await resumes(socket, wish, session);
    return { outcome, answers: readAnswers(heard), serverKey, resumed, roundTrips, elapsedMs };
  } finally {
    await farewell(socket);
  }
}

interface Drive {
  readonly outcome: ProbeOutcome;
  readonly roundTrips: number;
  readonly serverKey?: ServerKey | undefined;
  readonly session?: TlsSession | undefined;
}

async function resumes(socket: Socket, wish: ProbeWish, session: TlsSession): Promise<boolean> {
  const { outcome } = await shakeHands(socket, wish, [], session);
  return outcome.kind === 'established' && outcome.peer.resumed;
}

async function shakeHands(
  socket: Socket,
  wish: ProbeWish,
  heard: Uint8Array[],
  resume?: TlsSession,
): Promise<Drive> {
  const { remote, psk, identity, timeoutMs } = wish;
  const keyless = psk === undefined && identity === undefined;
  const { promise, resolve } = Promise.withResolvers<ProbeOutcome>();
  const endpoint = new DtlsEndpoint({
    settings: SETTINGS,
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });
  const way = path(0, remote.address, remote.port);
  const turns: Turns = { spoken: false, roundTrips: 0, serverKey: undefined, session: undefined };
  let timer: NodeJS.Timeout | undefined;

  const perform = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'transmit') {
        turns.spoken = true;
        socket.send(effect.datagram, (error) => error && resolve(unreachableBy(error)));
      }
      if (effect.kind === 'established') {
        turns.session = effect.session ?? undefined;
        resolve({ kind: 'established', peer: effect.peer });
      }
      if (effect.kind === 'lookup') {
        turns.serverKey = serverKeyOf(effect.ask);
        if (keyless) resolve({ kind: 'wants-key', key: 'certificate' });
        else perform(endpoint.resolve(now(), effect.id, BELIEVED));
      }
      if (effect.kind === 'failed') resolve({ kind: 'failed', reason: effect.reason });
    }
    clearTimeout(timer);
    const deadline = endpoint.nextDeadline();
    if (deadline !== undefined) timer = setTimeout(() => perform(endpoint.timeout(now())), wait(deadline));
  };
  socket.on('error', (error) => resolve(unreachableBy(error)));
  const receive = (datagram: Buffer): void => {
    if (turns.spoken) turns.roundTrips++;
    turns.spoken = false;
    heard.push(Uint8Array.from(datagram));
    if (keyless && wantsPsk(readAnswers(heard))) resolve({ kind: 'wants-key', key: 'psk' });
    else perform(endpoint.receive(now(), way, datagram));
  };
  socket.on('message', receive);
  const shown = keyless ? nobody() : presentOf({ psk, identity });
  const { connection, effects } = endpoint.connect(now(), way, { ...shown, ...presentOf({ resume }) });
  perform(effects);
  const late = setTimeout(() => resolve(lateness(heard)), timeoutMs);
  const outcome = await promise.finally(() => clearTimeout(late));
  perform(endpoint.close(now(), connection, 'requested'));
  clearTimeout(timer);
  socket.off('message', receive);
  const { roundTrips, serverKey, session } = turns;
  return { outcome, roundTrips, serverKey, session };
}

interface Turns {
  spoken: boolean;
  roundTrips: number;
  serverKey: ServerKey | undefined;
  session: TlsSession | undefined;
}

/** The members that are there. */
const presentOf = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** With a pre-shared key the server proves itself only after the client has. */
function wantsPsk({ done, hello }: Answers): boolean {
  return done && hello !== undefined && suiteById(hello.suite)?.keyExchange !== 'ecdhe_ecdsa';
}

async function connect(socket: Socket, remote: Remote): Promise<Drive | undefined> {
  const { promise, resolve } = Promise.withResolvers<Drive | undefined>();
  const refuse = (error: Error): void => resolve({ outcome: unreachableBy(error), roundTrips: 0 });
  socket.once('error', refuse);
  socket.connect(remote.port, remote.address, () => resolve(undefined));
  const outcome = await promise;
  socket.off('error', refuse);
  return outcome;
}

/** Lets the goodbye leave before the socket closes. */
async function farewell(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  socket.close();
}

const unreachableBy = (error: Error): ProbeOutcome => ({
  kind: 'unreachable',
  code: systemCode(error) ?? error.message,
});

const lateness = (heard: readonly Uint8Array[]): ProbeOutcome =>
  heard.length === 0 ? { kind: 'silent' } : { kind: 'failed', reason: 'timeout' };

/** Offered when nobody gave a key: good for the hello, and for nothing after it. */
const nobody = (): { psk: DevicePsk; identity: OwnIdentity } => ({
  psk: { identity: new Uint8Array([0x70]), key: new Secret(new Uint8Array(16)) },
  identity: { key: generateIdentityKey().key, chain: [] },
});

/** A probe shows who is there; whether that is the right one is for its reader to say. */
const BELIEVED: CredentialAnswer = { kind: 'accepted', credential: '' };

const now = (): Instant => instant(performance.now());
const wait = (deadline: Instant): number => Math.max(0, deadline - performance.now());

const SETTINGS = {
  suites: SUITE_NAMES,
  connectionId: { prefix: new Uint8Array(0), randomBytes: 8 },
  extendedMasterSecret: 'wanted',
  mtu: 1_280,
  idleTimeout: seconds(60),
  handshakeTimeout: seconds(600),
  retransmit: seconds(1),
} as const;
