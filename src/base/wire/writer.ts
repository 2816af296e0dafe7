/**
 * Writing of network byte order into a buffer that grows. `finish()` hands out an array of exactly what was written.
 */
import { assert } from '../assert.ts';

export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value >>> 8).u8(value);
  }

  u24(value: number): this {
    return this.u8(value >>> 16).u16(value);
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value);
  }

  u48(value: number): this {
    return this.u16(Math.floor(value / 0x1_0000_0000)).u32(value % 0x1_0000_0000);
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  vector8(bytes: Uint8Array): this {
    assert(bytes.length <= 0xff, 'a vector8 holds at most 255 bytes');
    return this.u8(bytes.length).bytes(bytes);
  }

  vector16(bytes: Uint8Array): this {
    assert(bytes.length <= 0xffff, 'a vector16 holds at most 65535 bytes');
    return this.u16(bytes.length).bytes(bytes);
  }

  vector24(bytes: Uint8Array): this {
    assert(bytes.length <= 0xff_ffff, 'a vector24 holds at most 16777215 bytes');
    return this.u24(bytes.length).bytes(bytes);
  }

  /** The written bytes, in memory that nobody else uses: the buffer itself where they fill most of it. */
  finish(): Uint8Array {
    const { length } = this.#bytes;
    if (this.#length === length) return this.#bytes;
    const full = length > SMALL_BYTES && 2 * this.#length > length;
    return full ? this.#bytes.subarray(0, this.#length) : this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Up to this size V8 allocates so cheaply that a view costs more than a copy. */
const SMALL_BYTES = 64;
