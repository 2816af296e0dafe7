/**
 * Certificate (RFC 5246 7.4.2, RFC 7250 3):
 *
 *   x509            certificate_list <0..2^24-1> of ASN.1Cert <1..2^24-1>, leaf first
 *   raw-public-key  SubjectPublicKeyInfo <1..2^24-1>
 */
import { Reader, Writer } from '../../base/wire/index.ts';
import type { CertificateTypeName } from '../suite/certificate-types.ts';
import { malformed, violation } from '../violation.ts';

/** What the message holds: one key, or a chain; empty when its sender has none (RFC 5246 7.4.6). In own memory. */
export function decodeCertificate(
  body: Uint8Array,
  type: CertificateTypeName,
  chainMax: number,
): readonly Uint8Array[] {
  const reader = new Reader(body, malformed);
  const content = reader.vector24();
  reader.end();
  if (content.length === 0) return [];
  if (type === 'raw-public-key') return [content.slice()];
  const list = new Reader(content, malformed);
  const chain: Uint8Array[] = [];
  while (!list.done) {
    const certificate = list.vector24();
    if (certificate.length === 0) malformed();
    if (chain.push(certificate.slice()) > chainMax) violation('bad-certificate');
  }
  return chain;
}

export function encodeCertificate(type: CertificateTypeName, content: readonly Uint8Array[]): Uint8Array {
  const [key] = content;
  if (type === 'raw-public-key') return new Writer(128).vector24(key ?? new Uint8Array(0)).finish();
  const length = content.reduce((sum, certificate) => sum + 3 + certificate.length, 0);
  const list = new Writer(3 + length).u24(length);
  return content.reduce((writer, certificate) => writer.vector24(certificate), list).finish();
}
