/** CBOR (RFC 8949), read strictly: shortest forms, definite lengths, no name twice, nothing after it. */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';

/** The value; `undefined`, which no strict CBOR is, for anything else. Maps are `Map`s. */
export function readCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, STRICTLY) as unknown;
  } catch {
    return undefined;
  }
}

/** The deterministic encoding of section 4.2.1; `undefined` for what has none. */
export function writeCbor(value: unknown): Uint8Array | undefined {
  try {
    return encode(value, rfc8949EncodeOptions);
  } catch {
    return undefined;
  }
}

const STRICTLY = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
} as const;
