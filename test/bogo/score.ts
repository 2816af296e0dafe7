/** What BoringSSL's tests of DTLS say about our endpoint: every one of them is passed, failed, or off with a reason. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Missing } from '../support/debian-source.ts';
import { type Outcome, preparedRunner, type Runner, runTests, shimScript, surveyScript } from './runner.ts';

export interface Score {
  /** Tests that must succeed, and tests of an error that must be found. */
  readonly passed: { readonly positive: number; readonly negative: number };
  /** Name and what the runner said. */
  readonly failed: readonly { readonly name: string; readonly words: string }[];
  /** The shim was asked for something that it does not know, and config.json does not say so. */
  readonly unimplemented: readonly string[];
  /** How many tests each reason of config.json switches off. */
  readonly disabled: ReadonlyMap<string, number>;
  /** Rules of config.json that switch nothing off. */
  readonly idle: readonly string[];
}

/** Runs all tests of DTLS, or those whose name has `part` in it. */
export async function score(part = ''): Promise<Score | Missing> {
  const runner = preparedRunner();
  if ('missing' in runner) return runner;
  const kinds = await survey(runner);
  const rules = Object.entries((JSON.parse(readFileSync(CONFIG, 'utf8')) as Config).DisabledTests);
  const matchers = rules.map(([pattern, reason]) => ({ pattern, reason, matches: glob(pattern), count: 0 }));
  const enabled: string[] = [];
  for (const name of kinds.keys()) {
    const rule = matchers.find(({ matches }) => matches.test(name));
    if (rule !== undefined) rule.count++;
    else if (name.includes(part)) enabled.push(name);
  }
  const disabled = new Map<string, number>();
  for (const { reason, count } of matchers) disabled.set(reason, (disabled.get(reason) ?? 0) + count);
  const idle = matchers.filter(({ count }) => count === 0).map(({ pattern }) => pattern);
  const outcome = await runTests(runner, shimScript(runner), {
    names: enabled,
    config: CONFIG,
    workers: WORKERS,
  });
  return { ...count(enabled, kinds, outcome), disabled, idle };
}

/** One line for each result, for people. */
export function reportOf(found: Score): string {
  const { positive, negative } = found.passed;
  const off = [...found.disabled.values()].reduce((sum, count) => sum + count, 0);
  const lines = [...found.disabled]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([reason, count]) => `${String(count).padStart(5)}  ${reason}`);
  lines.unshift(`disabled, by reason:`);
  for (const pattern of found.idle) lines.push(`nothing is switched off by: ${pattern}`);
  for (const name of found.unimplemented) lines.push(`unimplemented: ${name}`);
  for (const { name, words } of found.failed) lines.push(`FAILED ${name}: ${words}`);
  lines.push(
    `bogo: ${positive + negative} passed (${positive} positive, ${negative} negative), ` +
      `${found.failed.length} failed, ${found.unimplemented.length} unimplemented, ${off} disabled`,
  );
  return lines.join('\n');
}

type Kind = 'positive' | 'negative';
type Config = { DisabledTests: Record<string, string> };

/** All tests of DTLS. To a shim that always fails, the runner complains of a failure only where it wanted none. */
async function survey(runner: Runner): Promise<ReadonlyMap<string, Kind>> {
  const file = `${runner.binary}.survey.json`;
  if (!existsSync(file)) {
    const { verdicts, output } = await runTests(runner, surveyScript(runner), { workers: WORKERS });
    const kinds = [...verdicts]
      .filter(([, verdict]) => verdict !== 'SKIP')
      .map(([name]) => [
        name,
        saidOf(name, output).startsWith('unexpected failure') ? 'positive' : 'negative',
      ]);
    writeFileSync(file, JSON.stringify(kinds));
  }
  return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, Kind][]);
}

function count(
  enabled: readonly string[],
  kinds: ReadonlyMap<string, Kind>,
  { verdicts, output }: Outcome,
): Pick<Score, 'passed' | 'failed' | 'unimplemented'> {
  const passed = { positive: 0, negative: 0 };
  const failed: { name: string; words: string }[] = [];
  const unimplemented: string[] = [];
  for (const name of enabled) {
    const verdict = verdicts.get(name);
    if (verdict === 'PASS') passed[kinds.get(name) ?? 'positive']++;
    else if (verdict === 'SKIP') unimplemented.push(name);
    else failed.push({ name, words: saidOf(name, output) || 'the runner ended without a word on it' });
  }
  return { passed, failed, unimplemented };
}

/** What the runner printed behind `FAILED (name)`. */
function saidOf(name: string, output: string): string {
  const begin = output.indexOf(`FAILED (${name})\n`);
  if (begin < 0) return '';
  const rest = output.slice(begin + `FAILED (${name})\n`.length);
  return rest.slice(0, rest.search(/^(?:PASSED|FAILED|UNIMPLEMENTED) \(|^$(?![\s\S])/m)).trim();
}

/** As path/filepath.Match of Go reads it, as far as config.json goes: `*`, `?` and classes. */
function glob(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^$(){}|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

const CONFIG = fileURLToPath(new URL('config.json', import.meta.url));
const WORKERS = 2;
