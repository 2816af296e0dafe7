/**
 * How long a revocation takes, from the request to its answer, on the whole daemon with many live sessions and many
 * relationships: the answer comes when every shard has it in force. By then the sessions that lost their ground are
 * gone and nothing of theirs passes; their alerts are on their way, and have a time of their own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathBytes } from '../generator/coap-bytes.ts';
import type { Target } from '../generator/protocol.ts';
import { Load } from '../load.ts';
import { serve, type Serving } from '../systems/postern.ts';
import { BACKEND_PATH } from '../systems/system.ts';
import { buildTown, deviceId, PROVIDER, rightOfDevice, ROOT } from './town.ts';

export interface ReachPlan {
  readonly sessions: number;
  readonly relationships: number;
  /** Of acts that take one thing, and of those that take all. */
  readonly singles: number;
  readonly masses: number;
}

export interface ReachLine {
  readonly act: string;
  /** Sessions that it ended. */
  readonly closed: number;
  /** From the request to the answer, of each time. */
  readonly answersMs: readonly number[];
  /** The gauge's own view: from durable to applied by the last shard, the mean. */
  readonly inForceMs: number;
  /** From the request to the last alert at a device, of each time; empty where none is sent. */
  readonly alertsMs: readonly number[];
}

interface Stage {
  readonly plan: ReachPlan;
  readonly gateway: Serving;
  readonly load: Load;
  readonly tell: (progress: string) => void;
}

