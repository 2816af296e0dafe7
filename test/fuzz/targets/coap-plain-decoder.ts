/**
 * RFC 7252 section 3 read a second time, with no regard for speed and nothing shared with src/coap: what the decoder
 * of the product is held against.
 */

export interface PlainMessage {
  readonly type: number;
  readonly code: number;
  readonly messageId: number;
  readonly token: readonly number[];
  readonly options: readonly (readonly [number: number, value: readonly number[]])[];
  readonly payload: readonly number[];
}

export type PlainFault = 'too-short' | 'unknown-version' | 'malformed';

export function plainDecode(datagram: readonly number[]): PlainMessage | PlainFault {
  const bits = datagram
    .slice(0, 4)
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  if (bits.length < 32) return 'too-short';
  const field = (from: number, to: number): number => Number.parseInt(bits.slice(from, to), 2);
  if (field(0, 2) !== 1) return 'unknown-version';
  const tokenLength = field(4, 8);
  if (tokenLength > 8) return 'malformed';
  const rest = datagram.slice(4);
  if (field(8, 16) === 0 && (tokenLength > 0 || rest.length > 0)) return 'malformed';
  const token = rest.splice(0, tokenLength);
  if (token.length < tokenLength) return 'malformed';
  const options: [number, number[]][] = [];
  let number = 0;
  for (let first = rest.shift(); first !== undefined; first = rest.shift()) {
    if (first === 255) {
      if (rest.length === 0) return 'malformed';
      break;
    }
    const delta = extend(Math.floor(first / 16), rest);
    const length = extend(first % 16, rest);
    if (delta === undefined || length === undefined) return 'malformed';
    number += delta;
    if (number > 65_535 || rest.length < length) return 'malformed';
    options.push([number, rest.splice(0, length)]);
  }
  return {
    type: field(2, 4),
    code: field(8, 16),
    messageId: field(16, 32),
    token,
    options,
    payload: rest,
  };
}

/** RFC 7252 3.1: 13 and 14 announce one and two bytes more, 15 is reserved. Takes those bytes from `rest`. */
function extend(nibble: number, rest: number[]): number | undefined {
  if (nibble < 13) return nibble;
  if (nibble === 15) return undefined;
  const more = rest.splice(0, nibble - 12);
  if (more.length < nibble - 12) return undefined;
  return nibble === 13 ? (more[0] as number) + 13 : (more[0] as number) * 256 + (more[1] as number) + 269;
}
