/**
 * The listeners of a shard: UDP sockets that are opened once and then stay open whatever the network reports. Every
 * datagram is stamped and handed over as it comes; what waits, waits in the kernel's receive buffer, which is bounded.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { displayAddress, OperationalError, type Path } from '../../base/index.ts';
import type {
  Clock,
  DatagramCounts,
  DatagramPort,
  DatagramSink,
  ListenerAddress,
  ListenerSettings,
} from '../../daemon/ports/index.ts';
import { countError, errorName } from './errors.ts';
import { lookupIn, wireAddress } from './literal-lookup.ts';
import { PathMemory } from './path-memory.ts';

export interface ListenersOptions {
  readonly listeners: readonly ListenerSettings[];
  /** Several shards share each address and port; the kernel keeps one peer with one of them. */
  readonly shared: boolean;
  /** Datagrams that may wait in a socket: the receive buffer is sized for them, as far as the system lets us. */
  readonly queueMax: number;
  readonly clock: Clock;
  readonly sink: DatagramSink;
  /** A listener that this machine cannot have, for want of its address family, while others work. */
  readonly skipped: (address: string, error: string) => void;
}

/**
 * Opens all listeners. Throws an OperationalError `PN_PORT_IN_USE`, `PN_PORT_FORBIDDEN` or `PN_LISTEN_FAILED` that
 * names address and port; then none is open.
 */
export async function openListeners(options: ListenersOptions): Promise<DatagramPort> {
  const counts: DatagramCounts = { received: 0, transmitted: 0, errors: new Map() };
  const bound: Bound[] = [];
  const absent: { readonly address: string; readonly error: string }[] = [];
  for (const listener of options.listeners) {
    try {
      bound.push(await open(listener, bound.length, options, counts));
    } catch (cause) {
      if (!ABSENT_FAMILY.has(errorName(cause)) || !isIPv6(listener.address)) {
        for (const { socket } of bound) socket.close();
        throw listenError(listener, cause);
      }
      absent.push({ address: displayAddress(listener), error: errorName(cause) });
    }
  }
  const [first] = options.listeners;
  if (bound.length === 0 && first !== undefined) throw listenError(first, { code: absent[0]?.error });
  for (const { address, error } of absent) options.skipped(address, error);
  return new Listeners(bound, counts);
}

interface Bound {
  readonly socket: Socket;
  readonly address: ListenerAddress;
  readonly six: boolean;
}

class Listeners implements DatagramPort {
  readonly addresses: readonly ListenerAddress[];
  readonly counts: DatagramCounts;
  readonly #bound: readonly Bound[];
  readonly #sent: (error: Error | null) => void;

  constructor(bound: readonly Bound[], counts: DatagramCounts) {
    this.#bound = bound;
    this.addresses = bound.map(({ address }) => address);
    this.counts = counts;
    this.#sent = (error) => {
      if (error !== null) countError(counts.errors, error);
    };
  }

  transmit(path: Path, datagram: Uint8Array): void {
    const listener = this.#bound[path.local];
    if (listener === undefined) return;
    this.counts.transmitted++;
    const { address, port } = path.remote;
    try {
      listener.socket.send(datagram, port, wireAddress(address, listener.six), this.#sent);
    } catch (error) {
      countError(this.counts.errors, error);
    }
  }

  close(): void {
    for (const { socket } of this.#bound) socket.close();
  }
}

function open(
  listener: ListenerSettings,
  local: number,
  options: ListenersOptions,
  counts: DatagramCounts,
): Promise<Bound> {
  const six = isIPv6(listener.address);
  const { clock, sink } = options;
  const paths = new PathMemory();
  const socket = createSocket({
    type: six ? 'udp6' : 'udp4',
    reusePort: options.shared,
    ipv6Only: six && options.listeners.some((other) => !isIPv6(other.address)),
    lookup: lookupIn(six ? 6 : 4),
  });
  const receive = (datagram: Uint8Array, from: RemoteInfo): void => {
    counts.received++;
    sink(clock.now(), paths.of(local, from.address, from.port), datagram);
  };
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: listener.address, port: listener.port, exclusive: true }, () => {
      socket.off('error', reject);
      socket.on('error', (error) => countError(counts.errors, error));
      enlargeBuffers(socket, options.queueMax, counts);
      socket.on('message', receive);
      const { address, port } = socket.address();
      resolve({ socket, six, address: { address, port } });
    });
  });
}

/** The system may refuse, or grant less: then more datagrams are lost when many come at once. */
function enlargeBuffers(socket: Socket, datagrams: number, counts: DatagramCounts): void {
  const bytes = Math.min(BUFFER_BYTES_MAX, datagrams * DATAGRAM_BYTES);
  try {
    socket.setRecvBufferSize(bytes);
    socket.setSendBufferSize(bytes);
  } catch (error) {
    countError(counts.errors, error);
  }
}

function listenError(listener: ListenerSettings, cause: unknown): OperationalError {
  const where = displayAddress(listener);
  switch (errorName(cause)) {
    case 'EADDRINUSE':
      return new OperationalError('PN_PORT_IN_USE', `UDP ${where} is already in use`, { cause });
    case 'EACCES':
      return new OperationalError('PN_PORT_FORBIDDEN', `no permission to listen on UDP ${where}`, { cause });
    default:
      return new OperationalError('PN_LISTEN_FAILED', `cannot listen on UDP ${where}: ${errorName(cause)}`, {
        cause,
      });
  }
}

const ABSENT_FAMILY: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/** What the kernel counts for a small datagram: its own bookkeeping included. */
const DATAGRAM_BYTES = 1_024;
const BUFFER_BYTES_MAX = 64 * 1_024 * 1_024;