export async function measureReach(
  plan: ReachPlan,
  around: { backendPort: number; serverCore: number; loadCore: number; tell: (progress: string) => void },
): Promise<ReachLine[]> {
  const { backendPort, serverCore, loadCore, tell } = around;
  const directory = mkdtempSync(join(tmpdir(), 'postern-reach-'));
  const load = new Load(loadCore);
  let gateway: Serving | undefined;
  try {
    tell(`writes a log of ${plan.relationships} relationships`);
    await buildTown(join(directory, 'state'), {
      devices: plan.sessions,
      relationships: plan.relationships,
    });
    writeConfig(directory, backendPort, plan.sessions);
    gateway = await serve(directory, serverCore);
    const stage = { plan, gateway, load, tell };
    return [...(await ownKeys(stage)), ...(await fleetKey(stage))];
  } finally {
    await load.stop();
    await gateway?.child.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Every device with its own key: revocations that take a right, a session, and everybody's rights. */
async function ownKeys(stage: Stage): Promise<ReachLine[]> {
  const { plan, load, tell } = stage;
  await open(stage, 'key-per-device');
  await expectAnswers(stage, 'all');
  const last = plan.sessions - 1;
  const numbers = Array.from({ length: plan.singles }, (_, n) => n);
  tell('revokes single rights');
  const right = await repeated(stage, 'one right of one device', numbers.length, (n) => ({
    act: () => post(stage, `/relationships/${rightOfDevice(last - n)}/revoke`),
    closes: 0,
  }));
  tell('removes single devices');
  const session = await repeated(stage, 'a device, and its session', numbers.length, (n) => ({
    act: () => call(stage, 'DELETE', `/actors/${deviceId(n)}`),
    closes: 1,
  }));
  tell('suspends everybody');
  const provider = await repeated(stage, 'a provider: the rights of all sessions', plan.masses, (n) => ({
    before: n === 0 ? undefined : () => post(stage, `/actors/${PROVIDER}/resume`),
    act: () => post(stage, `/actors/${PROVIDER}/suspend`),
    closes: 0,
  }));
  await expectAnswers(stage, 'none');
  await post(stage, `/actors/${PROVIDER}/resume`);
  tell('revokes what everybody stands on');
  // As an operator does it: he looks at what will fall, then confirms.
  const root = await repeated(stage, 'a relationship, previewed: all that stood on it', 1, () => ({
    before: () => post(stage, `/relationships/${ROOT}/preview-revocation`),
    act: () => post(stage, `/relationships/${ROOT}/revoke`),
    closes: 0,
  }));
  await expectAnswers(stage, 'none');
  await load.close();
  return [right, session, provider, root];
}

/** All sessions with one key: revoking it ends them all. */
async function fleetKey(stage: Stage): Promise<ReachLine[]> {
  const { plan, tell } = stage;
  tell('ends all sessions');
  const line = await repeated(stage, 'a key that all sessions share', plan.masses, (n) => ({
    before: async () => {
      if (n > 0) await post(stage, `/actors/${PROVIDER}/resume`);
      await open(stage, 'one-identity');
    },
    act: () => post(stage, `/actors/${PROVIDER}/suspend`),
    closes: plan.sessions,
  }));
  await stage.load.close();
  return [line];
}

interface Act {
  readonly before?: (() => Promise<void>) | undefined;
  readonly act: () => Promise<void>;
  /** Sessions. */
  readonly closes: number;
}

async function repeated(
  stage: Stage,
  act: string,
  times: number,
  actOf: (n: number) => Act,
): Promise<ReachLine> {
  const { load } = stage;
  const answersMs: number[] = [];
  const alertsMs: number[] = [];
  let inForceMs = 0;
  let closed = 0;
  for (let n = 0; n < times; n++) {
    const { before, act: run, closes } = actOf(n);
    await before?.();
    await sleep(n === 0 ? SETTLE_MS : PAUSE_MS);
    const [ended, measured] = [await load.ended(), await revocationSeconds(stage)];
    const started = performance.now();
    await run();
    answersMs.push(performance.now() - started);
    inForceMs += 1_000 * ((await revocationSeconds(stage)) - measured);
    const after = await endedAll(load, ended.sessions + closes);
    closed = after.sessions - ended.sessions;
    if (closed !== closes) throw new Error(`${act}: ${closed} sessions ended, not ${closes}`);
    if (closes > 0) alertsMs.push(after.lastAtMs - performance.timeOrigin - started);
  }
  return { act, closed, answersMs, inForceMs: inForceMs / times, alertsMs };
}

/** Waits until so many sessions have been told that they are over, as far as alerts arrive. */
async function endedAll(load: Load, sessions: number): ReturnType<Load['ended']> {
  let ended = await load.ended();
  for (let patience = 100; ended.sessions < sessions && patience > 0; patience--) {
    await sleep(20);
    ended = await load.ended();
  }
  return ended;
}

async function open({ plan, gateway, load, tell }: Stage, protection: Target['protection']): Promise<void> {
  tell(`opens ${plan.sessions} sessions`);
  const optionsHex = Buffer.from(pathBytes(`/bench${BACKEND_PATH}`)).toString('hex');
  await load.aim({ port: gateway.coapsPort, pid: gateway.child.pid, protection, optionsHex });
  await load.open(0, plan.sessions);
}

/** That the rights are what the measurements take them for. */
async function expectAnswers({ plan, load }: Stage, expected: 'all' | 'none'): Promise<void> {
  const { operations, failures } = await load.gets({ warmupS: 0, measuredS: 0.3 }, plan.sessions, 64);
  const right = expected === 'all' ? operations > 0 && failures === 0 : operations === 0 && failures > 0;
  if (!right)
    throw new Error(`${operations} requests were answered and ${failures} refused: not what was expected`);
}

const post = (stage: Stage, path: string): Promise<void> => call(stage, 'POST', path);

async function call({ gateway }: Stage, method: string, path: string): Promise<void> {
  const { adminUrl, token } = gateway;
  const response = await fetch(`${adminUrl}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  if (response.status !== 200)
    throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 1_000)}`);
}

/** The sum of `postern_revocation_seconds` so far. */
async function revocationSeconds({ gateway }: Stage): Promise<number> {
  const page = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return Number(/^postern_revocation_seconds_sum (\S+)$/m.exec(page)?.[1] ?? Number.NaN);
}

/** No rule of the configuration gives a right: trust alone does. */
function writeConfig(directory: string, backendPort: number, sessions: number): void {
  const config = {
    profile: 'edge',
    listeners: [{ address: '127.0.0.1', port: 0 }],
    admin: { address: '127.0.0.1', port: 0 },
    backends: { origin: { kind: 'coap', url: `coap://127.0.0.1:${backendPort}` } },
    routes: [{ name: 'bench', path: '/bench/*', backend: 'origin', rewrite: '/*' }],
    limits: {
      connections_max: Math.max(20_000, 2 * sessions),
      requests_per_second: 1_000_000,
      request_burst: 1_000_000,
    },
  };
  writeFileSync(join(directory, 'postern.yaml'), JSON.stringify(config, null, 2));
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Handshakes leave garbage behind. */
const SETTLE_MS = 2_000;
const PAUSE_MS = 100;
