/**
 * Handshake framing (RFC 6347 4.2.2):
 *
 *   msg_type 1 | length 3 | message_seq 2 | fragment_offset 3 | fragment_length 3 | fragment
 *
 * A `raw` message is header and body as if it had travelled in one fragment: the form that enters the transcript.
 */
import { Writer } from '../../base/wire/index.ts';

export const HANDSHAKE_TYPE = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  hello_verify_request: 3,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
} as const;

export type HandshakeTypeName = keyof typeof HANDSHAKE_TYPE;

export interface Fragment {
  readonly type: number;
  /** Of the whole message. */
  readonly length: number;
  readonly messageSeq: number;
  readonly offset: number;
  /** A view of the record. */
  readonly bytes: Uint8Array;
}

export interface HandshakeMessage {
  readonly type: number;
  readonly messageSeq: number;
  readonly raw: Uint8Array;
}

export const HANDSHAKE_HEADER_BYTES = 12;

/** One fragment starting at `at`, or `undefined` when header, offset and lengths do not fit together. */
export function parseFragment(bytes: Uint8Array, at: number): Fragment | undefined {
  const body = at + HANDSHAKE_HEADER_BYTES;
  if (body > bytes.length) return undefined;
  const length = u24(bytes, at + 1);
  const offset = u24(bytes, at + 6);
  const fragmentLength = u24(bytes, at + 9);
  if (offset + fragmentLength > length || body + fragmentLength > bytes.length) return undefined;
  return {
    type: bytes[at] as number,
    length,
    messageSeq: ((bytes[at + 4] as number) << 8) | (bytes[at + 5] as number),
    offset,
    bytes: bytes.subarray(body, body + fragmentLength),
  };
}

/** Header and body of a message in one fragment. */
export function rawMessage(type: HandshakeTypeName, messageSeq: number, body: Uint8Array): Uint8Array {
  return fragmentOf({ type: HANDSHAKE_TYPE[type], messageSeq, length: body.length, offset: 0, bytes: body });
}

/** Encodes one fragment. */
export function fragmentOf(fragment: Fragment): Uint8Array {
  return new Writer(HANDSHAKE_HEADER_BYTES + fragment.bytes.length)
    .u8(fragment.type)
    .u24(fragment.length)
    .u16(fragment.messageSeq)
    .u24(fragment.offset)
    .vector24(fragment.bytes)
    .finish();
}

/** The body of a raw message, as a view. */
export const bodyOf = (raw: Uint8Array): Uint8Array => raw.subarray(HANDSHAKE_HEADER_BYTES);

function u24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
}
