/**
 * Distinguished Encoding Rules (ITU-T X.690), the reading half, strictly: definite minimal lengths, single-byte tags,
 * nothing after the end. Nothing is copied: contents are views of the input. Anything else throws a fault of the
 * closed list in fault.ts, so every use runs under `decoding`.
 */
import { fromUtf8, type WallTime, wallTime } from '../../base/index.ts';
import { refuse } from './fault.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const satisfies Record<string, number>;

/** The tag byte of a context-specific element, `[n]`. */
export const contextTag = (n: number, form: 'primitive' | 'constructed'): number =>
  (form === 'constructed' ? 0xa0 : 0x80) | n;

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Header and content. */
  readonly whole: Uint8Array;
}

/** Reads the elements of one constructed content, front to back. */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #depth: number;
  #offset = 0;

  constructor(bytes: Uint8Array, depth = 0) {
    if (depth > DEPTH_MAX) refuse('too-deep');
    this.#bytes = bytes;
    this.#depth = depth;
  }

  get done(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** The tag of the next element, `undefined` at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#offset];
  }

  /** The next element, whatever it is. */
  any(): DerElement {
    const start = this.#offset;
    const tag = this.#byte();
    // Tag numbers from 31 on take several bytes; no format here uses them. Zero is end-of-contents.
    if ((tag & 0x1f) === 0x1f || tag === 0) refuse('bad-tag');
    const length = this.#length();
    if (length > this.#bytes.length - this.#offset) refuse('truncated');
    const content = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return { tag, content, whole: this.#bytes.subarray(start, this.#offset) };
  }

  /** The next element, which has this tag. */
  element(tag: number): DerElement {
    if (this.nextTag !== tag) refuse(this.done ? 'truncated' : 'bad-tag');
    return this.any();
  }

  /** The content of the next element if it has this tag, else `undefined` and nothing is consumed. */
  optional(tag: number): Uint8Array | undefined {
    return this.nextTag === tag ? this.any().content : undefined;
  }

  /** A reader of the next element, which is constructed and has this tag. */
  inside(tag: number): DerReader {
    return this.within(this.element(tag).content);
  }

  /** A reader of content taken from this one: one level deeper. */
  within(content: Uint8Array): DerReader {
    return new DerReader(content, this.#depth + 1);
  }

  sequence(): DerReader {
    return this.inside(TAG.sequence);
  }

  /** The content of an INTEGER that is not negative: minimal, big-endian, possibly with a leading zero byte. */
  unsigned(lengthMax: number): Uint8Array {
    return unsignedContent(this.element(TAG.integer).content, lengthMax);
  }

  /** A small INTEGER, 0 to 2^31 - 1. */
  small(): number {
    return numberOf(this.unsigned(4));
  }

  boolean(): boolean {
    const { content } = this.element(TAG.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) refuse('bad-boolean');
    return content[0] === 0xff;
  }

  /** Whole bytes in a BIT STRING: no unused bits. */
  octetsInBitString(): Uint8Array {
    const { content } = this.element(TAG.bitString);
    if (content.length < 1 || content[0] !== 0) refuse('bad-bit-string');
    return content.subarray(1);
  }

  oid(): string {
    return oidText(this.element(TAG.oid).content);
  }

  /** A Time as RFC 5280 4.1.2.5 wants it: UTC, with seconds, without fractions. */
  time(): WallTime {
    const { tag, content } = this.any();
    if (tag === TAG.utcTime) return utcTime(content);
    if (tag === TAG.generalizedTime) return generalizedTime(content);
    return refuse('bad-tag');
  }

  /** Asserts that nothing follows. */
  end(): void {
    if (!this.done) refuse('trailing-bytes');
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) return refuse('truncated');
    this.#offset++;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > LENGTH_BYTES_MAX) refuse('bad-length');
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 0x100 + this.#byte();
    if (length < 0x80 || (count > 1 && length < 0x100 ** (count - 1))) refuse('bad-length');
    return length;
  }
}

/** The elements of an input that is one element and nothing more; `bytesMax` bounds it before anything is read. */
export function derDocument(bytes: Uint8Array, bytesMax: number): DerReader {
  if (bytes.length > bytesMax) refuse('too-large');
  const outer = new DerReader(bytes);
  const inner = outer.sequence();
  outer.end();
  return inner;
}

/** Checks the content of an INTEGER and hands it back. */
export function unsignedContent(content: Uint8Array, lengthMax: number): Uint8Array {
  const [first, second] = content;
  if (first === undefined || content.length > lengthMax || first >= 0x80) return refuse('bad-integer');
  if (first === 0 && second !== undefined && second < 0x80) refuse('bad-integer');
  return content;
}

/** The number in at most six bytes, big-endian. */
export function numberOf(content: Uint8Array): number {
  let value = 0;
  for (const byte of content) value = value * 0x100 + byte;
  return value;
}

/**
 * The text of a string element: UTF-8, ASCII types (also where the type allows fewer characters, which issuers get
 * wrong and which changes no meaning) and BMPString; `undefined` for Teletex and other types whose meaning is unclear.
 */
export function textOf({ tag, content }: DerElement): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      return fromUtf8(content) ?? refuse('bad-text');
    case TAG.numericString:
    case TAG.printableString:
    case TAG.ia5String:
      return asciiText(content);
    case TAG.bmpString:
      return bmpText(content);
    default:
      return undefined;
  }
}

