/**
 * Memory for many small arrays that live briefly: cut from blocks instead of allocated one by one, which costs ten
 * times as much beyond 64 bytes. A piece is never given out twice, so whoever gets it may keep it; it keeps its whole
 * block alive, so what is kept for long should be copied.
 */
export class Slab {
  #block: Uint8Array;
  #used = 0;

  constructor() {
    this.#block = new Uint8Array(BLOCK_BYTES);
  }

  /** Zeroed memory of its own for the caller. */
  take(length: number): Uint8Array {
    if (length > PIECE_BYTES_MAX) return new Uint8Array(length);
    if (this.#used + length > BLOCK_BYTES) {
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#used = 0;
    }
    const piece = this.#block.subarray(this.#used, this.#used + length);
    this.#used += length;
    return piece;
  }
}

const BLOCK_BYTES = 65_536;
const PIECE_BYTES_MAX = 2_048;
