/**
 * ClientHello (RFC 6347 4.2.1):
 *
 *   client_version 2 | random 32 | session_id <0..32> | cookie <0..255> | cipher_suites <2..> | compression <1..> | extensions
 */
import { Reader, Writer } from '../../base/wire/index.ts';
import { malformed } from '../violation.ts';
import { codePoints, encodeCodePoints } from './code-points.ts';
import { type Extensions, readExtensions, writeExtensions } from './extension/registry.ts';

export interface ClientHello extends HelloPrefix {
  readonly suites: readonly number[];
  readonly compression: Uint8Array;
  readonly extensions: Extensions;
}

/** What the cookie is computed over, and the cookie: always in the first fragment. Views of the input. */
export interface HelloPrefix {
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly cookie: Uint8Array;
}

/** Reads only as far as the cookie; `undefined` when the bytes end before. Costs nothing worth flooding for. */
export function readHelloPrefix(bytes: Uint8Array): HelloPrefix | undefined {
  const sessionAt = 2 + RANDOM_BYTES + 1;
  const sessionLength = bytes[sessionAt - 1];
  if (sessionLength === undefined || sessionLength > SESSION_ID_BYTES_MAX) return undefined;
  const cookieAt = sessionAt + sessionLength + 1;
  const cookieEnd = cookieAt + (bytes[cookieAt - 1] ?? 0);
  if (cookieAt > bytes.length || cookieEnd > bytes.length) return undefined;
  return {
    version: ((bytes[0] as number) << 8) | (bytes[1] as number),
    random: bytes.subarray(2, 2 + RANDOM_BYTES),
    sessionId: bytes.subarray(sessionAt, sessionAt + sessionLength),
    cookie: bytes.subarray(cookieAt, cookieEnd),
  };
}

/** The list of suites behind that, as much of it as is in the same fragment. A view. */
export function offeredSuites(bytes: Uint8Array, { sessionId, cookie }: HelloPrefix): Uint8Array {
  const at = 2 + RANDOM_BYTES + 1 + sessionId.length + 1 + cookie.length;
  const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return bytes.subarray(at + 2, at + 2 + length);
}

/** Reads a whole ClientHello body. Vectors are copied: nothing keeps the input alive. */
export function decodeClientHello(body: Uint8Array): ClientHello {
  const reader = new Reader(body.slice(), malformed);
  const version = reader.u16();
  const random = reader.bytes(RANDOM_BYTES);
  const sessionId = reader.vector8();
  if (sessionId.length > SESSION_ID_BYTES_MAX) malformed();
  const cookie = reader.vector8();
  const suites = codePoints(reader.vector16());
  const compression = reader.vector8();
  if (suites.length === 0 || compression.length === 0) malformed();
  return {
    version,
    random,
    sessionId,
    cookie,
    suites,
    compression,
    extensions: readExtensions(reader, 'client'),
  };
}

export function encodeClientHello(hello: ClientHello): Uint8Array {
  const writer = new Writer(160)
    .u16(hello.version)
    .bytes(hello.random)
    .vector8(hello.sessionId)
    .vector8(hello.cookie)
    .vector16(encodeCodePoints(hello.suites))
    .vector8(hello.compression);
  writeExtensions(writer, hello.extensions, 'client');
  return writer.finish();
}

export const RANDOM_BYTES = 32;
export const SESSION_ID_BYTES_MAX = 32;
