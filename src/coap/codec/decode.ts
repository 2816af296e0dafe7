/**
 * Bytes to a message, strictly by RFC 7252 section 3. One pass, bounded by the datagram and by two caps; whatever is
 * kept is copied, so the datagram may be overwritten afterwards.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    |Ver| T |  TKL  |      Code     |          Message ID           |
 *    |   Token (if any, TKL bytes) ...
 *    |   Options (if any) ...
 *    |1 1 1 1 1 1 1 1|    Payload (if any) ...
 */
import type { Slab } from '../../base/index.ts';
import type { Code, CoapOption, Message, MessageId, MessageType } from '../message.ts';
import { copyRange } from './copy.ts';

/**
 * `too-short`: no header. `unknown-version`: to be ignored. `malformed`: a message format error behind a good header.
 * `too-many-options`: well-formed as far as it was read, which was as far as the caps.
 */
export type DecodeFault = 'too-short' | 'unknown-version' | 'malformed' | 'too-many-options';

export interface DecodeCaps {
  readonly optionsMax: number;
  readonly optionBytesMax: number;
}

/** The first four bytes. */
export interface Header {
  readonly type: MessageType;
  readonly code: Code;
  readonly messageId: MessageId;
  readonly tokenLength: number;
}

/**
 * The message in `datagram`, or what is wrong with it. A long payload is cut from `slab`: whoever keeps it for long
 * copies it.
 */
export function decode(datagram: Uint8Array, caps: DecodeCaps = NO_CAPS, slab?: Slab): Message | DecodeFault {
  const length = datagram.length;
  if (length < 4) return 'too-short';
  const first = datagram[0] as number;
  if (first >> 6 !== 1) return 'unknown-version';
  const tokenLength = first & 0x0f;
  const code = datagram[1] as Code;
  if (tokenLength > 8 || 4 + tokenLength > length) return 'malformed';
  if (code === 0 && length !== 4) return 'malformed';
  const options: CoapOption[] = [];
  const end = readOptions(datagram, 4 + tokenLength, options, caps);
  if (end === MALFORMED) return 'malformed';
  if (end === TOO_MANY) return 'too-many-options';
  return {
    type: TYPES[(first >> 4) & 3] as MessageType,
    code,
    messageId: (((datagram[2] as number) << 8) | (datagram[3] as number)) as MessageId,
    token: copyRange(datagram, 4, 4 + tokenLength),
    options,
    payload: copyRange(datagram, end, length, slab),
  };
}

/** The header of a datagram of at least four bytes, whatever follows it. */
export function decodeHeader(datagram: Uint8Array): Header {
  const first = datagram[0] as number;
  return {
    type: TYPES[(first >> 4) & 3] as MessageType,
    code: datagram[1] as Code,
    messageId: (((datagram[2] as number) << 8) | (datagram[3] as number)) as MessageId,
    tokenLength: first & 0x0f,
  };
}

/** The token of a datagram whose header and token are well-formed. */
export const decodeToken = (datagram: Uint8Array): Uint8Array =>
  copyRange(datagram, 4, 4 + ((datagram[0] as number) & 0x0f));

/** Reads options from `start`; returns where the payload begins, or a negative fault (RFC 7252 3.1). */
function readOptions(datagram: Uint8Array, start: number, options: CoapOption[], caps: DecodeCaps): number {
  const end = datagram.length;
  let offset = start;
  let number = 0;
  let total = 0;
  while (offset < end) {
    const first = datagram[offset++] as number;
    // The marker promises a payload: none is a format error (RFC 7252 3).
    if (first === PAYLOAD_MARKER) return offset === end ? MALFORMED : offset;
    let delta = first >> 4;
    let length = first & 0x0f;
    if (delta === 15 || length === 15) return MALFORMED;
    if (delta >= 13) {
      const more = delta - 12;
      if (offset + more > end) return MALFORMED;
      delta = extended(datagram, offset, more);
      offset += more;
    }
    if (length >= 13) {
      const more = length - 12;
      if (offset + more > end) return MALFORMED;
      length = extended(datagram, offset, more);
      offset += more;
    }
    number += delta;
    if (number > 0xffff || offset + length > end) return MALFORMED;
    total += length;
    if (options.length >= caps.optionsMax || total > caps.optionBytesMax) return TOO_MANY;
    options.push({ number, value: copyRange(datagram, offset, offset + length) });
    offset += length;
  }
  return end;
}

/** A delta or length that did not fit its nibble: one byte past 13, or two bytes past 269. */
function extended(datagram: Uint8Array, offset: number, bytes: number): number {
  const first = datagram[offset] as number;
  return bytes === 1 ? first + 13 : (first << 8) + (datagram[offset + 1] as number) + 269;
}

const TYPES: readonly MessageType[] = ['CON', 'NON', 'ACK', 'RST'];
const PAYLOAD_MARKER = 0xff;
const MALFORMED = -1;
const TOO_MANY = -2;
const NO_CAPS: DecodeCaps = { optionsMax: Number.MAX_SAFE_INTEGER, optionBytesMax: Number.MAX_SAFE_INTEGER };
