/** What an endpoint is told about how to speak; bounds are in limits.ts. */
import { type Duration, hours, milliseconds, type Secret, seconds } from '../base/index.ts';
import type { SigningKey } from '../crypto/index.ts';
import type { CredentialKind } from './effect.ts';
import { SUITE_NAMES } from './suite/registry.ts';
import type { TlsSession } from './v12/resumption.ts';

export interface DtlsSettings {
  /** IANA names in the server's order of preference within one kind of credential. */
  readonly suites: readonly string[];
  /** The kinds of credential that peers may prove themselves with, preferred first. */
  readonly credentials: readonly CredentialKind[];
  /** What this side proves itself with where the peer does not share a key with it. */
  readonly identity: OwnIdentity | null;
  /**
   * Whether a server asks clients in certificate suites for theirs. With 'none' they are nobody: their claim is
   * `anonymous` and their credential empty, also where the driver is asked whether they may resume. Pre-shared keys
   * authenticate either way.
   */
  readonly clientAuthentication: 'required' | 'none';
  readonly extendedMasterSecret: 'wanted' | 'required';
  /** The connection IDs that peers address us by; null: none, records are told apart by path alone. */
  readonly connectionId: ConnectionIdShape | null;
  /** Bytes of the largest datagram we send during a handshake, UDP payload. */
  readonly mtu: number;
  /** An established connection that is silent for so long is closed. */
  readonly idleTimeout: Duration;
  /** A handshake that takes longer fails. */
  readonly handshakeTimeout: Duration;
  /** First retransmission; doubles up to a minute (RFC 6347 4.2.4.1). */
  readonly retransmit: Duration;
  /** How long a session can be resumed; zero: not at all. */
  readonly resumption: Duration;
}

/** How an endpoint speaks where it is told nothing else: pre-shared keys, no connection IDs, no resumption. */
export const DTLS_SETTINGS: DtlsSettings = {
  suites: SUITE_NAMES,
  credentials: ['psk', 'ecdhe-psk', 'rpk', 'x509'],
  identity: null,
  clientAuthentication: 'required',
  extendedMasterSecret: 'wanted',
  connectionId: null,
  mtu: 1_280,
  idleTimeout: hours(24),
  handshakeTimeout: seconds(60),
  retransmit: seconds(1),
  resumption: milliseconds(0),
};

/** A key pair, and the certificates that speak for it (leaf first; none: it is a raw public key only). */
export interface OwnIdentity {
  readonly key: SigningKey;
  readonly chain: readonly Uint8Array[];
}

/** All CIDs of one deployment have one length, because a receiver cannot tell it from the record (RFC 9146 3). */
export interface ConnectionIdShape {
  /** Says format, node and shard, so that whoever gets the datagram can route it. */
  readonly prefix: Uint8Array;
  /** Unpredictable bytes behind it. */
  readonly randomBytes: number;
}

/** The client role, per connection. */
export interface ClientSettings {
  /** What the client can prove itself with. With both, the server chooses. */
  readonly psk?: { readonly identity: Uint8Array; readonly key: Secret };
  readonly identity?: OwnIdentity;
  /** Offered suites by IANA name; the endpoint's when absent. */
  readonly suites?: readonly string[];
  readonly resume?: TlsSession;
}
