/** What an endpoint is made of, and what may be seen of its connections. */
import type { Instant, Path } from '../base/index.ts';
import type { CryptoProvider, Entropy } from '../crypto/index.ts';
import type { Connection } from './connection-state.ts';
import type { DtlsLimits } from './limits.ts';
import type { DtlsSettings } from './settings.ts';

export interface EndpointOptions {
  /** What differs from {@link DTLS_SETTINGS}. */
  readonly settings: Partial<DtlsSettings>;
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  readonly limits?: Partial<DtlsLimits>;
  /** False: a client only, hellos are refused. */
  readonly server?: boolean;
}

/** What may be shown of an established connection. */
export interface ConnectionView {
  readonly path: Path;
  readonly since: Instant;
  readonly lastSeen: Instant;
  readonly suite: string;
  /** The connection ID by which the peer addresses us; empty: none. */
  readonly cid: Uint8Array;
  /** Bytes of plaintext that the peer takes in one record. */
  readonly sendLimit: number;
}

/** Of a connection whose peer is known; of any other there is nothing to show. */
export function viewOf(connection: Connection | undefined): ConnectionView | undefined {
  const { verified = null } = connection ?? {};
  if (connection === undefined || verified === null) return undefined;
  const { path, since, lastSeen, sendLimit, ownCid } = connection;
  return { path, since, lastSeen, sendLimit, suite: verified.suite, cid: ownCid };
}

/** How much of everything there is. */
export interface Occupancy {
  readonly handshakes: number;
  readonly connections: number;
  readonly deadlines: number;
  readonly sessions: number;
  readonly cids: number;
}
