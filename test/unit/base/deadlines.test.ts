import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Deadlines, type Instant, instant } from '../../../src/base/index.ts';

type Command =
  | { readonly kind: 'arm'; readonly key: number; readonly at: number }
  | { readonly kind: 'disarm'; readonly key: number }
  | { readonly kind: 'take'; readonly now: number };

const key = fc.integer({ min: 0, max: 12 });
const time = fc.integer({ min: 0, max: 30 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('arm' as const), key, at: time }),
  fc.record({ kind: fc.constant('disarm' as const), key }),
  fc.record({ kind: fc.constant('take' as const), now: time }),
);

/** The same, by looking at everything each time. */
class Naive {
  readonly at = new Map<number, number>();

  earliest(): number | undefined {
    return this.at.size === 0 ? undefined : Math.min(...this.at.values());
  }
}

describe('Deadlines', () => {
  test('agrees with a naive list', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const deadlines = new Deadlines<number>();
        const naive = new Naive();
        for (const one of commands) run(deadlines, naive, one);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test('hands everything due out in order of time, each once', () => {
    const deadlines = new Deadlines<number>();
    for (let i = 0; i < 1_000; i++) deadlines.arm(i, instant((i * 7_919) % 1_009));
    let last = -1;
    let count = 0;
    for (let due = deadlines.earliest(); due !== undefined; due = deadlines.earliest()) {
      assert.ok(due >= last);
      last = due;
      assert.notEqual(deadlines.takeDue(due), undefined);
      count++;
    }
    assert.equal(count, 1_000);
    assert.equal(deadlines.takeDue(instant(1e9)), undefined);
  });
});

function run(deadlines: Deadlines<number>, naive: Naive, one: Command): void {
  if (one.kind === 'arm') {
    deadlines.arm(one.key, instant(one.at));
    naive.at.set(one.key, one.at);
  } else if (one.kind === 'disarm') {
    deadlines.disarm(one.key);
    naive.at.delete(one.key);
  } else {
    const earliest = naive.earliest();
    const taken = deadlines.takeDue(one.now as Instant);
    const due = earliest !== undefined && earliest <= one.now;
    assert.equal(taken !== undefined, due);
    if (taken !== undefined) {
      assert.equal(naive.at.get(taken), earliest);
      naive.at.delete(taken);
    }
  }
  assert.equal(deadlines.size, naive.at.size);
  assert.equal(deadlines.earliest(), naive.earliest());
  for (const [known, at] of naive.at) assert.equal(deadlines.of(known), at);
  const first = deadlines.first();
  assert.equal(first === undefined ? undefined : naive.at.get(first), naive.earliest());
}
