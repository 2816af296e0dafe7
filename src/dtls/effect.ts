/** What the DTLS core asks of its driver, and the values it speaks in. */
import type { Brand, Path, Secret } from '../base/index.ts';
import type { TlsSession } from './v12/resumption.ts';

/** One connection of this endpoint; never reused while the endpoint lives. */
export type ConnectionHandle = Brand<number, 'ConnectionHandle'>;

/** One question to the driver; the answer comes back through `resolve`. */
export type LookupId = Brand<number, 'LookupId'>;

/** Where records of a connection arrive: what the router needs to know. */
export type RouteKey =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'cid'; readonly cid: Uint8Array };

export type Effect =
  /** The datagram is the driver's from here on. */
  | { readonly kind: 'transmit'; readonly path: Path; readonly datagram: Uint8Array }
  | { readonly kind: 'lookup'; readonly id: LookupId; readonly ask: CredentialQuestion }
  | {
      readonly kind: 'established';
      readonly connection: ConnectionHandle;
      readonly path: Path;
      readonly peer: VerifiedPeer;
      /** What a client may resume from later; a server keeps its own. */
      readonly session: TlsSession | null;
    }
  /** The plaintext is the driver's from here on. */
  | { readonly kind: 'deliver'; readonly connection: ConnectionHandle; readonly plaintext: Uint8Array }
  /** The peer goes on from another address (RFC 9146 6). */
  | { readonly kind: 'rebound'; readonly connection: ConnectionHandle; readonly path: Path }
  | { readonly kind: 'own' | 'disown'; readonly route: RouteKey }
  /** An established connection ended. */
  | { readonly kind: 'closed'; readonly connection: ConnectionHandle; readonly reason: CloseReason }
  /** A handshake ended without a connection; `claim` is who the peer said it was, unproven. */
  | {
      readonly kind: 'failed';
      readonly path: Path;
      readonly connection: ConnectionHandle;
      readonly reason: FailureReason;
      readonly claim: Claim | null;
    }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly path: Path };

export type Effects = Effect[];

/** What a peer proves itself with; `ecdhe-psk` is a pre-shared key with ephemeral keys beside it. */
export type CredentialKind = 'psk' | 'ecdhe-psk' | 'rpk' | 'x509';

/** Asked only when possession is proved, but for a PSK, whose proof needs the key itself. */
export type CredentialQuestion =
  | { readonly kind: 'psk'; readonly identity: Uint8Array }
  /** `fingerprint` is the SHA-256 of the canonical SubjectPublicKeyInfo. */
  | { readonly kind: 'rpk'; readonly fingerprint: Uint8Array; readonly spki: Uint8Array }
  /** A chain, leaf first, not yet judged. */
  | { readonly kind: 'x509'; readonly chain: readonly Uint8Array[] }
  /** Whether the credential that a session was established with is still good, and what it was shown by. */
  | { readonly kind: 'resume'; readonly credential: string; readonly claim: Claim };

/** `credential` names the record that the answer came from; it travels into {@link VerifiedPeer} unchanged. */
export type CredentialAnswer =
  | { readonly kind: 'psk'; readonly key: Secret; readonly credential: string }
  | { readonly kind: 'accepted'; readonly credential: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly reason: CertificateRefusal };

/** Why a certificate is not accepted. */
export type CertificateRefusal =
  | 'bad-certificate'
  | 'certificate-expired'
  | 'certificate-revoked'
  | 'unknown-authority'
  | 'unsupported-certificate';

/** The id of the n-th question of a connection: says who asked, so that nobody has to remember it. */
export function lookupId(connection: ConnectionHandle, n: number): LookupId {
  return (connection * LOOKUPS_PER_CONNECTION + n) as LookupId;
}

/** Whose question it was. */
export function askedBy(id: LookupId): ConnectionHandle {
  return Math.floor(id / LOOKUPS_PER_CONNECTION) as ConnectionHandle;
}

declare const proof: unique symbol;

/** Who is at the other end, proved by a Finished that verified. Made in one place only: verify-finished. */
export interface VerifiedPeer {
  readonly [proof]: true;
  readonly claim: Claim;
  readonly credential: string;
  /** IANA name of the cipher suite. */
  readonly suite: string;
  readonly extendedMasterSecret: boolean;
  readonly resumed: boolean;
}

