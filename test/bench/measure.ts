/** The course of one system at one number of sessions: start, idle memory, requests, handshakes, stop. */
import { HANDSHAKE_DEVICES } from './devices.ts';
import type { Measured } from './generator/protocol.ts';
import type { BenchKeys, KeyCase } from './keys.ts';
import { Load } from './load.ts';
import type { Plan } from './plan.ts';
import { residentBytes } from './process-stats.ts';
import type { Running, System } from './systems/system.ts';

/** What is measured beside established sessions. */
export const SESSION_CASES = ['relayed GET', 'PSK handshake', 'idle session'] as const;
export type Case = (typeof SESSION_CASES)[number] | KeyCase;

/** One line of the table. What does not apply is undefined. */
export interface Line {
  readonly case: Case;
  readonly system: string;
  readonly label: string;
  readonly sessions: number;
  readonly cpuUs?: number;
  readonly perSecond?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly rssBytes?: number;
  readonly failures?: number;
  readonly retransmissions?: number;
  /** CPU per operation in each window. */
  readonly cpuUsEach?: readonly number[];
}

/** What the bench needs besides the system itself. */
export interface Surroundings {
  readonly plan: Plan;
  readonly backendPort: number;
  readonly serverCore: number;
  readonly loadCore: number;
  readonly tell: (progress: string) => void;
}

/** All lines of one system at one size; a sentence when it is not on this machine. */
export async function measureSystem(
  system: System,
  sessions: number,
  around: Surroundings,
): Promise<Line[] | string> {
  const { backendPort, serverCore, loadCore } = around;
  const scene = { core: serverCore, backendPort, devices: sessions + HANDSHAKE_DEVICES };
  const running = await system.start(scene);
  if (typeof running === 'string') return running;
  const load = new Load(loadCore);
  try {
    await load.aim(running.target);
    return await course(system, running, sessions, load, around);
  } finally {
    await load.stop();
    await running.stop();
  }
}

/** The key handshakes of one system, a server for each case: nothing else is going on there. */
export async function measureKeys(system: System, keys: BenchKeys, around: Surroundings): Promise<Line[]> {
  const { plan, backendPort, serverCore, loadCore } = around;
  const lines: Line[] = [];
  for (const what of system.keyed?.cases.filter(plan.wants) ?? []) {
    around.tell(what);
    const running = await system.keyed?.start({ core: serverCore, backendPort, keys, what });
    if (running === undefined || typeof running === 'string') continue;
    const load = new Load(loadCore);
    try {
      await load.aim(running.target);
      const once = () => load.handshakes(plan.handshakes, 0, plan.handshakesConcurrency);
      const begin = { case: what, system: system.name, label: system.label, sessions: 0 };
      lines.push({ ...begin, ...(await repeated(plan.repeats, once)) });
    } finally {
      await load.stop();
      await running.stop();
    }
  }
  return lines;
}

async function course(
  system: System,
  running: Running,
  sessions: number,
  load: Load,
  around: Surroundings,
): Promise<Line[]> {
  const { plan } = around;
  const begin = { system: system.name, label: system.label, sessions };
  const lines: Line[] = [];
  const spare = sessions;
  if (system.dtls) {
    around.tell('warms up');
    await load.handshakes(plan.handshakes, spare, plan.handshakesConcurrency);
    await sleep(plan.settleS / 10);
  }
  const before = residentBytes(running.target.pid);
  around.tell('opens sessions');
  await load.open(0, sessions);
  // Of few sessions, what V8 happens to hold is the larger part.
  if (system.dtls && plan.wants('idle session') && sessions === Math.max(...plan.sizes)) {
    around.tell(`settles for ${plan.settleS} s`);
    await sleep(plan.settleS);
    const rssBytes = (residentBytes(running.target.pid) - before) / sessions;
    lines.push({ case: 'idle session', ...begin, rssBytes });
  }
  if (plan.wants('relayed GET')) {
    around.tell('relays requests');
    const gets = await repeated(plan.repeats, () => load.gets(plan.gets, sessions, plan.getsConcurrency));
    lines.push({ case: 'relayed GET', ...begin, ...gets });
  }
  if (system.dtls && plan.wants('PSK handshake')) {
    around.tell('shakes hands');
    const handshakes = await repeated(plan.repeats, () =>
      load.handshakes(plan.handshakes, spare, plan.handshakesConcurrency),
    );
    lines.push({ case: 'PSK handshake', ...begin, ...handshakes });
  }
  await load.close();
  return lines;
}

/** The window with the median CPU per operation. */
async function repeated(times: number, once: () => Promise<Measured>): Promise<Partial<Line>> {
  const windows: Partial<Line>[] = [];
  for (let n = 0; n < times; n++) windows.push(figures(await once()));
  const sorted = windows.toSorted((a, b) => (a.cpuUs ?? 0) - (b.cpuUs ?? 0));
  const failures = windows.reduce((sum, window) => sum + (window.failures ?? 0), 0);
  const retransmissions = windows.reduce((sum, window) => sum + (window.retransmissions ?? 0), 0);
  const cpuUsEach = windows.map((window) => window.cpuUs ?? Number.NaN);
  return { ...sorted[Math.floor(times / 2)], failures, retransmissions, cpuUsEach };
}

function figures(window: Measured): Partial<Line> {
  const { operations, seconds, serverCpuS, p50Ms, p99Ms, failures, retransmissions } = window;
  const cpuUs = (serverCpuS / operations) * 1e6;
  return { cpuUs, perSecond: operations / seconds, p50Ms, p99Ms, failures, retransmissions };
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
