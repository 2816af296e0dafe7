/**
 * The whole test run: static checks, then every layer, then one table. Exit code 0 means that all of it is well.
 *
 *   node tools/test.ts [LAYER...]     only these layers, without the static checks
 */
import { LAYERS, type LayerResult, runLayer, STATIC_CHECKS } from './layers.ts';
import { displaySeconds, ROOT, run } from './run.ts';

process.chdir(ROOT);
process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;

async function main(wanted: readonly string[]): Promise<boolean> {
  const unknown = wanted.filter((name) => !LAYERS.some((layer) => layer.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such layer: ${unknown.join(' ')}; there are ${LAYERS.map((layer) => layer.name).join(' ')}`,
    );
    return false;
  }
  const results: LayerResult[] = wanted.length === 0 ? [await staticChecks()] : [];
  for (const layer of LAYERS) {
    if (wanted.length > 0 && !wanted.includes(layer.name)) continue;
    const result = await runLayer(layer, 'full', (text) => process.stdout.write(text));
    if (result === undefined) continue;
    console.log(lineOf(result));
    results.push(result);
  }
  return conclude(results);
}

/** Types, lint, format and unused code count as one test each. */
async function staticChecks(): Promise<LayerResult> {
  const outcomes = [];
  for (const check of STATIC_CHECKS) {
    const outcome = await run(check.command, { limitS: 120 });
    if (!outcome.ok) console.log(`\n  FAILED ${check.name}\n${outcome.output}`);
    outcomes.push(outcome);
  }
  const passed = outcomes.filter(({ ok }) => ok).length;
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0);
  const result = {
    name: 'static',
    passed,
    failed: outcomes.length - passed,
    skipped: 0,
    seconds,
    output: '',
  };
  console.log(lineOf(result));
  return result;
}

function conclude(results: readonly LayerResult[]): boolean {
  const sum = (key: 'passed' | 'failed' | 'skipped' | 'seconds'): number =>
    results.reduce((total, result) => total + result[key], 0);
  console.log('\nlayer      passed   failed  skipped      time');
  for (const result of results) console.log(lineOf(result));
  const tests = results.filter(({ name }) => name !== 'static');
  const empty = tests.every(({ passed, failed, skipped }) => passed + failed + skipped === 0);
  if (empty) console.log('no tests were found, and that is a failure');
  console.log(`\nin ${displaySeconds(sum('seconds')).trim()}`);
  console.log(
    `${sum('passed')} passed, ${sum('failed') + (empty ? 1 : 0)} failed, ${sum('skipped')} skipped`,
  );
  return sum('failed') === 0 && !empty;
}

function lineOf({ name, passed, failed, skipped, seconds }: LayerResult): string {
  const columns = [passed, failed, skipped].map((count) => String(count).padStart(8)).join(' ');
  return `${name.padEnd(8)} ${columns} ${displaySeconds(seconds)}`;
}
