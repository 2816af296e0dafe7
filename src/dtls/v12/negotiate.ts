/** (offer, settings) -> agreement or violation: what a ClientHello and this server have in common. Pure table work. */
import type { DtlsSettings } from '../settings.ts';
import type { ClientHello } from '../message/client-hello.ts';
import type { Extensions } from '../message/extension/registry.ts';
import { DTLS_1_2 } from '../record/header.ts';
import {
  type CipherSuite,
  EMPTY_RENEGOTIATION_INFO_SCSV,
  suiteById,
  suiteByName,
} from '../suite/registry.ts';
import { violation } from '../violation.ts';

/** What both sides agreed on. */
export interface Agreement {
  readonly suite: CipherSuite;
  readonly extendedMasterSecret: boolean;
  /** The largest plaintext that the peer takes in one record. */
  readonly sendLimit: number;
}

/** The server's choice, and the extensions of the ServerHello that say so. */
export function negotiate(
  hello: ClientHello,
  settings: DtlsSettings,
): { agreement: Agreement; extensions: Extensions } {
  checkVersion(hello);
  if (!hello.compression.includes(0)) violation('illegal-parameter');
  const { extensions: offered } = hello;
  const secureRenegotiation = checkRenegotiation(hello);
  const limit = negotiateLimit(offered);
  const suite = chooseSuite(hello.suites, settings.suites);
  const extendedMasterSecret = offered.extendedMasterSecret === true;
  if (!extendedMasterSecret && settings.extendedMasterSecret === 'required')
    violation('extended-master-secret-required');
  return {
    agreement: { suite, extendedMasterSecret, sendLimit: limit.sendLimit },
    extensions: {
      ...limit.answer,
      ...(extendedMasterSecret ? { extendedMasterSecret: true as const } : {}),
      ...(secureRenegotiation ? { renegotiationInfo: new Uint8Array(0) } : {}),
    },
  };
}

/** The client's check of what the server chose against what it had been offered. */
export function acceptChoice(
  offer: ClientHello,
  chosen: { version: number; suite: number; compression: number; extensions: Extensions },
  settings: DtlsSettings,
): Agreement {
  if (chosen.version !== DTLS_1_2) violation('protocol-version');
  const suite = offer.suites.includes(chosen.suite) ? suiteById(chosen.suite) : undefined;
  if (suite === undefined || chosen.compression !== 0) violation('illegal-parameter');
  const { extensions } = chosen;
  for (const key of Object.keys(extensions) as (keyof Extensions)[]) {
    // The SCSV is an offer of renegotiation_info (RFC 5746 3.4); anything else must have been asked for.
    const solicited = key === 'renegotiationInfo' || offer.extensions[key] !== undefined;
    if (!solicited) violation('unsupported-extension');
  }
  if (extensions.renegotiationInfo !== undefined && extensions.renegotiationInfo.length > 0)
    violation('insecure-renegotiation');
  const extendedMasterSecret = extensions.extendedMasterSecret === true;
  if (!extendedMasterSecret && settings.extendedMasterSecret === 'required')
    violation('extended-master-secret-required');
  const sendLimit = extensions.recordSizeLimit ?? RECORD_BYTES_MAX;
  if (sendLimit < RECORD_SIZE_LIMIT_MIN) violation('illegal-parameter');
  return { suite, extendedMasterSecret, sendLimit: Math.min(sendLimit, RECORD_BYTES_MAX) };
}

/** DTLS versions count downwards: 1.0 is 0xfeff, 1.2 is 0xfefd, 1.3 announces itself in supported_versions only. */
function checkVersion(hello: ClientHello): void {
  const { supportedVersions } = hello.extensions;
  if (supportedVersions !== undefined) {
    if (!supportedVersions.includes(DTLS_1_2)) violation('protocol-version');
    return;
  }
  if (hello.version >>> 8 !== 0xfe || hello.version > DTLS_1_2) violation('protocol-version');
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

/** The first suite of the server's order that the client offers too. */
function chooseSuite(offered: readonly number[], preferred: readonly string[]): CipherSuite {
  for (const name of preferred) {
    const suite = suiteByName(name);
    if (suite !== undefined && offered.includes(suite.id)) return suite;
  }
  return violation('no-common-suite');
}

const RECORD_SIZE_LIMIT_MIN = 64;
/** 2^14, RFC 5246 6.2.1. */
export const RECORD_BYTES_MAX = 16_384;
