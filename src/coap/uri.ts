/**
 * URIs and options (RFC 7252 6.4, 6.5). A path is a list of segments and a segment is bytes: the text form exists for
 * configuration, logs and HTTP, and is one to one with the options, so what is compared is what is forwarded.
 *
 *     Uri-Path: "a/b", Uri-Path: ""   <->   "/a%2Fb/"
 */
import { fromUtf8, utf8 } from '../base/index.ts';
import { OPTION } from './codec/index.ts';
import type { CoapOption } from './message.ts';

/** The Uri-Path options as text: always with a leading slash, `/` when there is none (RFC 7252 6.5). */
export function pathOf(options: readonly CoapOption[]): string {
  let path = '';
  for (const { number, value } of options) {
    if (number === OPTION.URI_PATH) path += `/${encodeSegment(value, PATH_SAFE)}`;
  }
  return path === '' ? '/' : path;
}

/** The Uri-Query options as text without the question mark, `undefined` when there is none. */
export function queryOf(options: readonly CoapOption[]): string | undefined {
  const parts: string[] = [];
  for (const { number, value } of options) {
    if (number === OPTION.URI_QUERY) parts.push(encodeSegment(value, QUERY_SAFE));
  }
  return parts.length === 0 ? undefined : parts.join('&');
}

/**
 * The segments of an absolute path, or `undefined` if it is not one: no leading slash, a broken percent-encoding,
 * a segment of more than 255 bytes, `.` or `..` as a segment (which RFC 7252 5.10.1 forbids). `/` has no segments.
 */
export function parsePath(path: string): Uint8Array[] | undefined {
  if (!path.startsWith('/')) return undefined;
  if (path === '/') return [];
  const segments = decodeAll(path.slice(1).split('/'));
  return segments?.some(isDotSegment) ? undefined : segments;
}

/** The parts of a query (without `?`), or `undefined` if a percent-encoding is broken or a part too long. */
export const parseQuery = (query: string): Uint8Array[] | undefined => decodeAll(query.split('&'));

/** Uri-Path options for an absolute path, `undefined` as {@link parsePath}. */
export const pathOptions = (path: string): CoapOption[] | undefined =>
  parsePath(path)?.map((value) => ({ number: OPTION.URI_PATH, value }));

/** Uri-Query options for a query, `undefined` as {@link parseQuery}. */
export const queryOptions = (query: string): CoapOption[] | undefined =>
  parseQuery(query)?.map((value) => ({ number: OPTION.URI_QUERY, value }));

/** `.` and `..`, which no Uri-Path may be (RFC 7252 5.10.1): a hierarchy behind us could climb by them. */
export function isDotSegment(segment: Uint8Array): boolean {
  if (segment.length === 0 || segment.length > 2) return false;
  return segment.every((byte) => byte === 0x2e);
}

/** Percent-encodes every byte that is not in `safe`. */
function encodeSegment(segment: Uint8Array, safe: string): string {
  let text = '';
  for (const byte of segment) {
    const character = String.fromCharCode(byte);
    text += safe.includes(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

function decodeAll(texts: readonly string[]): Uint8Array[] | undefined {
  const values: Uint8Array[] = [];
  for (const text of texts) {
    const value = decodeSegment(text);
    if (value === undefined || value.length > 255) return undefined;
    values.push(value);
  }
  return values;
}

function decodeSegment(text: string): Uint8Array | undefined {
  if (!text.includes('%')) return utf8(text);
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const source = utf8(text);
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    if (source[i] === 0x25) {
      bytes[length++] = Number.parseInt(text8(source, i + 1), 16);
      i += 2;
    } else bytes[length++] = source[i] as number;
  }
  return bytes.slice(0, length);
}

/** The two ASCII characters at `offset`. */
const text8 = (source: Uint8Array, offset: number): string =>
  fromUtf8(source.slice(offset, offset + 2)) ?? '';

const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';
/** unreserved, sub-delims, ":" and "@" (RFC 3986 pchar). */
const PATH_SAFE = `${UNRESERVED}!$&'()*+,;=:@`;
/** pchar, "/" and "?", without "&", which separates the parts (RFC 7252 6.5 step 7). */
const QUERY_SAFE = `${UNRESERVED}!$'()*+,;=:@/?`;
