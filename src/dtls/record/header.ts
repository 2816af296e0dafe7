/**
 * Record headers:
 *
 *   DTLSPlaintext, DTLSCiphertext (RFC 6347 4.1)   type 1 | version 2 | epoch 2 | sequence 6 |         length 2 | fragment
 *   tls12_cid (RFC 9146 4)                         25 1   | version 2 | epoch 2 | sequence 6 | cid n | length 2 | fragment
 *
 * How long a cid is cannot be read off a record: all that arrive here have the one length of this endpoint.
 */
import { EMPTY } from '../../base/index.ts';
import type { DropReason } from '../effect.ts';

export const CONTENT_TYPE = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  tls12Cid: 25,
} as const;
export type ContentType = (typeof CONTENT_TYPE)[keyof typeof CONTENT_TYPE];

export interface RecordHeader {
  readonly type: ContentType;
  /** 0xfeff or 0xfefd. */
  readonly version: number;
  readonly epoch: number;
  readonly sequence: number;
  /** A view; empty but in tls12_cid. */
  readonly cid: Uint8Array;
  /** Where header and fragment lie in the datagram. */
  readonly begin: number;
  readonly start: number;
  readonly end: number;
}

export const RECORD_HEADER_BYTES = 13;
/** 2^14 plaintext and the expansion that RFC 5246 6.2.3 allows. */
export const FRAGMENT_BYTES_MAX = 16_384 + 2_048;
export const DTLS_1_2 = 0xfefd;
export const DTLS_1_0 = 0xfeff;

/** What a datagram holds at an offset: a record, or the reason to ignore it and where the next one begins. */
export type ParsedRecord =
  | { readonly record: RecordHeader }
  | { readonly drop: DropReason; readonly next: number };

/** Reads one record header. A record whose length cannot be trusted ends the datagram (RFC 6347 4.1.2.7). */
export function parseRecord(datagram: Uint8Array, begin: number, cidLength: number): ParsedRecord {
  const type = datagram[begin] as number;
  const withCid = type === CONTENT_TYPE.tls12Cid;
  const start = begin + RECORD_HEADER_BYTES + (withCid ? cidLength : 0);
  if (start > datagram.length) return { drop: 'malformed-record', next: datagram.length };
  const end = start + u16(datagram, start - 2);
  if (end > datagram.length) return { drop: 'malformed-record', next: datagram.length };
  const known = withCid
    ? cidLength > 0
    : type >= CONTENT_TYPE.changeCipherSpec && type <= CONTENT_TYPE.applicationData;
  if (!known) return { drop: 'unknown-content-type', next: end };
  if (end - start > FRAGMENT_BYTES_MAX) return { drop: 'oversized-record', next: end };
  const version = u16(datagram, begin + 1);
  const epoch = u16(datagram, begin + 3);
  // Before a version is agreed, clients write 1.0 or 1.2; protected records are always 1.2.
  if (version !== DTLS_1_2 && !(version === DTLS_1_0 && epoch === 0))
    return { drop: 'wrong-version', next: end };
  if (withCid && epoch === 0) return { drop: 'wrong-epoch', next: end };
  const sequence =
    u16(datagram, begin + 5) * 0x1_0000_0000 + u16(datagram, begin + 7) * 0x1_0000 + u16(datagram, begin + 9);
  const cid = withCid ? datagram.subarray(begin + 11, start - 2) : EMPTY;
  return { record: { type: type as ContentType, version, epoch, sequence, cid, begin, start, end } };
}

/** Writes a header at `offset` of `out`. */
export function writeRecordHeader(
  out: Uint8Array,
  offset: number,
  record: { type: ContentType; version: number; epoch: number; sequence: number },
  cid: Uint8Array,
  length: number,
): void {
  out[offset] = record.type;
  putU16(out, offset + 1, record.version);
  putU16(out, offset + 3, record.epoch);
  putU48(out, offset + 5, record.sequence);
  if (cid.length > 0) out.set(cid, offset + 11);
  putU16(out, offset + 11 + cid.length, length);
}

export function putU16(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value >>> 8;
  out[offset + 1] = value & 0xff;
}

export function putU48(out: Uint8Array, offset: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  const low = value >>> 0;
  putU16(out, offset, high);
  putU16(out, offset + 2, low >>> 16);
  putU16(out, offset + 4, low & 0xffff);
}

function u16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}
