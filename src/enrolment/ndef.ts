/**
 * NDEF messages (NFC Forum, NFC Data Exchange Format 1.0): what an NFC tag holds. A message is one or more records; a
 * record is a header, lengths, a type, perhaps an id, and a payload.
 *
 *   bit 7  message begin    bit 5  chunk         bit 3  id length is there
 *   bit 6  message end      bit 4  short record  bits 2-0  type name format
 *
 * Chunks (section 2.3.3) are refused: they are for payloads whose length is not known beforehand, and ours are.
 */
import { assert, bytesKey, utf8 } from '../base/index.ts';
import { Reader, Writer } from '../base/wire/index.ts';
import { decoding, type Malformed, refuse } from './fault.ts';

/** How a type is to be read (section 3.2.6). */
export type TypeNameFormat = (typeof FORMATS)[number];

export interface NdefRecord {
  readonly format: TypeNameFormat;
  /** Printable ASCII; empty where the format has no type. */
  readonly type: string;
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
}

export interface NdefMessage {
  readonly kind: 'message';
  readonly records: readonly NdefRecord[];
}

/** The bytes of a message, each record as short as it can be (section 3.2.4). */
export function encodeNdef(records: readonly NdefRecord[]): Uint8Array {
  assert(records.length > 0, 'a message has at least one record');
  const writer = new Writer();
  for (const [index, record] of records.entries()) {
    const position = (index === 0 ? BEGIN : 0) | (index === records.length - 1 ? END : 0);
    writeRecord(writer, position, record);
  }
  return writer.finish();
}

/**
 * Reads exactly one message of at most {@link NDEF_BYTES_MAX} bytes and {@link NDEF_RECORDS_MAX} records. What it
 * gives are copies.
 */
export function decodeNdef(bytes: Uint8Array): NdefMessage | Malformed {
  return decoding(() => {
    if (bytes.length > NDEF_BYTES_MAX) refuse('too-large');
    if (bytes.length === 0) refuse('empty');
    const reader = new Reader(bytes, () => refuse('truncated'));
    const records: NdefRecord[] = [];
    for (let ended = false; !ended; ) {
      if (records.length === NDEF_RECORDS_MAX) refuse('too-many-records');
      const flags = reader.u8();
      if (((flags & BEGIN) !== 0) !== (records.length === 0)) refuse('bad-begin');
      records.push(readRecord(reader, flags));
      ended = (flags & END) !== 0;
    }
    if (!reader.done) refuse('trailing-bytes');
    return { kind: 'message', records };
  });
}

function writeRecord(writer: Writer, position: number, { format, type, id, payload }: NdefRecord): void {
  const short = payload.length <= SHORT_MAX;
  const flags = position | (short ? SHORT : 0) | (id.length > 0 ? ID_LENGTH : 0) | FORMATS.indexOf(format);
  writer.u8(flags).u8(type.length);
  if (short) writer.u8(payload.length);
  else writer.u32(payload.length);
  if (id.length > 0) writer.u8(id.length);
  writer.bytes(utf8(type)).bytes(id).bytes(payload);
}

function readRecord(reader: Reader, flags: number): NdefRecord {
  if ((flags & CHUNK) !== 0) refuse('chunked-record');
  const format = FORMATS[flags & FORMAT_MASK] ?? refuse('reserved-format');
  // Only the chunks after the first are of this format (section 3.2.6).
  if (format === 'unchanged') refuse('chunked-record');
  const typeLength = reader.u8();
  const payloadLength = (flags & SHORT) === 0 ? reader.u32() : reader.u8();
  const idLength = (flags & ID_LENGTH) === 0 ? 0 : reader.u8();
  const named = NAMED.has(format);
  if (named && typeLength === 0) refuse('missing-type');
  if (!named && typeLength > 0) refuse('misplaced-field');
  if (format === 'empty' && payloadLength + idLength > 0) refuse('misplaced-field');
  const type = bytesKey(reader.bytes(typeLength));
  if (!PRINTABLE.test(type)) refuse('bad-type');
  const id = reader.bytes(idLength);
  const payload = reader.bytes(payloadLength);
  return { format, type, id: Uint8Array.from(id), payload: Uint8Array.from(payload) };
}

const BEGIN = 0x80;
const END = 0x40;
const CHUNK = 0x20;
const SHORT = 0x10;
const ID_LENGTH = 0x08;
const FORMAT_MASK = 0x07;
const SHORT_MAX = 0xff;

/** In the order of their numbers, 0x00 to 0x06; 0x07 is reserved. */
const FORMATS = ['empty', 'well-known', 'media', 'absolute-uri', 'external', 'unknown', 'unchanged'] as const;
const NAMED: ReadonlySet<TypeNameFormat> = new Set(['well-known', 'media', 'absolute-uri', 'external']);
const PRINTABLE = /^[\x21-\x7e]*$/;

/** More than the largest common tags hold (NTAG216: 888 bytes). */
export const NDEF_BYTES_MAX = 4_096;
export const NDEF_RECORDS_MAX = 16;