/** Who a peer says it is. Unproven by itself. */
export type Claim =
  | { readonly kind: 'psk'; readonly identity: Uint8Array }
  | { readonly kind: 'rpk'; readonly fingerprint: Uint8Array; readonly spki: Uint8Array }
  | { readonly kind: 'x509'; readonly fingerprint: Uint8Array; readonly chain: readonly Uint8Array[] }
  /** Was not asked, and is nobody (threat K09). */
  | { readonly kind: 'anonymous' };

/** Why an established connection ended. */
export type CloseReason = (typeof CLOSE_REASONS)[number];
/** Why a handshake failed, for the operator; the peer sees an alert by the table in violation.ts. */
export type FailureReason = (typeof FAILURE_REASONS)[number];
/** Why a datagram, or a record in it, was ignored: a counter each. */
export type DropReason = (typeof DROP_REASONS)[number];

export const CLOSE_REASONS = [
  'close-notify', // the peer said goodbye
  'peer-alert', // the peer sent an authenticated fatal alert
  'replaced', // the same path completed a new handshake
  'idle', // nothing heard within the idle limit
  'evicted', // the endpoint was full and this one had been silent longest
  'requested', // our side: operator, drain
  'revoked', // our side: the credential or what stood on it ended
  'certificate-revoked', // the same, of a peer that showed a certificate
  'certificate-expired', // our side: the certificate that the peer showed has run out
  'refused', // our side: a newcomer that is not let in
  'violation', // the peer broke the protocol inside an established connection
  'exhausted', // sequence numbers or forgery bound used up
  'internal', // our fault: an assertion failed
] as const;

export const FAILURE_REASONS = [
  'timeout', // the flight was retransmitted to the limit without an answer
  'unknown-identity', // no credential with that PSK identity
  'wrong-key', // Finished did not decrypt or verify: the key differs
  'peer-alert', // the peer gave up with a fatal alert
  'superseded', // the peer began another handshake on the same path
  'evicted', // too many handshakes pending
  'requested', // our side closed it
  'protocol-version',
  'no-common-suite',
  'insecure-renegotiation',
  'illegal-parameter',
  'unexpected-message',
  'malformed-message',
  'verify-failed',
  'extended-master-secret-required',
  'unsupported-extension',
  'no-certificate', // asked for a certificate or key, the peer has none
  'bad-certificate',
  'unsupported-certificate',
  'certificate-expired',
  'certificate-revoked',
  'unknown-authority',
  'unknown-key', // a raw public key that belongs to nobody
  'credential-ended', // a session whose credential is gone
  'lookup-timeout',
  'internal',
] as const;

export const DROP_REASONS = [
  'empty-datagram',
  'malformed-record', // header shorter than it must be, or a length beyond the datagram
  'unknown-content-type',
  'wrong-version',
  'oversized-record',
  'wrong-epoch',
  'unknown-connection', // no connection on this path and not a ClientHello
  'malformed-hello', // first ClientHello does not parse: nothing is answered
  'hello-sequence', // its record number is so high that ours, which continue it, could run out
  'hello-refused', // endpoint is draining or admits no more handshakes
  'hello-fragmented', // a later fragment of a hello without a cookie proven
  'replayed',
  'bad-record-mac',
  'unauthenticated-alert',
  'plaintext-application-data', // application data in epoch 0
  'early-application-data', // application data before Finished verified
  'early-record-overflow', // more records of the next epoch than are kept
  'duplicate-message', // a handshake message already processed
  'future-message', // a handshake message too far ahead
  'reassembly-overflow',
  'contradicting-fragment',
  'malformed-fragment',
  'unexpected-message', // out of place, ignored where RFC 6347 says so
  'stale-ccs', // ChangeCipherSpec out of place
  'empty-record',
  'record-size-limit',
  'unknown-cid', // no connection has this connection ID
  'missing-cid', // a protected record without the connection ID that was agreed on
] as const;

/** More than any handshake asks. */
const LOOKUPS_PER_CONNECTION = 16;
