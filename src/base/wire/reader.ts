/**
 * Bounds-checked reading of network byte order. Nothing is copied: vectors are views of the input, so the caller
 * copies what it keeps. Running past the end calls the `overrun` given at construction, which throws.
 */

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #overrun: () => never;
  #offset = 0;

  constructor(bytes: Uint8Array, overrun: () => never) {
    this.#bytes = bytes;
    this.#overrun = overrun;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  get done(): boolean {
    return this.#offset === this.#bytes.length;
  }

  u8(): number {
    if (this.remaining < 1) this.#overrun();
    return this.#bytes[this.#offset++] as number;
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8();
  }

  u24(): number {
    return this.u16() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16();
  }

  /** Six bytes: a DTLS sequence number, exactly representable. */
  u48(): number {
    return this.u16() * 0x1_0000_0000 + this.u32();
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    if (length > this.remaining) this.#overrun();
    const view = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return view;
  }

  /** A view of everything left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** A vector with a one-byte length. */
  vector8(): Uint8Array {
    return this.bytes(this.u8());
  }

  /** A vector with a two-byte length. */
  vector16(): Uint8Array {
    return this.bytes(this.u16());
  }

  /** A vector with a three-byte length. */
  vector24(): Uint8Array {
    return this.bytes(this.u24());
  }

  /** Asserts that nothing follows. */
  end(): void {
    if (!this.done) this.#overrun();
  }
}
