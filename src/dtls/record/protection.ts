/** Sealing and opening of records with the keys of an epoch (RFC 6347 4.1.2, RFC 5246 6.2.3.3, RFC 9146 4, 5). */
import { EMPTY } from '../../base/index.ts';
import { type AeadKey, AEADS, type CryptoProvider, type Entropy, sealedLength } from '../../crypto/index.ts';
import {
  CBC_IV_BYTES,
  explicitLength,
  NONCE_BYTES,
  type NonceShape,
  openNonce,
  sealNonce,
} from '../suite/aead.ts';
import {
  CONTENT_TYPE,
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
  /** Plain numbers: of two small typed arrays for every connection, one is saved. */
  readonly iv: readonly number[];
  readonly nonce: NonceShape;
  /** The connection ID that these records carry; empty: none, and the plain record format. */
  readonly cid: Uint8Array;
}

/** A record to be written. */
export interface RecordHead {
  readonly type: ContentType;
  readonly epoch: number;
  readonly sequence: number;
  readonly version: number;
}

/** Bytes of the record that `length` bytes of plaintext become. */
export function recordLength(protection: Protection | null, length: number): number {
  if (protection === null) return RECORD_HEADER_BYTES + length;
  const { cid, nonce, key } = protection;
  const inner = cid.length === 0 ? length : length + 1;
  return RECORD_HEADER_BYTES + cid.length + explicitLength(nonce) + sealedLength(key.aead, inner);
}

/** The largest plaintext whose record has at most `bytes`. */
export function roomIn(protection: Protection | null, bytes: number): number {
  let room = bytes - recordLength(protection, 0);
  while (recordLength(protection, room) > bytes) room--;
  return room;
}

/** DTLSInnerPlaintext (RFC 9146 4): content, its type, any number of zeros. `undefined` when it is zeros only. */
export function unwrapInner(inner: Uint8Array): { type: ContentType; plaintext: Uint8Array } | undefined {
  let last = inner.length - 1;
  while (last >= 0 && inner[last] === 0) last--;
  if (last < 0) return undefined;
  return { type: inner[last] as ContentType, plaintext: inner.subarray(0, last) };
}

/** One per endpoint: holds the scratch memory that every record would otherwise allocate. */
export class RecordProtection {
  readonly #crypto: CryptoProvider;
  readonly #entropy: Entropy;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  /** epoch 2 | sequence 6 | type 1 | version 2 | length 2 */
  readonly #aad = new Uint8Array(13);
  /** The form for tls12_cid (RFC 9146 5.3), as long as the longest CID asks for. */
  readonly #cidAad = new Uint8Array(CID_AAD_BYTES + 0xff);

  constructor(crypto: CryptoProvider, entropy: Entropy) {
    this.#crypto = crypto;
    this.#entropy = entropy;
  }

  /** Writes one record at `offset` of `out`, protected unless `protection` is null; returns where it ends. */
  write(
    out: Uint8Array,
    offset: number,
    record: RecordHead,
    protection: Protection | null,
    plaintext: Uint8Array,
  ): number {
    const end = offset + recordLength(protection, plaintext.length);
    if (protection === null) {
      writeRecordHeader(out, offset, record, EMPTY, plaintext.length);
      out.set(plaintext, offset + RECORD_HEADER_BYTES);
      return end;
    }
    const { cid } = protection;
    const start = offset + RECORD_HEADER_BYTES + cid.length;
    const outer = cid.length === 0 ? record : { ...record, type: CONTENT_TYPE.tls12Cid };
    writeRecordHeader(out, offset, outer, cid, end - start);
    const explicit = explicitLength(protection.nonce);
    const nonce = this.#sealNonce(protection, record);
    if (explicit > 0) out.set(nonce.subarray(nonce.length - explicit), start);
    const inner = cid.length === 0 ? plaintext : wrapInner(record.type, plaintext);
    const aad = this.#associated(outer, cid, inner.length);
    this.#crypto.seal(protection.key, nonce, aad, inner, out, start + explicit);
    return end;
  }

  /**
   * What a protected record holds, in memory of its own, or `undefined` when it does not authenticate. Of a tls12_cid
   * record that is a DTLSInnerPlaintext.
   */
  open(datagram: Uint8Array, record: RecordHeader, protection: Protection): Uint8Array | undefined {
    const explicit = explicitLength(protection.nonce);
    // Of a padded plaintext the length is not known yet; its MAC does not cover it either (RFC 7366 3).
    const length = record.end - record.start - explicit - AEADS[protection.key.aead].tagLength;
    if (length < 0) return undefined;
    const sealed = record.start + explicit;
    const nonce = this.#openNonce(protection, record, datagram.subarray(record.start, sealed));
    const aad = this.#associated(record, record.cid, length);
    return this.#crypto.open(protection.key, nonce, aad, datagram.subarray(sealed, record.end));
  }

  #sealNonce({ nonce, iv }: Protection, record: { epoch: number; sequence: number }): Uint8Array {
    if (nonce === 'random') return this.#entropy(CBC_IV_BYTES);
    sealNonce(this.#nonce, nonce, iv, record.epoch, record.sequence);
    return this.#nonce;
  }

  #openNonce({ nonce, iv }: Protection, record: RecordHeader, explicit: Uint8Array): Uint8Array {
    if (nonce === 'random') return explicit;
    openNonce(this.#nonce, nonce, iv, record, explicit);
    return this.#nonce;
  }

  #associated(
    record: { type: ContentType; epoch: number; sequence: number },
    cid: Uint8Array,
    length: number,
  ): Uint8Array {
    if (cid.length > 0) return this.#associatedWithCid(record, cid, length);
    const aad = this.#aad;
    putU16(aad, 0, record.epoch);
    putU48(aad, 2, record.sequence);
    aad[8] = record.type;
    putU16(aad, 9, DTLS_1_2);
    putU16(aad, 11, length);
    return aad;
  }

  /**
   * 0xff x 8 | tls12_cid | cid_length | tls12_cid | version | epoch | sequence | cid | length of the inner
   * plaintext
   */
  #associatedWithCid(
    record: { epoch: number; sequence: number },
    cid: Uint8Array,
    length: number,
  ): Uint8Array {
    const aad = this.#cidAad;
    aad.fill(0xff, 0, 8);
    aad[8] = CONTENT_TYPE.tls12Cid;
    aad[9] = cid.length;
    aad[10] = CONTENT_TYPE.tls12Cid;
    putU16(aad, 11, DTLS_1_2);
    putU16(aad, 13, record.epoch);
    putU48(aad, 15, record.sequence);
    aad.set(cid, 21);
    putU16(aad, 21 + cid.length, length);
    return aad.subarray(0, CID_AAD_BYTES + cid.length);
  }
}

function wrapInner(type: ContentType, plaintext: Uint8Array): Uint8Array {
  const inner = new Uint8Array(plaintext.length + 1);
  inner.set(plaintext);
  inner[plaintext.length] = type;
  return inner;
}

const CID_AAD_BYTES = 23;