/** The text of ASCII bytes. */
export function asciiText(content: Uint8Array): string {
  let text = '';
  for (const byte of content) {
    if (byte > 0x7f) refuse('bad-text');
    text += String.fromCharCode(byte);
  }
  return text;
}

function bmpText(content: Uint8Array): string {
  if (content.length % 2 !== 0) refuse('bad-text');
  let text = '';
  for (let i = 0; i < content.length; i += 2) {
    const unit = numberOf(content.subarray(i, i + 2));
    if (unit >= 0xd800 && unit < 0xe000) refuse('bad-text');
    text += String.fromCharCode(unit);
  }
  return text;
}

/** Dotted decimal; arcs beyond 2^53 are refused, nobody uses them but attackers. */
function oidText(content: Uint8Array): string {
  if (content.length === 0 || content.length > OID_BYTES_MAX || (content.at(-1) as number) >= 0x80) {
    return refuse('bad-oid');
  }
  const arcs: number[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of content) {
    // X.690 8.19.2: the fewest bytes possible.
    if (fresh && byte === 0x80) refuse('bad-oid');
    arc = arc * 0x80 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) refuse('bad-oid');
    fresh = byte < 0x80;
    if (!fresh) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...others].join('.');
}

function utcTime(content: Uint8Array): WallTime {
  const [, yy, rest] = /^(\d\d)(\d{10})Z$/.exec(asciiText(content)) ?? refuse('bad-time');
  const year = Number(yy);
  // RFC 5280 4.1.2.5.1: from 50 on it is the twentieth century.
  return instantOf(year >= 50 ? 1900 + year : 2000 + year, rest as string);
}

function generalizedTime(content: Uint8Array): WallTime {
  const [, yyyy, rest] = /^(\d{4})(\d{10})Z$/.exec(asciiText(content)) ?? refuse('bad-time');
  return instantOf(Number(yyyy), rest as string);
}

/** Milliseconds since 1970 of a year and MMDDHHMMSS, proleptic Gregorian. */
function instantOf(year: number, rest: string): WallTime {
  const [month, day, hour, minute, second] = (rest.match(/../g) ?? []).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const length = lengths[month - 1] ?? 0;
  if (day < 1 || day > length || hour > 23 || minute > 59 || second > 59) refuse('bad-time');
  const before = year - 1;
  let days = 365 * before + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  days += lengths.slice(0, month - 1).reduce((sum, n) => sum + n, 0) + (day - 1) - DAYS_BEFORE_1970;
  return wallTime((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000);
}

const DEPTH_MAX = 16;
/** Three bytes: 16 MiB, more than any limit of a document here. */
const LENGTH_BYTES_MAX = 3;
const OID_BYTES_MAX = 64;
/** From 0001-01-01 to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_162;
