/** HelloVerifyRequest (RFC 6347 4.2.1): server_version 2 | cookie <0..255> */
import { Reader, Writer } from '../../base/wire/index.ts';
import { malformed } from '../violation.ts';

export interface HelloVerifyRequest {
  readonly version: number;
  readonly cookie: Uint8Array;
}

export function decodeHelloVerifyRequest(body: Uint8Array): HelloVerifyRequest {
  const reader = new Reader(body.slice(), malformed);
  const version = reader.u16();
  const cookie = reader.vector8();
  reader.end();
  return { version, cookie };
}

export function encodeHelloVerifyRequest(request: HelloVerifyRequest): Uint8Array {
  return new Writer(40).u16(request.version).vector8(request.cookie).finish();
}
