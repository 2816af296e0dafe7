/**
 * (offer, settings) -> agreement or violation: what a ClientHello and this server have in common. Pure table work.
 */
import { AEADS } from '../../crypto/index.ts';
import type { CredentialKind } from '../effect.ts';
import type { ClientHello } from '../message/client-hello.ts';
import type { Extensions } from '../message/extension/registry.ts';
import { DTLS_1_2 } from '../record/header.ts';
import type { DtlsSettings } from '../settings.ts';
import { CERTIFICATE_TYPE } from '../suite/certificate-types.ts';
import { type CipherSuite, EMPTY_RENEGOTIATION_INFO_SCSV, suiteByName } from '../suite/registry.ts';
import { violation } from '../violation.ts';
import { checkPointFormats, type Exchange, exchangeFor } from './exchange.ts';

/** What both sides agreed on. */
export interface Agreement {
  readonly suite: CipherSuite;
  readonly exchange: Exchange;
  readonly extendedMasterSecret: boolean;
  /** The largest plaintext that the peer takes in one record. */
  readonly sendLimit: number;
  /** The CID that the peer wants its records to carry; null: connection IDs are not used. */
  readonly peerCid: Uint8Array | null;
}

export interface Choice {
  readonly agreement: Agreement;
  /** Of the ServerHello, but for our own connection ID. */
  readonly extensions: Extensions;
}

/** What is settled before the suite: version, compression, renegotiation, limits. */
export interface Terms {
  readonly secureRenegotiation: boolean;
  readonly sendLimit: number;
  readonly limit: Extensions;
  readonly extendedMasterSecret: boolean;
  readonly peerCid: Uint8Array | null;
}

/** The part of a hello that a full and an abbreviated handshake judge alike. */
export function negotiateTerms(hello: ClientHello, settings: DtlsSettings): Terms {
  checkVersion(hello);
  if (!hello.compression.includes(0)) violation('illegal-parameter');
  const { extensions: offered } = hello;
  const secureRenegotiation = checkRenegotiation(hello);
  const { sendLimit, answer } = negotiateLimit(offered);
  const extendedMasterSecret = offered.extendedMasterSecret === true;
  if (!extendedMasterSecret && settings.extendedMasterSecret === 'required')
    violation('extended-master-secret-required');
  const peerCid = settings.connectionId === null ? null : (offered.connectionId ?? null);
  return { secureRenegotiation, sendLimit, limit: answer, extendedMasterSecret, peerCid };
}

interface Chosen {
  readonly suite: CipherSuite;
  readonly exchange: Exchange;
}

/** The server's choice for a full handshake. `avoid`: the kind that failed last time for this client. */
export function negotiate(
  hello: ClientHello,
  terms: Terms,
  settings: DtlsSettings,
  avoid: CredentialKind | null,
): Choice {
  checkPointFormats(hello);
  const { suite, exchange } = chooseSuite(hello, settings, avoid);
  const { extendedMasterSecret, sendLimit, peerCid } = terms;
  return {
    agreement: { suite, exchange, extendedMasterSecret, sendLimit, peerCid },
    extensions: {
      ...termsExtensions(terms, suite),
      ...exchangeExtensions(hello, exchange, settings),
    },
  };
}

/** The extensions that answer what terms and suite settled, in full and abbreviated handshakes alike. */
export function termsExtensions(terms: Terms, suite: CipherSuite): Extensions {
  return {
    ...terms.limit,
    ...(terms.extendedMasterSecret ? { extendedMasterSecret: true as const } : {}),
    ...(terms.secureRenegotiation ? { renegotiationInfo: new Uint8Array(0) } : {}),
    ...(needsEncryptThenMac(suite) ? { encryptThenMac: true as const } : {}),
  };
}

/** DTLS versions count downwards: 1.0 is 0xfeff, 1.2 is 0xfefd, 1.3 announces itself in supported_versions only. */
function checkVersion(hello: ClientHello): void {
  const { supportedVersions } = hello.extensions;
  if (supportedVersions !== undefined) {
    if (!supportedVersions.includes(DTLS_1_2)) violation('protocol-version');
    return;
  }
  // Whatever is beyond 1.2 is answered with 1.2 (RFC 5246 E.1); numbers of the lower half are those of TLS.
  if (hello.version < DTLS_VERSIONS || hello.version > DTLS_1_2) violation('protocol-version');
}

/** Whether the client asked for RFC 5746; in an initial handshake its extension must be empty (3.6). */
function checkRenegotiation(hello: ClientHello): boolean {
  const { renegotiationInfo } = hello.extensions;
  if (renegotiationInfo === undefined) return hello.suites.includes(EMPTY_RENEGOTIATION_INFO_SCSV);
  if (renegotiationInfo.length > 0) violation('insecure-renegotiation');
  return true;
}

