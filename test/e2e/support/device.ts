/** A device that stays connected: the client role of our endpoint behind a socket, and CoAP written by hand. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fromHex, type Instant, instant, milliseconds, path, Secret, utf8 } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../src/crypto/index.ts';
import { DtlsEndpoint, type Effects } from '../../../src/dtls/index.ts';
import { type Answer, findAnswer, get } from '../../interop/support/coap-bytes.ts';
import type { DeviceAccess } from './gateway.ts';

export interface Device {
  /** Confirmable GET; rejects after two seconds of silence. */
  get(resource: string): Promise<Answer>;
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<string>;
  close(): void;
}

/** Connects to the gateway on 127.0.0.1; rejects with the reason when the handshake fails, within four seconds. */
export async function connect(port: number, { identity, keyHex }: DeviceAccess): Promise<Device> {
  const socket = createSocket('udp4');
  const endpoint = new DtlsEndpoint({
    settings: { handshakeTimeout: milliseconds(4_000), retransmit: milliseconds(500) },
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });
  const established = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<string>();
  let heard = Promise.withResolvers<Answer>();
  let timer: NodeJS.Timeout | undefined;
  let messageId = 1;

  const carryOut = (effects: Effects): void => {
    for (const effect of effects) {
      if (effect.kind === 'transmit') socket.send(effect.datagram, port, '127.0.0.1', () => undefined);
      else if (effect.kind === 'established') established.resolve();
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
  socket.on('message', (datagram) => carryOut(endpoint.receive(now(), server, datagram)));
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.unref(); // a test that fails ends all the same
  const key = new Secret(fromHex(keyHex) ?? new Uint8Array(0));
  const { connection, effects } = endpoint.connect(now(), server, { psk: { identity: utf8(identity), key } });
  const close = (): void => {
    carryOut(endpoint.close(now(), connection, 'requested'));
    clearTimeout(timer);
    socket.close();
  };
  carryOut(effects);
  try {
    await established.promise;
  } catch (error) {
    socket.close();
    throw error;
  }
  return {
    closed: closed.promise,
    close,
    get: (resource) => {
      heard = Promise.withResolvers();
      const silence = setTimeout(() => heard.reject(new Error(`no answer to GET ${resource}`)), 2_000);
      carryOut(endpoint.send(now(), connection, get({ path: resource, messageId: messageId++ })));
      return heard.promise.finally(() => clearTimeout(silence));
    },
  };
}

function now(): Instant {
  return instant(performance.now());
}
