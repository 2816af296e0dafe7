/** The layers of tests and the checks that need no running code, for `npm test` and `npm run check` alike. */
import { existsSync, globSync } from 'node:fs';
import { run } from './run.ts';
import { SUMMARY_MARK, type Summary } from './test-reporter.ts';

export interface Layer {
  readonly name: string;
  readonly files: string;
  /** Every file in a process of its own: for tests that start real peers and must not disturb each other. */
  readonly isolated: boolean;
  readonly limitS: number;
}

export interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

export interface LayerResult extends Summary {
  readonly name: string;
  readonly seconds: number;
  /** What there is to read: failures in full, and why something was skipped. */
  readonly output: string;
}

/** In the order in which they tell most: the smallest thing that is wrong comes first. */
export const LAYERS: readonly Layer[] = [
  { name: 'house', files: 'test/*.test.ts', isolated: false, limitS: 60 },
  quick('unit'),
  quick('rfc'),
  quick('matrix'),
  quick('model'),
  quick('sim'),
  quick('fuzz'),
  quick('security'),
  real('wycheproof', 180),
  real('interop', 480),
  real('bogo', 600),
  real('e2e', 480),
  real('faults', 480),
];

/** Layers without sockets and real time, run by `npm run check`. */
export const CHECKED_LAYERS: readonly Layer[] = LAYERS.filter((layer) => !layer.isolated);

export const STATIC_CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit', '--pretty', 'false'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'unused', command: ['knip', '--no-progress'] },
];

/** How much of the random layers to run: a taste, or what a release asks for. Read by test/sim and test/fuzz. */
export type Scale = 'smoke' | 'full';

/** Runs one layer; `undefined` when it has no test files. Calls `onOutput` with text as it appears. */
export async function runLayer(
  layer: Layer,
  scale: Scale,
  onOutput: (text: string) => void = () => {},
): Promise<LayerResult | undefined> {
  const files = globSync(layer.files).toSorted();
  if (files.length === 0) return undefined;
  const command = ['node', '--test', `--test-isolation=${layer.isolated ? 'process' : 'none'}`];
  command.push('--test-reporter=./tools/test-reporter.ts', '--test-reporter-destination=stdout');
  // Real peers share two cores with the gateway under test: one file at a time keeps time-outs honest.
  if (layer.isolated) command.push('--test-concurrency=1');
  const { ok, output, seconds } = await run([...command, ...files], {
    limitS: layer.limitS,
    environment: { POSTERN_TEST_SCALE: scale },
    onOutput: (text) => onOutput(withoutSummary(text)),
  });
  const summary = summaryIn(output);
  const failed = ok && summary.passed + summary.skipped > 0 ? 0 : Math.max(1, summary.failed);
  return { ...summary, failed, name: layer.name, seconds, output: withoutSummary(output) };
}

function quick(name: string): Layer {
  return { name, files: `test/${name}/**/*.test.ts`, isolated: false, limitS: 180 };
}

function real(name: string, limitS: number): Layer {
  return { name, files: `test/${name}/**/*.test.ts`, isolated: true, limitS };
}

function summaryIn(output: string): Summary {
  const line = output.split('\n').findLast((text) => text.startsWith(SUMMARY_MARK));
  if (line === undefined) return { passed: 0, failed: 0, skipped: 0 };
  return JSON.parse(line.slice(SUMMARY_MARK.length)) as Summary;
}

function withoutSummary(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith(SUMMARY_MARK))
    .join('\n');
}

/** Whether the tiny run of the benchmark can be part of a check. */
export function hasBench(): boolean {
  return process.platform === 'linux' && existsSync('test/bench/main.ts');
}
