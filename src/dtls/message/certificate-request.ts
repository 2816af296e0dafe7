/** CertificateRequest (RFC 5246 7.4.4): certificate_types <1..255> | signature algorithms <2..> | authorities <0..> */
import { Reader, Writer } from '../../base/wire/index.ts';
import { malformed } from '../violation.ts';
import { codePoints, encodeCodePoints } from './code-points.ts';

export interface CertificateRequest {
  /** ClientCertificateType: kinds of key, not of certificate. */
  readonly keyTypes: readonly number[];
  readonly signatureAlgorithms: readonly number[];
}

export const CLIENT_KEY_TYPE = { rsa_sign: 1, ecdsa_sign: 64 } as const;

export function decodeCertificateRequest(body: Uint8Array): CertificateRequest {
  const reader = new Reader(body, malformed);
  const keyTypes = [...reader.vector8()];
  const signatureAlgorithms = codePoints(reader.vector16());
  // Names of authorities are a hint for choosing among several certificates; we have one.
  reader.vector16();
  reader.end();
  if (keyTypes.length === 0 || signatureAlgorithms.length === 0) malformed();
  return { keyTypes, signatureAlgorithms };
}

/** No authorities are named: any is welcome to try, and small peers need no list to search (RFC 5246 7.4.4). */
export function encodeCertificateRequest(request: CertificateRequest): Uint8Array {
  return new Writer(32)
    .vector8(Uint8Array.from(request.keyTypes))
    .vector16(encodeCodePoints(request.signatureAlgorithms))
    .vector16(new Uint8Array(0))
    .finish();
}
