/** DigitallySigned (RFC 5246 4.7): algorithm 2 | signature <0..2^16-1>; the whole body of a CertificateVerify. */
import { Reader, Writer } from '../../base/wire/index.ts';
import { malformed } from '../violation.ts';

export interface DigitallySigned {
  readonly algorithm: number;
  readonly signature: Uint8Array;
}

/** Reads what is at the end of a message. */
export function readSigned(reader: Reader): DigitallySigned {
  const algorithm = reader.u16();
  const signature = reader.vector16().slice();
  reader.end();
  return { algorithm, signature };
}

export const decodeCertificateVerify = (body: Uint8Array): DigitallySigned =>
  readSigned(new Reader(body, malformed));

export function encodeSigned(signed: DigitallySigned): Uint8Array {
  return new Writer(80).u16(signed.algorithm).vector16(signed.signature).finish();
}
