/** What an endpoint is told about how to speak; bounds are in limits.ts. */
import type { Duration, Secret } from '../base/index.ts';

export interface DtlsSettings {
  /** IANA names in the server's order of preference. */
  readonly suites: readonly string[];
  readonly extendedMasterSecret: 'wanted' | 'required';
  /** Bytes of the largest datagram we send during a handshake, UDP payload. */
  readonly mtu: number;
  /** An established connection that is silent for so long is closed. */
  readonly idleTimeout: Duration;
  /** A handshake that takes longer fails. */
  readonly handshakeTimeout: Duration;
  /** First retransmission; doubles up to a minute (RFC 6347 4.2.4.1). */
  readonly retransmit: Duration;
}

/** The client role, per connection. */
export interface ClientSettings {
  readonly psk: { readonly identity: Uint8Array; readonly key: Secret };
  /** Offered suites by IANA name; the endpoint's when absent. */
  readonly suites?: readonly string[];
}
