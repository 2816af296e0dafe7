/**
 * Link: a wire between the DTLS library on the loopback side and the gateway on the other. The library can neither
 * tell that nobody listens nor what it was answered; the connected socket and the first bytes of a datagram can.
 */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { displayAddress } from '../../base/index.ts';
import { CommandFault, EXIT, systemCode } from '../fault.ts';

/** How far the gateway was heard. */
export type Heard = 'nothing' | 'cookie' | 'hello';

export interface Link {
  /** Where the library finds the gateway, on 127.0.0.1. */
  readonly port: number;
  readonly counts: { sent: number; received: number };
  heard(): Heard;
  /** Resolves with the system's error code when datagrams do not get there: `ECONNREFUSED` and its like. */
  readonly unreachable: Promise<string>;
  close(): Promise<void>;
}

export interface Remote {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';
const HANDSHAKE_RECORD = 22;
const SERVER_HELLO = 2;
const HELLO_VERIFY_REQUEST = 3;
/** Record header (13 bytes, RFC 6347 4.1), then the first byte of the handshake message. */
const MESSAGE_TYPE_OFFSET = 13;
/** Long enough for a goodbye to cross the loopback. */
const FAREWELL_MS = 20;

/** The address of `host`, or a fault saying that it has none. */
export async function findRemote(host: string, port: number): Promise<Remote> {
  try {
    const { address, family } = await lookup(host);
    return { address, family: family === 6 ? 6 : 4, port };
  } catch {
    throw new CommandFault(
      EXIT.unavailable,
      `there is no address for host '${host}'`,
      'check the name in the URI',
    );
  }
}

/** Opens both ends; datagrams flow from then on. */
export async function openLink(remote: Remote): Promise<Link> {
  const out = createSocket(remote.family === 6 ? 'udp6' : 'udp4');
  const inner = createSocket('udp4');
  const unreachable = Promise.withResolvers<string>();
  const counts = { sent: 0, received: 0 };
  let heard: Heard = 'nothing';
  let library: number | undefined;

  await connected(out, remote);
  out.on('error', (error) => unreachable.resolve(systemCode(error) ?? error.message));
  inner.bind(0, LOOPBACK);
  await once(inner, 'listening');

  inner.on('message', (datagram, from) => {
    library = from.port;
    counts.sent++;
    out.send(datagram, (error) => {
      if (error !== null) unreachable.resolve(systemCode(error) ?? error.message);
    });
  });
  out.on('message', (datagram) => {
    counts.received++;
    heard = furthest(heard, datagram);
    if (library !== undefined) inner.send(datagram, library, LOOPBACK);
  });
  return {
    port: inner.address().port,
    counts,
    heard: () => heard,
    unreachable: unreachable.promise,
    close: async () => {
      await new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
      inner.close();
      out.close();
    },
  };
}

/** What to say when the system cannot get datagrams to `remote`. */
export function unreachableRemote(remote: Remote, code: string): CommandFault {
  const where = displayRemote(remote);
  return code === 'ECONNREFUSED'
    ? new CommandFault(EXIT.unavailable, `nobody listens at ${where}`, 'start the gateway with: npm start')
    : new CommandFault(
        EXIT.unavailable,
        `cannot reach ${where}: ${code}`,
        'check the address and the route to it',
      );
}

/** `192.0.2.1:5684` or `[2001:db8::1]:5684`. */
export const displayRemote = (remote: Remote): string => displayAddress(remote);

async function connected(socket: Socket, remote: Remote): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('error', reject);
  socket.connect(remote.port, remote.address, resolve);
  try {
    await promise;
  } catch {
    throw new CommandFault(
      EXIT.unavailable,
      `cannot send to ${remote.address} from here`,
      'check the route to it',
    );
  }
  socket.off('error', reject);
}

function furthest(before: Heard, datagram: Uint8Array): Heard {
  if (datagram[0] !== HANDSHAKE_RECORD) return before;
  const type = datagram[MESSAGE_TYPE_OFFSET];
  if (type === SERVER_HELLO) return 'hello';
  return type === HELLO_VERIFY_REQUEST && before === 'nothing' ? 'cookie' : before;
}
