/**
 * ServerHello (RFC 5246 7.4.1.3): server_version 2 | random 32 | session_id <0..32> | suite 2 | compression 1 |
 * extensions
 */
import { Reader, Writer } from '../../base/wire/index.ts';
import { malformed } from '../violation.ts';
import { RANDOM_BYTES, SESSION_ID_BYTES_MAX } from './client-hello.ts';
import { type Extensions, readExtensions, writeExtensions } from './extension/registry.ts';

export interface ServerHello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly compression: number;
  readonly extensions: Extensions;
}

export function decodeServerHello(body: Uint8Array): ServerHello {
  const reader = new Reader(body.slice(), malformed);
  const version = reader.u16();
  const random = reader.bytes(RANDOM_BYTES);
  const sessionId = reader.vector8();
  if (sessionId.length > SESSION_ID_BYTES_MAX) malformed();
  const suite = reader.u16();
  const compression = reader.u8();
  return { version, random, sessionId, suite, compression, extensions: readExtensions(reader, 'server') };
}

export function encodeServerHello(hello: ServerHello): Uint8Array {
  const writer = new Writer(96)
    .u16(hello.version)
    .bytes(hello.random)
    .vector8(hello.sessionId)
    .u16(hello.suite)
    .u8(hello.compression);
  writeExtensions(writer, hello.extensions, 'server');
  return writer.finish();
}