/** If both limits are offered, record_size_limit alone counts (RFC 8449 5). */
function negotiateLimit(offered: Extensions): { sendLimit: number; answer: Extensions } {
  const { recordSizeLimit, maxFragmentLength } = offered;
  if (recordSizeLimit !== undefined) {
    if (recordSizeLimit < RECORD_SIZE_LIMIT_MIN) violation('illegal-parameter');
    return {
      sendLimit: Math.min(recordSizeLimit, RECORD_BYTES_MAX),
      answer: { recordSizeLimit: RECORD_BYTES_MAX },
    };
  }
  if (maxFragmentLength === undefined) return { sendLimit: RECORD_BYTES_MAX, answer: {} };
  if (maxFragmentLength < 1 || maxFragmentLength > 4) violation('illegal-parameter');
  return { sendLimit: 2 ** (8 + maxFragmentLength), answer: { maxFragmentLength } };
}

function chooseSuite(hello: ClientHello, settings: DtlsSettings, avoid: CredentialKind | null): Chosen {
  const chosen = bestInCommon(hello, settings, avoid);
  if (chosen !== undefined) return chosen;
  const { clientCertificateTypes, serverCertificateTypes } = hello.extensions;
  if (clientCertificateTypes === undefined && serverCertificateTypes === undefined)
    return violation('no-common-suite');
  // Where types of certificates are all that is not in common, the client is told so (RFC 7250 4.2).
  const allTypes = Object.values(CERTIFICATE_TYPE);
  const types = { clientCertificateTypes: allTypes, serverCertificateTypes: allTypes };
  const another = { ...hello, extensions: { ...hello.extensions, ...types } };
  const differ = bestInCommon(another, settings, avoid) !== undefined;
  return violation(differ ? 'unsupported-certificate' : 'no-common-suite');
}

/**
 * Kinds of credential in the server's order, within each its suites in the server's order; the first that this server
 * can authenticate for this client. A position in the client's list says nothing: stacks list what they were built
 * with, not what they hold keys for. For the same reason the kind that has just failed comes last.
 */
function bestInCommon(
  hello: ClientHello,
  settings: DtlsSettings,
  avoid: CredentialKind | null,
): Chosen | undefined {
  const last = (kind: CredentialKind) => avoid !== null && sameGround(kind, avoid);
  const kinds = [...settings.credentials.filter((kind) => !last(kind)), ...settings.credentials.filter(last)];
  for (const kind of kinds) {
    const exchange = exchangeFor(kind, hello, settings);
    if (exchange === undefined) continue;
    const suite = commonSuite(hello, settings, exchange);
    if (suite !== undefined) return { suite, exchange };
  }
  return undefined;
}

/** Whether two kinds stand and fall with the same key. */
function sameGround(a: CredentialKind, b: CredentialKind): boolean {
  return a === b || (a.endsWith('psk') && b.endsWith('psk'));
}

function commonSuite(
  hello: ClientHello,
  settings: DtlsSettings,
  exchange: Exchange,
): CipherSuite | undefined {
  for (const name of settings.suites) {
    const suite = suiteByName(name);
    if (suite?.keyExchange === exchange.kind && offersSuite(hello, suite)) return suite;
  }
  return undefined;
}

/** Whether the client offers the suite, with the extension that it may need. */
export function offersSuite(hello: ClientHello, suite: CipherSuite): boolean {
  if (!hello.suites.includes(suite.id)) return false;
  return !needsEncryptThenMac(suite) || hello.extensions.encryptThenMac === true;
}

/** Block ciphers are spoken with their MAC outside only (RFC 7366). */
export const needsEncryptThenMac = (suite: CipherSuite): boolean => AEADS[suite.aead].blockLength > 0;

/**
 * RFC 7250 4.2: a type is answered only where its extension was sent, the client's only where it is asked for it. RFC
 * 8422 5.2: formats where elliptic curves are used.
 */
function exchangeExtensions(hello: ClientHello, exchange: Exchange, settings: DtlsSettings): Extensions {
  const { clientCertificateTypes, serverCertificateTypes, ecPointFormats } = hello.extensions;
  const formats = exchange.kind === 'psk' || ecPointFormats === undefined ? {} : { ecPointFormats: [0] };
  if (exchange.kind !== 'ecdhe_ecdsa') return formats;
  return {
    ...formats,
    ...(clientCertificateTypes === undefined || settings.clientAuthentication === 'none'
      ? {}
      : { clientCertificateTypes: [CERTIFICATE_TYPE[exchange.clientType]] }),
    ...(serverCertificateTypes === undefined
      ? {}
      : { serverCertificateTypes: [CERTIFICATE_TYPE[exchange.serverType]] }),
  };
}

const DTLS_VERSIONS = 0x8000;
/** RFC 8449 4. */
export const RECORD_SIZE_LIMIT_MIN = 64;
/** 2^14, RFC 5246 6.2.1. */
export const RECORD_BYTES_MAX = 16_384;
