/** Just enough CoAP (RFC 7252 3) to ask and to recognise answers, independent of the codec under test. */

export interface Answer {
  readonly type: 'CON' | 'NON' | 'ACK' | 'RST';
  /** As on the wire: 0x45 is 2.05, 0 is an empty message. */
  readonly code: number;
  readonly messageId: number;
  /** -1 when it is not one of ours. */
  readonly token: number;
  readonly payload: Uint8Array;
}

export const CONTENT = 0x45;

/** One option of a request; `number` of the option before it. */
export function optionBytes(previous: number, number: number, value: string): Uint8Array {
  const bytes = Buffer.from(value);
  const [delta, deltaMore] = nibble(number - previous);
  const [length, lengthMore] = nibble(bytes.length);
  return Buffer.concat([Uint8Array.of((delta << 4) | length), deltaMore, lengthMore, bytes]);
}

/** Uri-Path options of an absolute path. */
export function pathBytes(path: string): Uint8Array {
  const segments = path.split('/').filter((segment) => segment !== '');
  return Buffer.concat(
    segments.map((segment, at) => optionBytes(at === 0 ? 0 : URI_PATH, URI_PATH, segment)),
  );
}

/** A confirmable GET with a four-byte token. */
export function encodeGet(messageId: number, token: number, options: Uint8Array): Buffer {
  const bytes = Buffer.alloc(8 + options.length);
  bytes[0] = 0x44;
  bytes[1] = 0x01;
  bytes.writeUInt16BE(messageId, 2);
  bytes.writeUInt32BE(token, 4);
  bytes.set(options, 8);
  return bytes;
}

/** The empty acknowledgement of a confirmable message. */
export function encodeAck(messageId: number): Buffer {
  const bytes = Buffer.of(0x60, 0, 0, 0);
  bytes.writeUInt16BE(messageId, 2);
  return bytes;
}

export function decodeAnswer(bytes: Uint8Array): Answer | undefined {
  const [first, code, high, low] = bytes;
  if (first === undefined || low === undefined || first >>> 6 !== 1) return undefined;
  const tokenLength = first & 0x0f;
  const token =
    tokenLength === 4 && bytes.length >= 8 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(4) : -1;
  return {
    type: TYPES[(first >>> 4) & 3] ?? 'RST',
    code: code as number,
    messageId: ((high as number) << 8) | low,
    token,
    payload: payloadOf(bytes, 4 + tokenLength),
  };
}

function payloadOf(bytes: Uint8Array, from: number): Uint8Array {
  let at = from;
  while (at < bytes.length) {
    const head = bytes[at++] as number;
    if (head === 0xff) return bytes.subarray(at);
    at += [0, 1, 2][Math.max(0, (head >>> 4) - 12)] ?? 0;
    const length = head & 0x0f;
    if (length === 13) at += 1 + 13 + (bytes[at] ?? 0);
    else at += length;
  }
  return new Uint8Array(0);
}

function nibble(value: number): [number, Uint8Array] {
  if (value < 13) return [value, new Uint8Array(0)];
  if (value < 269) return [13, Uint8Array.of(value - 13)];
  return [14, Uint8Array.of((value - 269) >>> 8, (value - 269) & 0xff)];
}

const URI_PATH = 11;
const TYPES = ['CON', 'NON', 'ACK', 'RST'] as const;
