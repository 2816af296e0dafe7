/** The live trust against its plain definition: the same commands to both, and after each the same world in both. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { recordSnapshot } from '../../src/trust/index.ts';
import { type Step, TrustPair } from './trust-pair.ts';

// Small numbers are no more interesting than others here: each picks one of what there is.
const n = fc.noBias(fc.nat(1_000));
const by = fc.constantFrom(
  'operator',
  'operator',
  'trustor',
  'owner',
  'introducer',
  'anybody',
) satisfies fc.Arbitrary<string>;
const kinds = (...names: Step['does'][]): fc.Arbitrary<Step['does']> => fc.constantFrom(...names);

/** What is drawn most often is what makes worlds interesting. */
const does = fc.oneof(
  { weight: 8, arbitrary: kinds('trusts') },
  { weight: 9, arbitrary: kinds('introduces') },
  { weight: 5, arbitrary: kinds('vouches') },
  { weight: 4, arbitrary: kinds('revokes') },
  { weight: 4, arbitrary: kinds('suspends', 'resumes') },
  { weight: 3, arbitrary: kinds('waits') },
  {
    weight: 2,
    arbitrary: kinds('suspends-actor', 'resumes-actor', 'suspends-credential', 'resumes-credential'),
  },
  { weight: 2, arbitrary: kinds('establishes', 'rotates', 'uses', 'ends-credential') },
  { weight: 1, arbitrary: kinds('asks', 'asks', 'asks', 'removes-actor') },
);

const stepsOf = (does: fc.Arbitrary<Step['does']>, min: number, max: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ does, by, a: n, b: n, c: n, d: n }), { minLength: min, maxLength: max, size: 'max' });

/** First something to lose is built, then everything happens. */
const STORY = fc.record({
  chainMax: fc.constantFrom(3, 3, 2, 5),
  crowd: fc.constantFrom(4, 6),
  building: stepsOf(
    kinds('trusts', 'trusts', 'introduces', 'introduces', 'vouches', 'vouches', 'establishes'),
    8,
    40,
  ),
  steps: stepsOf(does, 1, 40),
});

const FULL = process.env['POSTERN_TEST_SCALE'] === 'full';
const SEQUENCES = FULL ? 10_000 : 2_000;
const SEED = Number(process.env['POSTERN_TEST_SEED'] ?? 20_261);

test(`G04: the live trust is its plain definition: ${SEQUENCES} sequences, seed ${SEED}`, (context) => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(STORY, ({ chainMax, crowd, building, steps }) => {
      const pair = new TrustPair(chainMax, crowd, seen);
      for (const step of [...building, ...steps]) pair.run(step);
      pair.conclude();
    }),
    { numRuns: SEQUENCES, seed: SEED },
  );
  context.diagnostic(
    `score: ${SEQUENCES} sequences of commands agree with the plain definition, seed ${SEED}`,
  );
  // A test that never saw the interesting has shown nothing.
  for (const what of [
    'falls',
    'survives',
    'cycle',
    'introduced',
    'withdrawn',
    'lost by time',
    'deep',
    'final',
    'held',
    'given by the owner',
  ]) {
    assert.ok((seen.get(what) ?? 0) > 20, `${what}: ${seen.get(what)}, of ${JSON.stringify([...seen])}`);
  }
});

test('revocations that know nothing of each other may come in any order', () => {
  fc.assert(
    fc.property(STORY, n, n, ({ chainMax, crowd, building, steps }, first, second) => {
      const pair = new TrustPair(chainMax, crowd, new Map());
      for (const step of [...building, ...steps]) pair.run(step);
      const one = pair.copy();
      const other = pair.copy();
      one.revokeAt(first);
      one.revokeAt(second);
      other.revokeAt(second);
      other.revokeAt(first);
      assert.deepEqual(one.lengths(), other.lengths());
      const ended = (each: typeof one): string[] =>
        recordSnapshot(each.trust.snapshot)
          .relationships.filter(({ state }) => state.kind === 'ended')
          .map(({ id }) => id);
      assert.deepEqual(ended(one), ended(other));
    }),
    { numRuns: FULL ? 2_000 : 300, seed: SEED },
  );
});
