/** Unpredictable bytes from the operating system, drawn in blocks because each draw costs a call. */
import { randomFillSync } from 'node:crypto';
import { assert } from '../../base/index.ts';
import type { Entropy } from '../provider.ts';

/** A source of its own for each caller: bytes handed out are wiped from the block. */
export function nodeEntropy(): Entropy {
  const block = new Uint8Array(BLOCK_BYTES);
  let used = block.length;
  return (length) => {
    assert(length <= block.length, 'entropy is drawn in small pieces');
    if (used + length > block.length) {
      randomFillSync(block);
      used = 0;
    }
    const bytes = block.slice(used, used + length);
    block.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}

const BLOCK_BYTES = 4_096;
