/**
 * The key exchange messages, one form per key exchange:
 *
 *                  ServerKeyExchange                          ClientKeyExchange
 *   psk            psk_identity_hint <0..>  (if any hint)      psk_identity <0..>              RFC 4279 2
 *   ecdhe_psk      psk_identity_hint <0..> | ECDH params       psk_identity <0..> | point <1..> RFC 5489 2
 *   ecdhe_ecdsa    ECDH params | signature                     point <1..>                     RFC 8422 5.4, 5.7
 *
 *   ECDH params = curve_type 1 (named_curve) | group 2 | point <1..255>
 *
 * Identities are opaque bytes: a NUL inside is as good as any.
 */
import { Reader, Writer } from '../../base/wire/index.ts';
import { malformed, violation } from '../violation.ts';
import { type DigitallySigned, encodeSigned, readSigned } from './signature.ts';

/** The server's ephemeral key. */
export interface EcdhParams {
  /** Code point of the group. */
  readonly group: number;
  readonly point: Uint8Array;
}

/** The identity in a plain ClientKeyExchange, or the hint in a plain ServerKeyExchange, in memory of its own. */
export function decodePskLabel(body: Uint8Array): Uint8Array {
  const reader = new Reader(body, malformed);
  const label = reader.vector16().slice();
  reader.end();
  return label;
}

export function encodePskLabel(label: Uint8Array): Uint8Array {
  return new Writer(2 + label.length).vector16(label).finish();
}

export function decodeEcdhePskServer(body: Uint8Array): EcdhParams {
  const reader = new Reader(body, malformed);
  reader.vector16();
  const params = readParams(reader);
  reader.end();
  return params;
}

/** ECDHE_PSK always has this message; its hint is empty, because a hint helps nobody who has one identity. */
export function encodeEcdhePskServer(params: EcdhParams): Uint8Array {
  return new Writer(80).vector16(new Uint8Array(0)).bytes(encodeParams(params)).finish();
}

export function decodeEcdhePskClient(body: Uint8Array): { identity: Uint8Array; point: Uint8Array } {
  const reader = new Reader(body, malformed);
  const identity = reader.vector16().slice();
  const point = reader.vector8().slice();
  reader.end();
  return { identity, point };
}

export function encodeEcdhePskClient(identity: Uint8Array, point: Uint8Array): Uint8Array {
  return new Writer(80 + identity.length).vector16(identity).vector8(point).finish();
}

/** `params` are the bytes that the signature covers, besides the randoms. */
export function decodeEcdheEcdsaServer(
  body: Uint8Array,
): EcdhParams & { params: Uint8Array; signed: DigitallySigned } {
  const reader = new Reader(body, malformed);
  const { group, point } = readParams(reader);
  const params = body.slice(0, reader.offset);
  return { group, point, params, signed: readSigned(reader) };
}

export function encodeEcdheEcdsaServer(params: Uint8Array, signed: DigitallySigned): Uint8Array {
  return new Writer(160).bytes(params).bytes(encodeSigned(signed)).finish();
}

export function decodePoint(body: Uint8Array): Uint8Array {
  const reader = new Reader(body, malformed);
  const point = reader.vector8().slice();
  reader.end();
  return point;
}

export const encodePoint = (point: Uint8Array): Uint8Array => new Writer(80).vector8(point).finish();

export function encodeParams(params: EcdhParams): Uint8Array {
  return new Writer(80).u8(NAMED_CURVE).u16(params.group).vector8(params.point).finish();
}

function readParams(reader: Reader): EcdhParams {
  // explicit_prime and explicit_char2 are no longer allowed (RFC 8422 5.4).
  if (reader.u8() !== NAMED_CURVE) violation('illegal-parameter');
  return { group: reader.u16(), point: reader.vector8().slice() };
}

const NAMED_CURVE = 3;
