/**
 * A DTLS endpoint of ours behind a UDP socket of this process: time, sockets and questions for credentials are answered
 * here, everything else is the core's. `POSTERN_INTEROP_TRACE=1` prints its effects.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Instant, instant, path } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../src/crypto/index.ts';
import {
  type ConnectionHandle,
  type CredentialAnswer,
  type CredentialQuestion,
  DtlsEndpoint,
  type DtlsSettings,
  type Effect,
  type Effects,
} from '../../../src/dtls/index.ts';

export type Driving = {
  readonly settings: Partial<DtlsSettings>;
  /** False: a client only. */
  readonly server?: boolean;
  credential(ask: CredentialQuestion): CredentialAnswer;
  /** Called with every effect, after what it asks for is done. */
  watch?(effect: Effect): void;
  /** What goes back for a delivered plaintext; nothing when undefined. */
  answer?(plaintext: Buffer): Buffer | undefined;
};

export type Driven = {
  readonly endpoint: DtlsEndpoint;
  /** On 127.0.0.1; another one after `move`. */
  port(): number;
  /** Calls the endpoint and does what it asks for. */
  drive(call: (endpoint: DtlsEndpoint, now: Instant) => Effects): void;
  send(connection: ConnectionHandle, plaintext: Uint8Array): void;
  /** Goes on from a new socket, as behind a NAT that forgot; the old one is closed. */
  move(): Promise<void>;
  stop(): Promise<void>;
};

/** Binds a free port of 127.0.0.1. */
export async function driveEndpoint(driving: Driving): Promise<Driven> {
  const { settings, server = true } = driving;
  const endpoint = new DtlsEndpoint({ settings, crypto: nodeProvider, entropy: nodeEntropy(), server });
  let timer: NodeJS.Timeout | undefined;
  let socket = await bound();
  let sent = Promise.resolve();

  const carryOut = (effects: Effects): void => {
    for (const effect of effects) {
      if (process.env['POSTERN_INTEROP_TRACE'] === '1') console.error(now().toFixed(1), effect);
      if (effect.kind === 'transmit') {
        const { port, address } = effect.path.remote;
        const { promise, resolve } = Promise.withResolvers<void>();
        socket.send(effect.datagram, port, address, () => resolve());
        sent = promise;
      } else if (effect.kind === 'lookup') {
        carryOut(endpoint.resolve(now(), effect.id, driving.credential(effect.ask)));
      } else if (effect.kind === 'deliver') {
        const answer = driving.answer?.(Buffer.from(effect.plaintext));
        if (answer !== undefined) carryOut(endpoint.send(now(), effect.connection, answer));
      }
      driving.watch?.(effect);
    }
    clearTimeout(timer);
    const due = endpoint.nextDeadline();
    if (due !== undefined)
      timer = setTimeout(() => carryOut(endpoint.timeout(now())), Math.max(1, due - now()));
  };
  const listen = (): void =>
    void socket.on('message', (datagram, { address, port }) =>
      carryOut(endpoint.receive(now(), path(0, address, port), datagram)),
    );
  listen();

  return {
    endpoint,
    port: () => socket.address().port,
    drive: (call) => carryOut(call(endpoint, now())),
    send: (connection, plaintext) => carryOut(endpoint.send(now(), connection, plaintext)),
    move: async () => {
      const former = socket;
      socket = await bound();
      listen();
      former.close();
    },
    stop: async () => {
      clearTimeout(timer);
      await sent; // a goodbye is worth waiting for
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

async function bound(): Promise<ReturnType<typeof createSocket>> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

function now(): Instant {
  return instant(performance.now());
}
