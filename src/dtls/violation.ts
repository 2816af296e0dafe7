/**
 * What a peer can do wrong in a handshake, and the alert that each earns. A new reason does not compile without
 * one.
 */
import { PeerFault } from '../base/index.ts';
import type { FailureReason } from './effect.ts';
import type { AlertName } from './message/alert.ts';

/** The failure reasons that a peer's message causes; the others come from time or from us. */
export type ViolationReason = Extract<
  FailureReason,
  | 'protocol-version'
  | 'no-common-suite'
  | 'insecure-renegotiation'
  | 'illegal-parameter'
  | 'unexpected-message'
  | 'malformed-message'
  | 'verify-failed'
  | 'wrong-key'
  | 'unknown-identity'
  | 'extended-master-secret-required'
  | 'unsupported-extension'
  | 'no-certificate'
  | 'bad-certificate'
  | 'unsupported-certificate'
  | 'certificate-expired'
  | 'certificate-revoked'
  | 'unknown-authority'
  | 'unknown-key'
>;

/**
 * RFC 5246 7.2.2. A wrong key and an unknown identity must look the same to the peer (RFC 4279 2), so both are a
 * decrypt_error, sent at the same step.
 */
export const ALERT_OF_VIOLATION = {
  'protocol-version': 'protocol_version',
  'no-common-suite': 'handshake_failure',
  'insecure-renegotiation': 'handshake_failure',
  'extended-master-secret-required': 'handshake_failure',
  'illegal-parameter': 'illegal_parameter',
  'unsupported-extension': 'unsupported_extension',
  'unexpected-message': 'unexpected_message',
  'malformed-message': 'decode_error',
  'verify-failed': 'decrypt_error',
  'wrong-key': 'decrypt_error',
  'unknown-identity': 'decrypt_error',
  'no-certificate': 'handshake_failure',
  'bad-certificate': 'bad_certificate',
  'unsupported-certificate': 'unsupported_certificate',
  'certificate-expired': 'certificate_expired',
  'certificate-revoked': 'certificate_revoked',
  'unknown-authority': 'unknown_ca',
  'unknown-key': 'certificate_unknown',
} as const satisfies Record<ViolationReason, AlertName>;

/** Raises the violation; caught in connection.ts only. */
export function violation(reason: ViolationReason): never {
  throw new PeerFault(reason);
}

/** For readers: running past the end of a message. */
export const malformed = (): never => violation('malformed-message');
