/** Port: datagrams of the listeners. Transmitting never fails towards the caller: what goes wrong is counted. */
import type { Instant, Path } from '../../base/index.ts';
import type { ListenerAddress } from './feed.ts';

export interface DatagramPort {
  /** The datagram is the port's from here on. */
  transmit(path: Path, datagram: Uint8Array): void;
  /** What the listeners are really bound to, in the order of the settings. */
  readonly addresses: readonly ListenerAddress[];
  readonly counts: DatagramCounts;
  close(): void;
}

/** Receives each datagram; `datagram` is borrowed until it returns. */
export type DatagramSink = (now: Instant, path: Path, datagram: Uint8Array) => void;

/** Monotonic counts of what sockets reported. */
export interface DatagramCounts {
  received: number;
  transmitted: number;
  /** Failed sends and socket errors, by errno name. */
  readonly errors: Map<string, number>;
}
