/** A message to bytes (RFC 7252 section 3): measured first, so that exactly one array is made. */
import { assert, type Slab } from '../../base/index.ts';
import type { Code, CoapOption, Message, MessageId, MessageType } from '../message.ts';
import { allocate } from './copy.ts';
import { sortedOptions } from './options.ts';

/** The datagram of `message`. Options out of order are put in order; what cannot be written is our own fault. */
export function encode(message: Message): Uint8Array {
  return encodeParts(
    message.type,
    message.code,
    message.messageId,
    message.token,
    message.options,
    message.payload,
  );
}

/**
 * As {@link encode}, for callers that hold the parts and not a message. A long datagram is cut from `slab`: only for
 * what is sent and forgotten.
 */
export function encodeParts(
  type: MessageType,
  code: Code,
  messageId: MessageId,
  token: Uint8Array,
  options: readonly CoapOption[],
  payload: Uint8Array,
  slab?: Slab,
): Uint8Array {
  assert(token.length <= 8, 'a token has at most eight bytes');
  let optionsLength = measureOptions(options);
  let ordered = options;
  if (optionsLength === OUT_OF_ORDER) {
    ordered = sortedOptions(options);
    optionsLength = measureOptions(ordered);
  }
  const payloadLength = payload.length === 0 ? 0 : 1 + payload.length;
  const bytes = allocate(4 + token.length + optionsLength + payloadLength, slab);
  bytes[0] = 0x40 | (TYPE_BITS[type] << 4) | token.length;
  bytes[1] = code;
  bytes[2] = messageId >> 8;
  bytes[3] = messageId;
  let offset = put(bytes, 4, token);
  offset = writeOptions(bytes, offset, ordered);
  if (payloadLength > 0) {
    bytes[offset++] = 0xff;
    put(bytes, offset, payload);
  }
  return bytes;
}

/** An Empty message: an ACK or RST for `messageId`, or a ping (RFC 7252 4.1). */
export function encodeEmpty(type: MessageType, messageId: MessageId): Uint8Array {
  const bytes = new Uint8Array(4);
  bytes[0] = 0x40 | (TYPE_BITS[type] << 4);
  bytes[2] = messageId >> 8;
  bytes[3] = messageId;
  return bytes;
}

/** Bytes on the wire of `options`, or OUT_OF_ORDER. */
function measureOptions(options: readonly CoapOption[]): number {
  let total = 0;
  let previous = 0;
  for (let i = 0; i < options.length; i++) {
    const { number, value } = options[i] as CoapOption;
    if (number < previous) return OUT_OF_ORDER;
    total += 1 + extraBytes(number - previous) + extraBytes(value.length) + value.length;
    previous = number;
  }
  assert(previous <= 0xffff, 'an option number has sixteen bits');
  return total;
}

function writeOptions(bytes: Uint8Array, start: number, options: readonly CoapOption[]): number {
  let offset = start;
  let previous = 0;
  for (let i = 0; i < options.length; i++) {
    const { number, value } = options[i] as CoapOption;
    const delta = number - previous;
    const length = value.length;
    previous = number;
    bytes[offset++] = (nibble(delta) << 4) | nibble(length);
    if (delta >= 13) offset = putExtended(bytes, offset, delta);
    if (length >= 13) offset = putExtended(bytes, offset, length);
    offset = put(bytes, offset, value);
  }
  return offset;
}

const extraBytes = (value: number): number => (value < 13 ? 0 : value < 269 ? 1 : 2);
const nibble = (value: number): number => (value < 13 ? value : value < 269 ? 13 : 14);

function putExtended(bytes: Uint8Array, offset: number, value: number): number {
  assert(value < 0x1_0000 + 269, 'a delta or length is sixteen bits past 269');
  if (value < 269) {
    bytes[offset] = value - 13;
    return offset + 1;
  }
  bytes[offset] = (value - 269) >> 8;
  bytes[offset + 1] = value - 269;
  return offset + 2;
}

function put(bytes: Uint8Array, offset: number, value: Uint8Array): number {
  const length = value.length;
  if (length > 64) bytes.set(value, offset);
  else for (let i = 0; i < length; i++) bytes[offset + i] = value[i] as number;
  return offset + length;
}

const TYPE_BITS = { CON: 0, NON: 1, ACK: 2, RST: 3 } as const satisfies Record<MessageType, number>;
const OUT_OF_ORDER = -1;
