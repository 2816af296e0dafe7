/**
 * Runs of the whole by seeds, see world.ts. A failing seed is repeated with `node test/sim/run.ts SEED 1`. The hashes
 * in seeds.json change when what the core says on the wire does: look why, then write there what
 * `node test/sim/run.ts --golden` prints.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SCENARIOS, scenarioOf } from './scenarios.ts';
import { goldenSeeds } from './seeds.ts';
import { runWorld } from './world.ts';

const names = Object.keys(SCENARIOS);
const seedsPerScenario = process.env['POSTERN_TEST_SCALE'] === 'smoke' ? 3 : 16;

describe('safe and live, whatever the network does', () => {
  for (const [i, name] of names.entries()) {
    test(`${name}: ${seedsPerScenario} seeds`, () => {
      for (let round = 0; round < seedsPerScenario; round++) {
        const seed = i + round * names.length;
        assert.deepEqual([seed, ...runWorld(seed, scenarioOf(seed).scenario).findings], [seed]);
      }
    });
  }
});

describe('the same seed', () => {
  test('has the same history', () => {
    for (const seed of [6, 7]) {
      const { scenario } = scenarioOf(seed);
      assert.deepEqual(runWorld(seed, scenario), runWorld(seed, scenario));
    }
  });

  test('has another history than another seed', () => {
    assert.notEqual(
      runWorld(1, scenarioOf(1).scenario).digest,
      runWorld(1 + names.length, scenarioOf(1).scenario).digest,
    );
  });

  for (const [seed, digest] of Object.entries(goldenSeeds())) {
    test(`${seed} has the history that it had when seeds.json was written`, () => {
      assert.equal(runWorld(Number(seed), scenarioOf(Number(seed)).scenario).digest, digest);
    });
  }
});
