/** Sealing and opening of records with the keys of an epoch (RFC 6347 4.1.2, RFC 5246 6.2.3.3). */
import type { AeadKey, CryptoProvider } from '../../crypto/index.ts';
import { AEADS } from '../../crypto/index.ts';
import { explicitLength, NONCE_BYTES, type NonceShape, openNonce, sealNonce } from '../suite/aead.ts';
import {
  type ContentType,
  DTLS_1_2,
  putU16,
  putU48,
  RECORD_HEADER_BYTES,
  type RecordHeader,
  writeRecordHeader,
} from './header.ts';

/** Keys of one direction. */
export interface Protection {
  readonly key: AeadKey;
  readonly iv: Uint8Array;
  readonly nonce: NonceShape;
}

/** Bytes that a record adds to its plaintext: header, travelling nonce, tag. */
export function overhead(protection: Protection | null): number {
  if (protection === null) return RECORD_HEADER_BYTES;
  return RECORD_HEADER_BYTES + explicitLength(protection.nonce) + AEADS[protection.key.aead].tagLength;
}

/** One per endpoint: holds the scratch memory that every record would otherwise allocate. */
export class RecordProtection {
  readonly #crypto: CryptoProvider;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  /** epoch 2 | sequence 6 | type 1 | version 2 | length 2 */
  readonly #aad = new Uint8Array(13);

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto;
  }

  /** Writes one record at `offset` of `out`, protected unless `protection` is null; returns where it ends. */
  write(
    out: Uint8Array,
    offset: number,
    record: { type: ContentType; epoch: number; sequence: number; version: number },
    protection: Protection | null,
    plaintext: Uint8Array,
  ): number {
    const end = offset + overhead(protection) + plaintext.length;
    const length = end - offset - RECORD_HEADER_BYTES;
    writeRecordHeader(out, offset, { ...record, length });
    if (protection === null) {
      out.set(plaintext, offset + RECORD_HEADER_BYTES);
      return end;
    }
    const explicit = explicitLength(protection.nonce);
    sealNonce(this.#nonce, protection.nonce, protection.iv, record.epoch, record.sequence);
    if (explicit > 0) out.set(this.#nonce.subarray(4), offset + RECORD_HEADER_BYTES);
    this.#associate(record, plaintext.length);
    this.#crypto.seal(
      protection.key,
      this.#nonce,
      this.#aad,
      plaintext,
      out,
      offset + RECORD_HEADER_BYTES + explicit,
    );
    return end;
  }

  /** The plaintext of a protected record in memory of its own, or `undefined` when it does not authenticate. */
  open(datagram: Uint8Array, record: RecordHeader, protection: Protection): Uint8Array | undefined {
    const explicit = explicitLength(protection.nonce);
    const length = record.end - record.start - explicit - AEADS[protection.key.aead].tagLength;
    if (length < 0) return undefined;
    const sealed = record.start + explicit;
    openNonce(this.#nonce, protection.nonce, protection.iv, record, datagram.subarray(record.start, sealed));
    this.#associate(record, length);
    return this.#crypto.open(protection.key, this.#nonce, this.#aad, datagram.subarray(sealed, record.end));
  }

  #associate(record: { type: ContentType; epoch: number; sequence: number }, length: number): void {
    const aad = this.#aad;
    putU16(aad, 0, record.epoch);
    putU48(aad, 2, record.sequence);
    aad[8] = record.type;
    putU16(aad, 9, DTLS_1_2);
    putU16(aad, 11, length);
  }
}
