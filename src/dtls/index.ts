/**
 * dtls: DTLS 1.2 as a pure, synchronous core, server and client.
 *
 *   datagram --> endpoint.ts --> connection.ts --> handshake.ts --> v12/server, v12/client   (states as types)
 *                   |                 |                |
 *                cookie.ts        record/*         v12/reassembly, v12/flight, v12/key-schedule
 *
 * RFC 6347 (DTLS 1.2), 5246 (TLS 1.2), 4279, 5487, 5489, 6655, 7251, 7905, 8422, 8442 (suites), 7366
 * (encrypt-then-MAC), 7250 (raw public keys), 9146 (connection IDs), 5746 (renegotiation_info), 6066 4
 * (max_fragment_length), 7627 (extended master secret), 8449 (record_size_limit).
 *
 * Invariants
 * - Nothing is kept for a peer before it returned its cookie, and nothing larger than its question is sent to it.
 * - Nothing is delivered before a Finished verified (v12/verify-finished.ts makes every VerifiedPeer).
 * - Nonces of AEADs come from sequence numbers, which are taken once (takeSequence) and never reach their end.
 * - Every datagram and record is delivered, acted on, or reported as dropped with a reason of a closed list.
 *
 * Not here: sockets, clocks, credentials, CoAP, renegotiation, compression, session tickets, DTLS 1.0 and 1.3.
 */
export { connectionIdShape, ownerOf } from './cid.ts';
export {
  CLOSE_REASONS,
  type Claim,
  type CloseReason,
  type CertificateRefusal,
  type ConnectionHandle,
  type CredentialAnswer,
  type CredentialKind,
  type CredentialQuestion,
  DROP_REASONS,
  type DropReason,
  type Effect,
  type Effects,
  FAILURE_REASONS,
  type FailureReason,
  type LookupId,
  type RouteKey,
  type VerifiedPeer,
} from './effect.ts';
export { endsSession } from './ending.ts';
export { DtlsEndpoint } from './endpoint.ts';
export type { ConnectionView, EndpointOptions } from './endpoint-options.ts';
export { DTLS_LIMITS, type DtlsLimits } from './limits.ts';
export {
  type ClientSettings,
  type ConnectionIdShape,
  DTLS_SETTINGS,
  type DtlsSettings,
  type OwnIdentity,
} from './settings.ts';
export type { TlsSession } from './v12/resumption.ts';
export { SUITE_NAMES, suiteById } from './suite/registry.ts';
