/** One request of a device, over a session of its own: handshake, exchange, goodbye. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:dgram';
import { Agent, type IncomingMessage } from 'coap';
import { CommandFault, EXIT, sentenceOf } from '../fault.ts';
import type { CoapsUri } from './coaps-uri.ts';
import type { DevicePsk } from './device-psk.ts';
import { type DtlsSession, openSession } from './dtls-session.ts';
import { findRemote } from './link.ts';

export type DeviceMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface DeviceRequest {
  readonly uri: CoapsUri;
  readonly psk: DevicePsk;
  readonly method: DeviceMethod;
  readonly payload: Uint8Array | undefined;
  /** Content-Format number of the payload. */
  readonly contentFormat: number | undefined;
  readonly confirmable: boolean;
  /** For the handshake, and again for the answer. */
  readonly timeoutMs: number;
  readonly trace: (line: string) => void;
}

export interface DeviceAnswer {
  /** `2.05`; `0.00` for a Reset. */
  readonly code: string;
  readonly payload: Uint8Array;
  /** Media type where the number is a known one. */
  readonly contentFormat: string | number | undefined;
  readonly handshakeMs: number;
  readonly answerMs: number;
}

/** Larger payloads travel in blocks of this many bytes (RFC 7959). */
const BLOCK_BYTES = 1_024;
const BLOCK_OF_1024 = Buffer.of(6);

/** Performs `request`. Any response is an answer, 4.03 too; faults are for what kept the response from arriving. */
export async function performRequest(request: DeviceRequest): Promise<DeviceAnswer> {
  const remote = await findRemote(request.uri.host, request.uri.port);
  const { psk, timeoutMs, trace } = request;
  const begun = performance.now();
  const session = await openSession({ remote, psk, timeoutMs, trace });
  const handshakeMs = performance.now() - begun;
  const { sent, received } = session.link.counts;
  trace(`session established in ${handshakeMs.toFixed(1)} ms, ${sent} datagrams sent, ${received} received`);
  try {
    const asked = performance.now();
    const response = await exchange(session, request);
    const answerMs = performance.now() - asked;
    trace(`answer after ${answerMs.toFixed(1)} ms`);
    return {
      code: response.code,
      payload: response.payload,
      contentFormat: contentFormatOf(response),
      handshakeMs,
      answerMs,
    };
  } finally {
    await session.close();
  }
}

async function exchange(session: DtlsSession, request: DeviceRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const agent = new Agent({ socket: socketOver(session, reject) });
  const outgoing = agent.request({
    method: request.method,
    confirmable: request.confirmable,
    hostname: request.uri.host,
    port: request.uri.port,
  });
  outgoing.setOption(
    'Uri-Path',
    request.uri.path.map((segment) => Buffer.from(segment)),
  );
  outgoing.setOption(
    'Uri-Query',
    request.uri.query.map((part) => Buffer.from(part)),
  );
  if (request.contentFormat !== undefined) {
    outgoing.setOption('Content-Format', unsigned(request.contentFormat));
  }
  const payload = request.payload ?? new Uint8Array(0);
  if (payload.length > BLOCK_BYTES) outgoing.setOption('Block1', BLOCK_OF_1024);
  outgoing.on('response', resolve);
  outgoing.on('error', reject);
  void session.ended.then((why) => reject(new CommandFault(EXIT.failure, `the session ended: ${why}`)));
  const late = `no answer within ${request.timeoutMs / 1_000} s`;
  const timer = setTimeout(
    () => reject(new CommandFault(EXIT.failure, late, 'wait longer with --timeout')),
    request.timeoutMs,
  );
  try {
    outgoing.end(Buffer.from(payload));
    return await promise;
  } catch (thrown) {
    if (thrown instanceof CommandFault) throw thrown;
    throw new CommandFault(EXIT.failure, `the exchange failed: ${sentenceOf(thrown)}`);
  } finally {
    clearTimeout(timer);
    agent.abort(outgoing);
  }
}

/** node-coap wants a UDP socket; this one has a DTLS session inside. */
function socketOver(session: DtlsSession, failed: (thrown: unknown) => void): Socket {
  const socket = Object.assign(new EventEmitter(), {
    type: 'udp4',
    address: () => ({ address: '127.0.0.1', family: 'IPv4', port: session.link.port }),
    send: (
      datagram: Buffer,
      offset: number,
      length: number,
      _port: number,
      _host: string,
      sent: (error: Error | null, bytes: number) => void,
    ) => session.send(datagram.subarray(offset, offset + length), (error) => sent(error, length)),
  });
  session.onMessage((plaintext) => {
    try {
      socket.emit('message', plaintext, { address: '127.0.0.1', family: 'IPv4', port: session.link.port });
    } catch (thrown) {
      failed(thrown);
    }
  });
  // The agent uses these four members of a socket and no others when the socket is not its own.
  return socket as unknown as Socket;
}

function contentFormatOf(response: IncomingMessage): string | number | undefined {
  const format = response.headers['Content-Format'];
  return typeof format === 'string' || typeof format === 'number' ? format : undefined;
}

/** Shortest big-endian form, empty for 0 (RFC 7252 3.2). */
function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from(bytes);
}
