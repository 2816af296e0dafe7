/**
 * The simulation by hand, and for hours at a time:
 *
 *   node test/sim/run.ts                 seeds 0..199, one line each
 *   node test/sim/run.ts 5000 1000       seeds 5000..5999
 *   node test/sim/run.ts --golden        prints the hashes that belong into seeds.json
 */
import { goldenSeeds } from './seeds.ts';
import { scenarioOf } from './scenarios.ts';
import { runWorld } from './world.ts';

const [first = '0', count = '200'] = process.argv.slice(2);
if (first === '--golden') {
  const hashes = Object.keys(goldenSeeds()).map((seed) => [
    seed,
    runWorld(Number(seed), scenarioOf(Number(seed)).scenario).digest,
  ]);
  console.log(JSON.stringify(Object.fromEntries(hashes), null, 2));
} else {
  const started = performance.now();
  let wrong = 0;
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const { name, scenario } = scenarioOf(seed);
    const outcome = runWorld(seed, scenario);
    const verdict = outcome.findings.length === 0 ? 'ok' : outcome.findings.join('; ');
    if (outcome.findings.length > 0) wrong++;
    const done = `done at ${(outcome.doneAtMs / 1_000).toFixed(1)} s, ${outcome.events} events`;
    console.log(`${seed} ${name.padEnd(12)} ${done}: ${verdict}`);
  }
  console.log(`${wrong} of ${count} runs failed, ${((performance.now() - started) / 1_000).toFixed(1)} s`);
  process.exitCode = wrong === 0 ? 0 : 1;
}
