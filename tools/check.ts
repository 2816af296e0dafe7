/**
 * The fast checks: everything that can be known without sockets, in well under 90 seconds on two cores. One line per
 * step with its time; the full output of steps that failed.
 */
import { availableParallelism } from 'node:os';
import { CHECKED_LAYERS, hasBench, type Layer, runLayer, STATIC_CHECKS } from './layers.ts';
import { displaySeconds, type Outcome, ROOT, run } from './run.ts';

interface Step {
  readonly name: string;
  readonly run: () => Promise<(Outcome & { readonly note: string }) | undefined>;
}

process.chdir(ROOT);
const started = performance.now();
const failed = await runAll(steps(), Math.min(2, availableParallelism()));
const seconds = (performance.now() - started) / 1_000;
console.log(
  `check: ${failed === 0 ? 'all is well' : `${failed} failed`} in ${displaySeconds(seconds).trim()}`,
);
process.exitCode = failed === 0 ? 0 : 1;

/** Longest first, so that both cores end at about the same time. */
function steps(): Step[] {
  const commands = [
    ...STATIC_CHECKS,
    { name: 'docs', command: ['node', 'tools/docgen.ts', '--check'] },
    { name: 'tidy', command: ['node', 'tools/tidy.ts'] },
    ...(hasBench() ? [{ name: 'bench', command: ['node', 'test/bench/main.ts', '--tiny'] }] : []),
  ];
  const layers = CHECKED_LAYERS.toSorted((a, b) => weight(b) - weight(a)).map(layerStep);
  return [...layers, ...commands.map(({ name, command }) => commandStep(name, command))];
}

function weight(layer: Layer): number {
  return ['fuzz', 'sim', 'matrix', 'model'].includes(layer.name) ? 1 : 0;
}

function layerStep(layer: Layer): Step {
  return {
    name: layer.name,
    run: async () => {
      const result = await runLayer(layer, 'smoke');
      if (result === undefined) return undefined;
      const note = `${result.passed} passed${result.skipped > 0 ? `, ${result.skipped} skipped` : ''}`;
      return { ok: result.failed === 0, output: result.output, seconds: result.seconds, note };
    },
  };
}

function commandStep(name: string, command: readonly string[]): Step {
  return { name, run: async () => ({ ...(await run(command, { limitS: 90 })), note: '' }) };
}

/** Runs the steps, `width` at a time, and returns how many failed. */
async function runAll(all: readonly Step[], width: number): Promise<number> {
  const waiting = [...all];
  const failures: string[] = [];
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const outcome = await step.run();
      if (outcome === undefined) continue;
      const verdict = outcome.ok ? 'ok    ' : 'FAILED';
      console.log(
        `${verdict} ${step.name.padEnd(9)} ${displaySeconds(outcome.seconds)}  ${outcome.note}`.trimEnd(),
      );
      if (!outcome.ok) failures.push(`\n== ${step.name}\n${outcome.output.trimEnd()}`);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  for (const failure of failures) console.log(failure);
  return failures.length;
}
