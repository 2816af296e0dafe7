/** Bytes that must not be seen: they do not print, serialise or compare, and can be wiped. */

const REDACTED = '[secret]';

export class Secret {
  #bytes: Uint8Array;

  /** Copies `bytes`; the caller may wipe its own. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Uint8Array.from(bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The bytes themselves, for handing to a primitive. Do not keep the reference. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** Overwrites the bytes; the secret is empty from then on. */
  dispose(): void {
    this.#bytes.fill(0);
    this.#bytes = new Uint8Array(0);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
