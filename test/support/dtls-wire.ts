/** Datagrams taken apart and made by hand. */
import { type CryptoProvider, nodeProvider, nodeEntropy } from '../../src/crypto/index.ts';
import type { Effect } from '../../src/dtls/index.ts';
import { type Fragment, fragmentOf, parseFragment } from '../../src/dtls/message/handshake.ts';
import {
  CONTENT_TYPE,
  DTLS_1_2,
  parseRecord,
  putU16,
  putU48,
  RECORD_HEADER_BYTES,
  type RecordHeader,
} from '../../src/dtls/record/header.ts';
import { type Protection, RecordProtection, recordLength } from '../../src/dtls/record/protection.ts';

export interface TakenRecord extends RecordHeader {
  /** Header and fragment: a datagram of its own. */
  readonly whole: Uint8Array;
  readonly fragment: Uint8Array;
}

/** The records of a datagram; anything that is not one is a failure of the test. */
export function recordsOf(datagram: Uint8Array, cidLength = 0): TakenRecord[] {
  const records: TakenRecord[] = [];
  for (let offset = 0; offset < datagram.length; ) {
    const parsed = parseRecord(datagram, offset, cidLength);
    if ('drop' in parsed) throw new RangeError(`not a record at ${offset}: ${parsed.drop}`);
    const { record } = parsed;
    records.push({
      ...record,
      whole: datagram.slice(offset, record.end),
      fragment: datagram.slice(record.start, record.end),
    });
    offset = record.end;
  }
  return records;
}

/** The handshake fragments of a plaintext. */
export function fragmentsOf(plaintext: Uint8Array): Fragment[] {
  const fragments: Fragment[] = [];
  for (let at = 0; at < plaintext.length; ) {
    const fragment = parseFragment(plaintext, at);
    if (fragment === undefined) throw new RangeError(`not a handshake fragment at ${at}`);
    fragments.push(fragment);
    at += 12 + fragment.bytes.length;
  }
  return fragments;
}

export interface RecordFields {
  readonly type?: number;
  readonly version?: number;
  readonly epoch?: number;
  readonly sequence?: number;
}

/** A record in the clear; `type` and `epoch` may be anything. */
export function plainRecord(fields: RecordFields, fragment: Uint8Array): Uint8Array {
  const out = new Uint8Array(RECORD_HEADER_BYTES + fragment.length);
  out[0] = fields.type ?? CONTENT_TYPE.handshake;
  putU16(out, 1, fields.version ?? DTLS_1_2);
  putU16(out, 3, fields.epoch ?? 0);
  putU48(out, 5, fields.sequence ?? 0);
  putU16(out, 11, fragment.length);
  out.set(fragment, RECORD_HEADER_BYTES);
  return out;
}

/** A record protected with the keys of one direction. */
export function protectedRecord(
  protection: Protection,
  fields: { type: number; sequence: number; epoch?: number },
  plaintext: Uint8Array,
  crypto: CryptoProvider = nodeProvider,
): Uint8Array {
  const out = new Uint8Array(recordLength(protection, plaintext.length));
  const record = {
    type: fields.type as RecordHeader['type'],
    epoch: fields.epoch ?? 1,
    sequence: fields.sequence,
    version: DTLS_1_2,
  };
  new RecordProtection(crypto, nodeEntropy()).write(out, 0, record, protection, plaintext);
  return out;
}

/** One whole handshake message as a fragment. */
export function message(type: number, messageSeq: number, body: Uint8Array): Uint8Array {
  return fragmentOf({ type, messageSeq, length: body.length, offset: 0, bytes: body });
}

/** A message cut into fragments of at most `size` bytes of body. */
export function cut(type: number, messageSeq: number, body: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < body.length; offset += size) {
    const bytes = body.subarray(offset, offset + size);
    pieces.push(fragmentOf({ type, messageSeq, length: body.length, offset, bytes }));
  }
  return pieces;
}

/** The datagrams that effects ask to send. */
export function sent(effects: readonly Effect[]): Uint8Array[] {
  return effects.flatMap((effect) => (effect.kind === 'transmit' ? [effect.datagram] : []));
}

/** The reasons of all drops. */
export function drops(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'dropped' ? [effect.reason] : []));
}

/** Effects in short: the kind, and the reason where there is one. */
export function kinds(effects: readonly Effect[]): string[] {
  return effects.map((effect) => ('reason' in effect ? `${effect.kind}:${effect.reason}` : effect.kind));
}
