/** The table of `npm run bench -- --only reach`. */
import { machineText, versionText } from '../report.ts';
import { measureReach, type ReachLine, type ReachPlan } from './reach.ts';

export const REACH_PLANS: Readonly<Record<'full' | 'quick', ReachPlan>> = {
  full: { sessions: 10_000, relationships: 100_000, singles: 20, masses: 5 },
  quick: { sessions: 1_000, relationships: 10_000, singles: 5, masses: 2 },
};

export async function showReach(
  plan: ReachPlan,
  around: Parameters<typeof measureReach>[1],
): Promise<boolean> {
  const lines = await measureReach(plan, around);
  const date = new Date().toISOString().slice(0, 10);
  console.log(`Postern ${versionText()}, ${date}: ${machineText()}.`);
  console.log(
    `${plan.sessions} live sessions, ${plan.relationships} relationships, one shard; milliseconds.\n`,
  );
  const rows = [HEAD, ...lines.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return lines.every(isWithin);
}

function rowOf(line: ReachLine): string[] {
  const { act, closed, answersMs, inForceMs, alertsMs } = line;
  const most = Math.max(...answersMs);
  const verdict = `${isWithin(line) ? 'ok' : 'NOT OK'}: at most ${ANSWER_MS_MAX}`;
  const alerts = alertsMs.length === 0 ? '' : figure(median(alertsMs));
  return [act, String(closed), figure(median(answersMs)), figure(most), figure(inForceMs), alerts, verdict];
}

/** The median counts: a single one may have met a collection of garbage, or somebody else's work. */
const isWithin = ({ answersMs }: ReachLine): boolean => median(answersMs) <= ANSWER_MS_MAX;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const figure = (value: number): string => value.toFixed(1);

const HEAD = ['what is taken', 'sessions closed', 'answer', 'slowest', 'in force', 'last alert', 'bar'];
const ANSWER_MS_MAX = 100;
