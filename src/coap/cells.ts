/**
 * Memory in cells of 64 bytes, cut from large arrays and used again: for many small things that live for minutes.
 * An object each would cost several times as much, and the garbage collector would have to look at all of them.
 *
 *     cell:  number of the next cell (4) | content (60)
 */
import { assert } from '../base/index.ts';

/** Number of a cell; 0 is none. */
export type Cell = number;

export class Cells {
  readonly #cellsMax: number;
  readonly #blocks: Uint8Array[] = [];
  /** Given back and not yet used again, linked by `next`. */
  #free: Cell = NO_CELL;
  /** Cells ever cut. */
  #cut = 0;
  #used = 0;

  constructor(bytesMax: number) {
    this.#cellsMax = Math.floor(bytesMax / CELL_BYTES);
  }

  get used(): number {
    return this.#used;
  }

  get available(): number {
    return this.#cellsMax - this.#used;
  }

  /** A cell with whatever it held before, and no next one. There must be one available. */
  take(): Cell {
    assert(this.#used < this.#cellsMax, 'a cell is taken when one is available');
    this.#used++;
    const recycled = this.#free;
    if (recycled !== NO_CELL) {
      this.#free = this.next(recycled);
      this.link(recycled, NO_CELL);
      return recycled;
    }
    if (this.#cut % CELLS_PER_BLOCK === 0) this.#blocks.push(new Uint8Array(CELLS_PER_BLOCK * CELL_BYTES));
    this.#cut++;
    return this.#cut;
  }

  /** Gives back a chain of `count` cells from `first` to `last`. */
  giveBack(first: Cell, last: Cell, count: number): void {
    this.link(last, this.#free);
    this.#free = first;
    this.#used -= count;
  }

  /** The array that `cell` lies in, from `offsetOf(cell)` on. */
  blockOf(cell: Cell): Uint8Array {
    return this.#blocks[(cell - 1) >> BLOCK_BITS] as Uint8Array;
  }

  next(cell: Cell): Cell {
    return readInt32(this.blockOf(cell), offsetOf(cell));
  }

  link(cell: Cell, next: Cell): void {
    writeInt32(this.blockOf(cell), offsetOf(cell), next);
  }
}

/** Where `cell` begins in its array; its content begins CELL_HEAD bytes later. */
export const offsetOf = (cell: Cell): number => ((cell - 1) & (CELLS_PER_BLOCK - 1)) * CELL_BYTES;

export const readUint16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

export const readInt32 = (bytes: Uint8Array, at: number): number =>
  (readUint16(bytes, at) << 16) | readUint16(bytes, at + 2);

export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value >> 16);
  writeUint16(bytes, at + 2, value);
}

export const NO_CELL: Cell = 0;
export const CELL_BYTES = 64;
export const CELL_HEAD = 4;
const BLOCK_BITS = 10;
const CELLS_PER_BLOCK = 1 << BLOCK_BITS;
