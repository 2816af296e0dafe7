/** What an endpoint is made of, and what may be seen of its connections. */
import type { Instant, Path } from '../base/index.ts';
import type { CryptoProvider, Entropy } from '../crypto/index.ts';
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

/** How much of everything there is. */
export interface Occupancy {
  readonly handshakes: number;
  readonly connections: number;
  readonly deadlines: number;
  readonly sessions: number;
  readonly cids: number;
}
