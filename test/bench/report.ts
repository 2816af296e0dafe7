/** The table of a run, as text, Markdown or JSON. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { verdict } from './bars.ts';
import { KEY_CASES } from './keys.ts';
import type { Case, Line } from './measure.ts';
import type { Plan } from './plan.ts';

export interface Result {
  readonly machine: string;
  readonly date: string;
  readonly plan: string;
  readonly lines: readonly Line[];
  /** Systems that were not measured, and why. */
  readonly skipped: readonly string[];
}

/** Where and when: what figures are worth nothing without. */
export function machineText(): string {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  return `${model}, ${availableParallelism()} cores, Linux ${release()}, Node ${process.version}`;
}

export function planText(plan: Plan): string {
  const windows = plan.repeats > 1 ? `median of ${plan.repeats} windows` : 'one window';
  return (
    `${windows} of ${plan.gets.measuredS} s (handshakes ${plan.handshakes.measuredS} s) after a warm-up; ` +
    `${plan.getsConcurrency} requests or ${plan.handshakesConcurrency} handshakes under way at once; ` +
    `32-byte answers; ` +
    'server on one core, generator and backend on another'
  );
}

export function textTable(result: Result): string {
  const rows = [HEAD, ...rowsOf(result)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const laid = rows.map((row) =>
    row
      .map((cell, column) =>
        NUMERIC.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [...aboutLines(result), '', ...laid, ...result.skipped.map((why) => `skipped: ${why}`)].join('\n');
}

export function markdownTable(result: Result): string {
  const rule = HEAD.map((_, column) => (NUMERIC.has(column) ? '--:' : '---'));
  const rows = [HEAD, rule, ...rowsOf(result)].map((row) => `| ${row.join(' | ')} |`);
  return [...rows, '', ...aboutLines(result), ...result.skipped.map((why) => `Skipped: ${why}.`)].join('\n');
}

/** CPU model, versions: the fields of {@link Result} that do not depend on the run. */
export function resultOf(plan: Plan, lines: readonly Line[], skipped: readonly string[]): Result {
  const date = new Date().toISOString().slice(0, 10);
  return { machine: machineText(), date, plan: planText(plan), lines, skipped };
}

/** The version in package.json: what was measured. */
export function versionText(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function aboutLines(result: Result): string[] {
  return [`Postern ${versionText()}, ${result.date}: ${result.machine}.`, `${result.plan}.`];
}

function rowsOf({ lines }: Result): string[][] {
  const order = (line: Line): number => CASES.indexOf(line.case);
  const sorted = lines.toSorted((a, b) => order(a) - order(b) || a.sessions - b.sessions);
  return sorted.map((line) => [
    line.case,
    line.label,
    grouped(line.sessions),
    figure(line.cpuUs, 1),
    line.perSecond === undefined ? '' : grouped(Math.round(line.perSecond)),
    figure(line.p50Ms, 2),
    figure(line.p99Ms, 2),
    line.rssBytes === undefined ? '' : `${(line.rssBytes / 1_024).toFixed(1)} KiB`,
    [verdict(line, lines), failureText(line)].filter((text) => text !== '').join('; '),
  ]);
}

function failureText({ failures = 0, retransmissions = 0 }: Line): string {
  const said = [
    failures > 0 ? `${failures} failed` : '',
    retransmissions > 0 ? `${retransmissions} sent again` : '',
  ];
  return said.filter((text) => text !== '').join(', ');
}

function figure(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(value >= 1_000 ? 0 : digits);
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}

const HEAD = ['case', 'system', 'sessions', 'CPU µs/op', 'op/s', 'p50 ms', 'p99 ms', 'RSS/session', 'bar'];
const NUMERIC: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7]);
const CASES: readonly Case[] = ['relayed GET', 'PSK handshake', ...KEY_CASES, 'idle session'];
