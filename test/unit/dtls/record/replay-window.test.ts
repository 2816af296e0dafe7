import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFresh, markReceived, replayWindow } from '../../../../src/dtls/record/replay-window.ts';
import { Random } from '../../../support/dtls-random.ts';

const WINDOW = 64;

/** RFC 6347 4.1.2.6 with a set: fresh is what is not too old and was not seen. */
class Naive {
  readonly seen = new Set<number>();
  newest = -1;

  isFresh(sequence: number): boolean {
    return sequence > this.newest - WINDOW && !this.seen.has(sequence);
  }

  mark(sequence: number): void {
    this.seen.add(sequence);
    this.newest = Math.max(this.newest, sequence);
  }
}

/** Asks about every number that could matter. */
function agree(window: ReturnType<typeof replayWindow>, naive: Naive, about: string): void {
  for (let sequence = Math.max(0, naive.newest - WINDOW - 3); sequence <= naive.newest + 3; sequence++)
    assert.equal(isFresh(window, sequence), naive.isFresh(sequence), `${about}: ${sequence}`);
}

function play(sequences: readonly number[]): void {
  const window = replayWindow();
  const naive = new Naive();
  for (const sequence of sequences) {
    const fresh = isFresh(window, sequence);
    assert.equal(fresh, naive.isFresh(sequence), sequences.join());
    if (!fresh) continue;
    markReceived(window, sequence);
    naive.mark(sequence);
    agree(window, naive, sequences.join());
  }
}

describe('the replay window agrees with a set', () => {
  // Around the places where the window is cut: its two words, and its end.
  const NUMBERS = [0, 1, 2, 31, 32, 33, 63, 64, 65, 96, 127, 128, 200];

  test('for every order of up to four of the numbers where something changes', () => {
    const walk = (played: readonly number[]): void => {
      play(played);
      if (played.length === 4) return;
      for (const next of NUMBERS) walk([...played, next]);
    };
    walk([]);
  });

  test('for every step from 1 to 130, with one record left behind', () => {
    for (let step = 1; step <= 130; step++)
      for (let behind = 0; behind < 70; behind++) play([100, 100 + step, 100 + step - behind, 100]);
  });

  test('for long random walks', () => {
    const random = new Random(6);
    for (let walk = 0; walk < 50; walk++) {
      let at = 0;
      play(
        Array.from({ length: 150 }, () => {
          at = Math.max(0, at + random.below(12) - 4 + (random.chance(0.03) ? 70 : 0));
          return at;
        }),
      );
    }
  });

  test('up to the last sequence number there is', () => {
    const end = 2 ** 48 - 1;
    play([end - 70, end - 64, end - 63, end - 1, end, end, end - 1, end - 63]);
  });
});

test('asking changes nothing', () => {
  const window = replayWindow();
  markReceived(window, 5);
  const before = { ...window };
  for (const sequence of [0, 5, 6, 1_000]) isFresh(window, sequence);
  assert.deepEqual(window, before);
});
