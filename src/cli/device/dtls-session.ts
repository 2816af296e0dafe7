/**
 * DTLS session of a device on node-dtls-client. That library never retransmits and reports everything as one kind of
 * error, so each handshake gets a few fresh attempts, and what the link heard decides what the failure was.
 */
import { dtls } from 'node-dtls-client';
import { bytesKey } from '../../base/index.ts';
import { CommandFault, EXIT, sentenceOf } from '../fault.ts';
import type { DevicePsk } from './device-psk.ts';
import { displayRemote, type Heard, type Link, openLink, type Remote, unreachableRemote } from './link.ts';

export interface DtlsSession {
  send(plaintext: Uint8Array, sent: (error: Error | null) => void): void;
  /** One application record arrived; the bytes are the receiver's. */
  onMessage(receive: (plaintext: Buffer) => void): void;
  /** Resolves with the reason when the session ends without being asked to. */
  readonly ended: Promise<string>;
  readonly link: Link;
  close(): Promise<void>;
}

export interface SessionWish {
  readonly remote: Remote;
  readonly psk: DevicePsk;
  /** For the handshake with all its attempts. */
  readonly timeoutMs: number;
  readonly trace: (line: string) => void;
}

type Attempt =
  | { readonly kind: 'open'; readonly session: DtlsSession }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'alert'; readonly alert: string; readonly heard: Heard }
  | { readonly kind: 'timeout'; readonly heard: Heard }
  | { readonly kind: 'broken'; readonly why: string };

const ATTEMPT_MS = 2_000;
/** A gateway that said hello and then went silent twice did not lose a datagram: it did not like the key. */
const SILENCES_AFTER_HELLO_MAX = 2;
const FATAL_ALERT = 'received fatal alert: ';

/** A session whose handshake is complete. Faults: nobody there (69), refused, too slow or no common suite (1). */
export async function openSession(wish: SessionWish): Promise<DtlsSession> {
  const where = displayRemote(wish.remote);
  const giveUpAt = performance.now() + wish.timeoutMs;
  let silencesAfterHello = 0;
  let heard: Heard = 'nothing';
  for (let remaining = wish.timeoutMs; remaining > 0; remaining = giveUpAt - performance.now()) {
    const attempt = await tryHandshake(wish, Math.min(ATTEMPT_MS, remaining));
    if (attempt.kind === 'open') return attempt.session;
    wish.trace(`handshake attempt failed: ${displayAttempt(attempt)}`);
    if (attempt.kind === 'unreachable') throw unreachableRemote(wish.remote, attempt.code);
    if (attempt.kind === 'broken') throw new CommandFault(EXIT.failure, `handshake failed: ${attempt.why}`);
    if (attempt.kind === 'alert') throw alerted(attempt.alert, attempt.heard);
    if (attempt.heard !== 'nothing') heard = attempt.heard;
    if (attempt.heard === 'hello') silencesAfterHello++;
    if (silencesAfterHello >= SILENCES_AFTER_HELLO_MAX) throw refusedKey();
  }
  if (heard === 'hello') throw refusedKey();
  if (heard === 'cookie') {
    throw new CommandFault(EXIT.failure, `handshake failed: ${where} began it and fell silent`, 'try again');
  }
  throw new CommandFault(
    EXIT.unavailable,
    `no answer from ${where} within ${wish.timeoutMs / 1_000} s`,
    'check host and port, and that the gateway runs: postern sessions list',
  );
}

async function tryHandshake(wish: SessionWish, timeoutMs: number): Promise<Attempt> {
  const link = await openLink(wish.remote);
  const socket = dtls.createSocket({
    type: 'udp4',
    address: '127.0.0.1',
    port: link.port,
    psk: { [bytesKey(wish.psk.identity)]: Buffer.from(wish.psk.key.reveal()) },
    timeout: timeoutMs,
  });
  const { promise, resolve } = Promise.withResolvers<Attempt>();
  const ended = Promise.withResolvers<string>();
  socket.once('connected', () =>
    resolve({ kind: 'open', session: sessionOver(socket, link, ended.promise) }),
  );
  socket.on('error', (error: Error) => {
    ended.resolve(error.message);
    resolve(failureOf(error, link.heard()));
  });
  socket.once('close', () => {
    ended.resolve('the gateway closed the session');
    resolve({ kind: 'alert', alert: 'close_notify', heard: link.heard() });
  });
  void link.unreachable.then((code) => {
    ended.resolve(`the gateway is gone (${code})`);
    resolve({ kind: 'unreachable', code });
  });
  const attempt = await promise;
  if (attempt.kind !== 'open') {
    abandon(socket);
    await link.close();
  }
  return attempt;
}

function sessionOver(socket: dtls.Socket, link: Link, ended: Promise<string>): DtlsSession {
  return {
    send: (plaintext, sent) => {
      try {
        socket.send(Buffer.from(plaintext), (error) => sent(error ?? null));
      } catch (thrown) {
        sent(thrown instanceof Error ? thrown : null);
      }
    },
    onMessage: (receive) => void socket.on('message', receive),
    ended,
    link,
    close: async () => {
      abandon(socket);
      await link.close();
    },
  };
}

/** Says goodbye where that is possible; the library throws when it has closed already. */
function abandon(socket: dtls.Socket): void {
  socket.removeAllListeners('close');
  try {
    socket.close();
  } catch {
    // It was closed: just what was wanted.
  }
}

function failureOf(error: Error, heard: Heard): Attempt {
  const message = sentenceOf(error);
  if (message.startsWith(FATAL_ALERT))
    return { kind: 'alert', alert: message.slice(FATAL_ALERT.length), heard };
  if (message.includes('timed out')) return { kind: 'timeout', heard };
  return { kind: 'broken', why: message };
}

function alerted(alert: string, heard: Heard): CommandFault {
  if (heard === 'hello') return refusedKey();
  const message = `handshake failed: the gateway answered the hello with alert ${alert}`;
  return new CommandFault(EXIT.failure, message, 'see which cipher suites it speaks: postern probe');
}

const refusedKey = (): CommandFault =>
  new CommandFault(
    EXIT.failure,
    'handshake failed: the gateway refused identity or key',
    'it never says which; its operator finds the reason in the log',
  );

function displayAttempt(attempt: Exclude<Attempt, { kind: 'open' }>): string {
  switch (attempt.kind) {
    case 'unreachable':
      return attempt.code;
    case 'alert':
      return `alert ${attempt.alert}, heard so far: ${attempt.heard}`;
    case 'timeout':
      return `timeout, heard so far: ${attempt.heard}`;
    case 'broken':
      return attempt.why;
  }
}
