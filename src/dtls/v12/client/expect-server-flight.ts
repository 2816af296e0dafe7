/** The server's flight, message by message, until ServerHelloDone. What is signed is verified as it comes. */
import { concat, unreachable } from '../../../base/index.ts';
import { decodeCertificate } from '../../message/certificate.ts';
import { decodeCertificateRequest } from '../../message/certificate-request.ts';
import { bodyOf } from '../../message/handshake.ts';
import { decodeEcdheEcdsaServer, decodeEcdhePskServer, decodePskLabel } from '../../message/key-exchange.ts';
import { fitsKey, signatureById } from '../../suite/signatures.ts';
import { violation } from '../../violation.ts';
import { certifiedKey } from '../certified-key.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import { clientFlight } from './client-flight.ts';
import type { ClientState, ExpectServerFlight, KeyExchangeHeard } from './states.ts';

export function onCertificate(
  context: StepContext,
  state: ExpectServerFlight,
  { message }: MessageInput,
): Outcome<ClientState> {
  const { suite, serverType } = state.accepted;
  if (suite.keyExchange !== 'ecdhe_ecdsa' || state.certified !== null || state.keyExchange !== null) {
    violation('unexpected-message');
  }
  const content = decodeCertificate(bodyOf(message.raw), serverType, context.limits.chainMax);
  if (content.length === 0) violation('no-certificate');
  const certified = certifiedKey(context.crypto, serverType, content);
  // RFC 8422 5.3: ECDHE_ECDSA is signed with ECDSA or EdDSA. Of clients, RSA is taken too: it is in CertificateVerify.
  if (certified.key.kind === 'rsa') violation('unsupported-certificate');
  return { next: { ...state, certified, transcript: [...state.transcript, message.raw] } };
}

export function onServerKeyExchange(
  context: StepContext,
  state: ExpectServerFlight,
  { message }: MessageInput,
): Outcome<ClientState> {
  if (state.keyExchange !== null || state.request !== null) violation('unexpected-message');
  const keyExchange = readKeyExchange(context, state, bodyOf(message.raw));
  return { next: { ...state, keyExchange, transcript: [...state.transcript, message.raw] } };
}

export function onCertificateRequest(
  state: ExpectServerFlight,
  { message }: MessageInput,
): Outcome<ClientState> {
  const { suite } = state.accepted;
  if (suite.keyExchange !== 'ecdhe_ecdsa' || state.keyExchange === null || state.request !== null) {
    violation('unexpected-message');
  }
  const request = decodeCertificateRequest(bodyOf(message.raw));
  return { next: { ...state, request, transcript: [...state.transcript, message.raw] } };
}

/** The server's key, if it showed one, is a question for the driver; a PSK proves the server by itself. */
export function onServerHelloDone(
  context: StepContext,
  state: ExpectServerFlight,
  { message }: MessageInput,
): Outcome<ClientState> {
  if (bodyOf(message.raw).length > 0) violation('malformed-message');
  if (state.accepted.suite.keyExchange !== 'psk' && state.keyExchange?.kind !== 'ecdh')
    violation('unexpected-message');
  const heard = { ...state, transcript: [...state.transcript, message.raw] };
  const { certified } = state;
  if (certified === null) return clientFlight(context, heard, '');
  return { next: { ...heard, kind: 'await-credential' }, lookup: certified.claim };
}

function readKeyExchange(
  context: StepContext,
  state: ExpectServerFlight,
  body: Uint8Array,
): KeyExchangeHeard {
  const { keyExchange } = state.accepted.suite;
  switch (keyExchange) {
    case 'psk':
      // The hint is read and not followed: this client has one identity (RFC 4279 5.2).
      decodePskLabel(body);
      return { kind: 'hint' };
    case 'ecdhe_psk':
      return { kind: 'ecdh', ...decodeEcdhePskServer(body) };
    case 'ecdhe_ecdsa':
      return signedExchange(context, state, body);
    default:
      return unreachable(keyExchange);
  }
}

function signedExchange(context: StepContext, state: ExpectServerFlight, body: Uint8Array): KeyExchangeHeard {
  const { certified, randoms } = state;
  if (certified === null) return violation('unexpected-message');
  const { group, point, params, signed } = decodeEcdheEcdsaServer(body);
  const scheme = signatureById(signed.algorithm);
  if (scheme === undefined || !fitsKey(scheme, certified.key.kind)) return violation('illegal-parameter');
  const covered = concat(randoms.client, randoms.server, params);
  if (!context.crypto.verify(scheme.name, certified.key, covered, signed.signature))
    violation('verify-failed');
  return { kind: 'ecdh', group, point };
}
