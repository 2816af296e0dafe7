/** A device that stays connected: the client role of our endpoint behind a socket, and CoAP written by hand. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fromHex, type Instant, instant, milliseconds, path, Secret, utf8 } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../src/crypto/index.ts';
import {
  type ClientSettings,
  DtlsEndpoint,
  type Effects,
  type OwnIdentity,
  type TlsSession,
  type VerifiedPeer,
} from '../../../src/dtls/index.ts';
import { type Answer, ask, type Content, findAnswer } from '../../interop/support/coap-bytes.ts';
import type { DeviceAccess } from './gateway.ts';

export interface Device {
  /** Confirmable GET; rejects after `patienceMs` (two seconds) of silence. */
  get(resource: string, patienceMs?: number): Promise<Answer>;
  /** The same with any method and a body. */
  request(resource: string, content: Content, patienceMs?: number): Promise<Answer>;
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<string>;
  /** Who answered, and what may be resumed from. */
  readonly peer: VerifiedPeer;
  readonly session: TlsSession | null;
  /** Goes on from another port, as behind a NAT that forgot. */
  move(): Promise<void>;
  close(): void;
}

/** What a device shows besides a pre-shared key, and what it takes up again. */
export interface Shown {
  readonly identity?: OwnIdentity;
  readonly resume?: TlsSession;
}

/** Connects to the gateway on 127.0.0.1; rejects with the reason when the handshake fails, within four seconds. */
export async function connect(
  port: number,
  access: Pick<DeviceAccess, 'identity' | 'keyHex'> | Shown,
): Promise<Device> {
  let socket: Socket | undefined;
  const endpoint = new DtlsEndpoint({
    settings: {
      handshakeTimeout: milliseconds(4_000),
      retransmit: milliseconds(500),
      connectionId: { prefix: new Uint8Array(0), randomBytes: 4 },
    },
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });
  const established = Promise.withResolvers<{ peer: VerifiedPeer; session: TlsSession | null }>();
  const closed = Promise.withResolvers<string>();
  let heard = Promise.withResolvers<Answer>();
  let timer: NodeJS.Timeout | undefined;
  let messageId = 1;

  const carryOut = (effects: Effects): void => {
    for (const effect of effects) {
      if (effect.kind === 'transmit') socket?.send(effect.datagram, port, '127.0.0.1', () => undefined);
      else if (effect.kind === 'established') established.resolve(effect);
      else if (effect.kind === 'lookup')
        carryOut(endpoint.resolve(now(), effect.id, { kind: 'accepted', credential: 'gateway' }));
      else if (effect.kind === 'failed') established.reject(new Error(effect.reason));
      else if (effect.kind === 'closed') closed.resolve(effect.reason);
      else if (effect.kind === 'deliver') {
        const answer = findAnswer(Buffer.from(effect.plaintext));
        if (answer !== undefined) heard.resolve(answer);
      }
    }
    clearTimeout(timer);
    const due = endpoint.nextDeadline();
    if (due === undefined) return;
    timer = setTimeout(() => carryOut(endpoint.timeout(now())), Math.max(1, due - now()));
    timer.unref();
  };
  const server = path(0, '127.0.0.1', port);
  const open = async (): Promise<void> => {
    const opened = createSocket('udp4');
    opened.on('message', (datagram) => carryOut(endpoint.receive(now(), server, datagram)));
    opened.on('error', () => undefined);
    opened.bind(0, '127.0.0.1');
    await once(opened, 'listening');
    opened.unref(); // a test that fails ends all the same
    socket = opened;
  };
  await open();
  const { connection, effects } = endpoint.connect(now(), server, clientSettings(access));
  const close = (): void => {
    carryOut(endpoint.close(now(), connection, 'requested'));
    clearTimeout(timer);
    socket?.close();
  };
  carryOut(effects);
  let begun: Awaited<typeof established.promise>;
  try {
    begun = await established.promise;
  } catch (error) {
    socket?.close();
    throw error;
  }
  const request: Device['request'] = (resource, content, patienceMs = 2_000) => {
    heard = Promise.withResolvers();
    const silent = new Error(`no answer to ${content.method} ${resource}`);
    const silence = setTimeout(() => heard.reject(silent), patienceMs);
    const bytes = ask({ path: resource, messageId: messageId++ }, content);
    carryOut(endpoint.send(now(), connection, bytes));
    return heard.promise.finally(() => clearTimeout(silence));
  };
  return {
    closed: closed.promise,
    peer: begun.peer,
    session: begun.session,
    move: async () => {
      socket?.close();
      await open();
    },
    close,
    get: (resource, patienceMs) => request(resource, { method: 'GET' }, patienceMs),
    request,
  };
}

function clientSettings(access: Pick<DeviceAccess, 'identity' | 'keyHex'> | Shown): ClientSettings {
  if (!('keyHex' in access)) return access;
  const key = new Secret(fromHex(access.keyHex) ?? new Uint8Array(0));
  return { psk: { identity: utf8(access.identity), key } };
}

function now(): Instant {
  return instant(performance.now());
}
