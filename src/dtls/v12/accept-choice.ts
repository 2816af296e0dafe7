/** The client's check of what the server chose against what it had been offered. */
import type { ClientHello } from '../message/client-hello.ts';
import type { Extensions } from '../message/extension/registry.ts';
import type { ServerHello } from '../message/server-hello.ts';
import { DTLS_1_2 } from '../record/header.ts';
import type { DtlsSettings } from '../settings.ts';
import { CERTIFICATE_TYPE, type CertificateTypeName } from '../suite/certificate-types.ts';
import { type CipherSuite, suiteById } from '../suite/registry.ts';
import { violation } from '../violation.ts';
import { needsEncryptThenMac, RECORD_BYTES_MAX, RECORD_SIZE_LIMIT_MIN } from './negotiate.ts';

/** What the server's hello settled, seen from the client. */
export interface Accepted {
  readonly suite: CipherSuite;
  readonly extendedMasterSecret: boolean;
  readonly sendLimit: number;
  readonly serverType: CertificateTypeName;
  readonly clientType: CertificateTypeName;
  /** The CID that the server wants our records to carry; empty: none. */
  readonly serverCid: Uint8Array;
  /** The server agreed to address us by the CID we offered. */
  readonly cidAgreed: boolean;
}

export function acceptChoice(offer: ClientHello, chosen: ServerHello, settings: DtlsSettings): Accepted {
  if (chosen.version !== DTLS_1_2) violation('protocol-version');
  const suite = offer.suites.includes(chosen.suite) ? suiteById(chosen.suite) : undefined;
  if (suite === undefined || chosen.compression !== 0) return violation('illegal-parameter');
  const { extensions } = chosen;
  if (needsEncryptThenMac(suite) && extensions.encryptThenMac !== true) violation('illegal-parameter');
  checkSolicited(offer, extensions);
  if ((extensions.renegotiationInfo?.length ?? 0) > 0) violation('insecure-renegotiation');
  const extendedMasterSecret = extensions.extendedMasterSecret === true;
  if (!extendedMasterSecret && settings.extendedMasterSecret === 'required')
    violation('extended-master-secret-required');
  const limit = extensions.recordSizeLimit ?? RECORD_BYTES_MAX;
  if (limit < RECORD_SIZE_LIMIT_MIN) violation('illegal-parameter');
  return {
    suite,
    extendedMasterSecret,
    sendLimit: Math.min(limit, RECORD_BYTES_MAX),
    serverType: chosenType(offer.extensions.serverCertificateTypes, extensions.serverCertificateTypes),
    clientType: chosenType(offer.extensions.clientCertificateTypes, extensions.clientCertificateTypes),
    serverCid: extensions.connectionId ?? NONE,
    cidAgreed: extensions.connectionId !== undefined,
  };
}

/**
 * The SCSV is an offer of renegotiation_info (RFC 5746 3.4); anything else must have been asked for (RFC 5246
 * 7.4.1.4).
 */
function checkSolicited(offer: ClientHello, extensions: Extensions): void {
  for (const key of Object.keys(extensions) as (keyof Extensions)[]) {
    const solicited = key === 'renegotiationInfo' || offer.extensions[key] !== undefined;
    if (!solicited) violation('unsupported-extension');
  }
}

function chosenType(
  offered: readonly number[] | undefined,
  chosen: readonly number[] | undefined,
): CertificateTypeName {
  const type = chosen?.[0] ?? CERTIFICATE_TYPE.x509;
  if (chosen !== undefined && offered?.includes(type) !== true) violation('illegal-parameter');
  return type === CERTIFICATE_TYPE['raw-public-key'] ? 'raw-public-key' : 'x509';
}

const NONE = new Uint8Array(0);
