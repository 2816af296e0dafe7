/** The client role of our endpoint behind a socket: one connection, one request at a time. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Instant, instant, path, Secret, seconds } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../src/crypto/index.ts';
import { DtlsEndpoint, type Effects, SUITE_NAMES } from '../../../src/dtls/index.ts';
import type { Device } from './scene.ts';

export type OwnClient = {
  /** IANA name of the agreed suite, or why there is no connection. */
  readonly outcome: { readonly suite: string } | { readonly failed: string };
  /** Sends application data and waits for the next that comes back. */
  ask(plaintext: Buffer): Promise<Buffer>;
  close(): void;
};

/** Handshakes with a server on 127.0.0.1; gives up after four seconds. */
export async function connect(port: number, device: Device, suites = SUITE_NAMES): Promise<OwnClient> {
  const socket = createSocket('udp4');
  const settings = { ...SETTINGS, suites };
  const endpoint = new DtlsEndpoint({
    settings,
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });
  const settled = Promise.withResolvers<OwnClient['outcome']>();
  let heard = Promise.withResolvers<Buffer>();
  let timer: NodeJS.Timeout | undefined;

  const carryOut = (effects: Effects): void => {
    for (const effect of effects) {
      if (effect.kind === 'transmit') socket.send(effect.datagram, port, '127.0.0.1', () => {});
      else if (effect.kind === 'established') settled.resolve({ suite: effect.peer.suite });
      else if (effect.kind === 'failed') settled.resolve({ failed: effect.reason });
      else if (effect.kind === 'deliver') heard.resolve(Buffer.from(effect.plaintext));
    }
    clearTimeout(timer);
    const due = endpoint.nextDeadline();
    if (due !== undefined)
      timer = setTimeout(() => carryOut(endpoint.timeout(now())), Math.max(1, due - now()));
  };
  const server = path(0, '127.0.0.1', port);
  socket.on('message', (datagram) => carryOut(endpoint.receive(now(), server, datagram)));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { connection, effects } = endpoint.connect(now(), server, {
    psk: { identity: device.identity, key: new Secret(device.key) },
  });
  carryOut(effects);

  return {
    outcome: await settled.promise,
    ask: (plaintext) => {
      heard = Promise.withResolvers();
      carryOut(endpoint.send(now(), connection, plaintext));
      return heard.promise;
    },
    close: () => {
      carryOut(endpoint.close(now(), connection, 'requested'));
      clearTimeout(timer);
      socket.close();
    },
  };
}

function now(): Instant {
  return instant(performance.now());
}

const SETTINGS = {
  extendedMasterSecret: 'wanted',
  mtu: 1_232,
  idleTimeout: seconds(60),
  handshakeTimeout: seconds(4),
  retransmit: seconds(1),
} as const;
