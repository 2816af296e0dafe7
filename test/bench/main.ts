/**
 * `npm run bench`: what relaying costs, side by side with what a Linux distribution offers for the same work.
 * Options: --quick, --tiny, --systems a,b --cases a,b --sessions 1000,10000 --json FILE --markdown.
 * `--only reach`: how long revocations take, with ten thousand live sessions.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startChild } from './child.ts';
import { openBenchKeys } from './keys.ts';
import { type Line, measureKeys, measureSystem, SESSION_CASES, type Surroundings } from './measure.ts';
import { ALL_SYSTEMS, type Plan, PLANS } from './plan.ts';
import { canMeasure } from './process-stats.ts';
import { REACH_PLANS, showReach } from './reach/table.ts';
import { markdownTable, resultOf, textTable } from './report.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    only: { type: 'string' },
    systems: { type: 'string' },
    cases: { type: 'string' },
    sessions: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
});

if (canMeasure()) {
  await (values.only === 'reach' ? reach() : run(chosenPlan()));
} else {
  console.error('bench: needs Linux with scheduler statistics (/proc/PID/task/TID/schedstat)');
  process.exitCode = 69;
}

function chosenPlan(): Plan {
  const plan = PLANS[values.tiny ? 'tiny' : values.quick ? 'quick' : 'full'];
  const names = values.systems?.split(',');
  const words = values.cases?.toLowerCase().split(',');
  return {
    ...plan,
    systems: names === undefined ? plan.systems : ALL_SYSTEMS.filter((system) => names.includes(system.name)),
    wants: (what) => words?.some((word) => what.toLowerCase().includes(word)) ?? true,
    sizes: values.sessions?.split(',').map(Number) ?? plan.sizes,
  };
}

/** How long revocations take; see reach/reach.ts. */
async function reach(): Promise<void> {
  const entry = new URL('backend/main.ts', import.meta.url).pathname;
  const loadCore = availableParallelism() > 1 ? 1 : 0;
  const backend = startChild({ command: process.execPath, args: [entry], core: loadCore });
  try {
    const [, backendPort] = await backend.printed(/ready (\d+)/);
    const around = { backendPort: Number(backendPort), serverCore: 0, loadCore, tell: say };
    const within = await showReach(REACH_PLANS[values.quick ? 'quick' : 'full'], around);
    process.exitCode = within ? 0 : 1;
  } finally {
    await backend.stop();
  }
}

async function run(plan: Plan): Promise<void> {
  const cores = availableParallelism();
  const loadCore = cores > 1 ? 1 : 0;
  const entry = new URL('backend/main.ts', import.meta.url).pathname;
  const backend = startChild({ command: process.execPath, args: [entry], core: loadCore });
  const [, backendPort] = await backend.printed(/ready (\d+)/);
  const around = { plan, backendPort: Number(backendPort), serverCore: 0, loadCore };
  const lines: Line[] = [];
  const skipped: string[] = [];
  try {
    for (const sessions of SESSION_CASES.some(plan.wants) ? plan.sizes : []) {
      for (const system of plan.systems) {
        const tell = (progress: string): void => say(`${system.name}, ${sessions} sessions: ${progress}`);
        const outcome = await attempt(system, sessions, { ...around, tell });
        if (typeof outcome === 'string') skipped.push(`${system.name}, ${sessions} sessions: ${outcome}`);
        else lines.push(...outcome);
      }
    }
    const keys = openBenchKeys();
    try {
      for (const system of plan.systems) {
        const tell = (progress: string): void => say(`${system.name}: ${progress}`);
        lines.push(...(await measureKeys(system, keys, { ...around, tell })));
      }
    } finally {
      keys.close();
    }
  } finally {
    say('');
    await backend.stop();
  }
  show(plan, lines, skipped);
}

/** A peer that fails must not spoil the run; Postern itself must not fail. */
async function attempt(
  system: Plan['systems'][number],
  sessions: number,
  around: Surroundings,
): Promise<Line[] | string> {
  try {
    return await measureSystem(system, sessions, around);
  } catch (error) {
    if (system.name === 'postern') throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

function show(plan: Plan, lines: readonly Line[], skipped: readonly string[]): void {
  if (plan.name === 'tiny') {
    const broken = lines.filter(({ failures = 0, perSecond = 1 }) => failures > 0 || perSecond === 0);
    for (const line of broken) console.error(`bench: ${line.case} failed`, line);
    console.log(broken.length === 0 ? 'bench: works' : 'bench: does not work');
    process.exitCode = broken.length === 0 && lines.length > 0 ? 0 : 1;
    return;
  }
  const result = resultOf(plan, lines, skipped);
  console.log(values.markdown ? markdownTable(result) : textTable(result));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
}

/** Progress, on a terminal only: one line that overwrites itself. */
function say(progress: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${progress}`);
}
