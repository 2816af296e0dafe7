/**
 * S2 with several shards. A seed that fails is run again by
 * `POSTERN_SIM_SEED=N node --test test/sim/several-shards.test.ts`.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSeveral, type SeveralScenario } from './several-shards.ts';

const PLAIN: SeveralScenario = { shards: 2, devices: 5, restarts: 0, cuts: 0 };
const SCENARIOS: Readonly<Record<string, SeveralScenario>> = {
  'a feed that reaches each in its own time': PLAIN,
  'a shard that ends and starts again in between': { ...PLAIN, restarts: 3 },
  'a shard that loses the feed': { ...PLAIN, cuts: 1 },
  'all of it, with three': { shards: 3, devices: 7, restarts: 3, cuts: 1 },
};
const first = process.env['POSTERN_SIM_SEED'];
const rounds = process.env['POSTERN_TEST_SCALE'] === 'smoke' ? 3 : 25;
const seeds =
  first === undefined ? Array.from({ length: rounds }, (_, round) => 100 + round) : [Number(first)];

describe('S2 across shards', () => {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    test(`G05: ${name}: ${seeds.length} seeds`, async (context) => {
      const sum: Record<string, number> = {};
      for (const seed of seeds) {
        const { findings, seen } = await runSeveral(seed, scenario);
        assert.deepEqual([seed, ...findings], [seed]);
        for (const [what, count] of Object.entries(seen)) sum[what] = (sum[what] ?? 0) + count;
      }
      context.diagnostic(JSON.stringify(sum));
      // A run in which nothing passed, and nothing was taken, has shown nothing.
      for (const what of ['forwarded', 'delivered', 'passedOn'])
        assert.ok((sum[what] ?? 0) > 50 * seeds.length, `${what}: ${sum[what]}`);
      for (const what of ['acknowledged', 'barred'])
        assert.ok((sum[what] ?? 0) >= seeds.length, `${what}: ${sum[what]}`);
      // Nobody says that it is in force where a shard cannot have heard of it.
      if (scenario.cuts > 0 && first === undefined) assert.ok((sum['unacknowledged'] ?? 0) > 0);
    });
  }

  test('the same seed has the same history', async () => {
    const scenario = SCENARIOS['all of it, with three'] ?? PLAIN;
    assert.deepEqual(await runSeveral(7, scenario), await runSeveral(7, scenario));
    assert.notEqual((await runSeveral(7, scenario)).digest, (await runSeveral(8, scenario)).digest);
  });
});
