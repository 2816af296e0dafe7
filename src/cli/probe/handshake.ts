/** Drives one handshake of our own client role over a socket of its own, and writes down what was answered. */
import { createSocket, type Socket } from 'node:dgram';
import { type Instant, instant, path, Secret, seconds } from '../../base/index.ts';
import { nodeEntropy, nodeProvider } from '../../crypto/index.ts';
import {
  DtlsEndpoint,
  type Effect,
  type FailureReason,
  SUITE_NAMES,
  type VerifiedPeer,
} from '../../dtls/index.ts';
import { systemCode } from '../fault.ts';
import type { DevicePsk, Remote } from '../device/index.ts';
import { type Answers, readAnswers } from './answers.ts';

export type ProbeOutcome =
  /** The handshake is complete. */
  | { readonly kind: 'established'; readonly peer: VerifiedPeer }
  /** No key was given, and the server wants one. */
  | { readonly kind: 'wants-key' }
  | { readonly kind: 'failed'; readonly reason: FailureReason }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'silent' };

export interface ProbeReport {
  readonly outcome: ProbeOutcome;
  readonly answers: Answers;
  /** How often we spoke and were answered. */
  readonly roundTrips: number;
  readonly elapsedMs: number;
}

export interface ProbeWish {
  readonly remote: Remote;
  readonly psk: DevicePsk | undefined;
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
    return {
      outcome: drive.outcome,
      answers: readAnswers(heard),
      roundTrips: drive.roundTrips,
      elapsedMs: performance.now() - begun,
    };
  } finally {
    await farewell(socket);
  }
}

interface Drive {
  readonly outcome: ProbeOutcome;
  readonly roundTrips: number;
}

async function shakeHands(socket: Socket, wish: ProbeWish, heard: Uint8Array[]): Promise<Drive> {
  const { remote, psk, timeoutMs } = wish;
  const { promise, resolve } = Promise.withResolvers<ProbeOutcome>();
  const endpoint = new DtlsEndpoint({
    settings: SETTINGS,
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });
  const way = path(0, remote.address, remote.port);
  const turns = { spoken: false, roundTrips: 0 };
  let timer: NodeJS.Timeout | undefined;

  const perform = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'transmit') {
        turns.spoken = true;
        socket.send(effect.datagram, (error) => error && resolve(unreachableBy(error)));
      }
      if (effect.kind === 'established') resolve({ kind: 'established', peer: effect.peer });
      if (effect.kind === 'failed') resolve({ kind: 'failed', reason: effect.reason });
    }
    clearTimeout(timer);
    const deadline = endpoint.nextDeadline();
    if (deadline !== undefined) timer = setTimeout(() => perform(endpoint.timeout(now())), wait(deadline));
  };
  socket.on('error', (error) => resolve(unreachableBy(error)));
  socket.on('message', (datagram) => {
    if (turns.spoken) turns.roundTrips++;
    turns.spoken = false;
    heard.push(Uint8Array.from(datagram));
    if (psk === undefined && readAnswers(heard).done) resolve({ kind: 'wants-key' });
    else perform(endpoint.receive(now(), way, datagram));
  });
  const { connection, effects } = endpoint.connect(now(), way, { psk: psk ?? nobody() });
  perform(effects);
  const late = setTimeout(() => resolve(lateness(heard)), timeoutMs);
  const outcome = await promise;
  clearTimeout(late);
  perform(endpoint.close(now(), connection, 'requested'));
  clearTimeout(timer);
  return { outcome, roundTrips: turns.roundTrips };
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
const nobody = (): DevicePsk => ({ identity: new Uint8Array([0x70]), key: new Secret(new Uint8Array(16)) });

const now = (): Instant => instant(performance.now());
const wait = (deadline: Instant): number => Math.max(0, deadline - performance.now());

const SETTINGS = {
  suites: SUITE_NAMES,
  extendedMasterSecret: 'wanted',
  mtu: 1_280,
  idleTimeout: seconds(60),
  handshakeTimeout: seconds(600),
  retransmit: seconds(1),
} as const;
