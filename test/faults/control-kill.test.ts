/**
 * Kill -9 in the middle of cascades: the process that owns the truth is killed at seeded points, most of them while the
 * store writes, and started again on what it left behind. Fewer or more of them, or others:
 *
 *   POSTERN_KILLS=100 POSTERN_KILL_SEED=7 node --test test/faults/control-kill.test.ts
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../src/adapters/store/index.ts';
import type { StoredEntry } from '../../src/daemon/ports/index.ts';
import { emptySnapshot, recordSnapshot, replay, type Revision, Trust } from '../../src/trust/index.ts';
import { Random } from '../support/dtls-random.ts';
import { openKilledControl } from './kill/control.ts';
import { plainFold } from './kill/plain-log.ts';
import { buildTowns, CHAIN_MAX, TOWNS } from './kill/town.ts';

const WRITER = fileURLToPath(new URL('kill/writer.ts', import.meta.url));
const KILLS = Number(process.env['POSTERN_KILLS'] ?? 1_000);
const SEED = Number(process.env['POSTERN_KILL_SEED'] ?? 20_261);
/** Lives of one log. Each uses up a few towns, and every look at it reads it whole. */
const LIVES = Math.floor(TOWNS / 3);
/** At a time: one writes while the other is looked at. */
const LANES = 2;
const LIFE_MS_MAX = 10_000;

/** What a life said before it ended. */
interface Life {
  readonly acknowledged: number;
  /** What every acknowledged revocation ended, and what one that was under way would have ended. */
  readonly ended: readonly string[];
  readonly pending: { readonly revision: number; readonly ids: readonly string[] } | undefined;
  readonly where: 'planning' | 'appending' | 'publishing';
}

let directory: string;
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-kills-'));
  await buildTowns(join(directory, 'towns.db'));
  await new Promise((resolve) => start([]).on('close', resolve));
});
after(() => rmSync(directory, { recursive: true }));

const WHAT = `G04: ${KILLS} kills amid cascades, seed ${SEED}: acknowledged ones hold, others are whole or nothing`;

test(WHAT, async (context) => {
  const seen = new Map<string, number>();
  const count = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  const logs = Array.from({ length: Math.ceil(KILLS / LIVES) }, (_, log) => log);
  const lane = async (): Promise<void> => {
    for (let log = logs.shift(); log !== undefined; log = logs.shift()) {
      await livesOf(log, Math.min(LIVES, KILLS - log * LIVES), count);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const told = [...seen].toSorted().map(([what, times]) => `${what} ${times}`);
  context.diagnostic(`score: ${KILLS} kills: ${told.join(', ')}`);
  for (const what of ['in the append', 'written, not acknowledged', 'not written', 'acknowledged'])
    assert.ok((seen.get(what) ?? 0) >= KILLS / 50, `${what}: ${seen.get(what) ?? 0} of ${KILLS}`);
});

/** One log, killed so often; it is judged after each time. */
async function livesOf(log: number, lives: number, count: (what: string) => void): Promise<void> {
  const file = join(directory, `${log}.db`);
  copyFileSync(join(directory, 'towns.db'), file);
  const ended: string[] = [];
  let acknowledged = TOWNS;
  for (let life = 0; life < lives; life++) {
    const seed = SEED + log * LIVES + life;
    const lived = await liveAndDie(file, seed);
    acknowledged = Math.max(acknowledged, lived.acknowledged);
    ended.push(...lived.ended);
    const head = await judge(file, acknowledged, ended, lived, `seed ${seed}, log ${log}, life ${life}`);
    count(head > acknowledged ? 'written, not acknowledged' : 'not written');
    if (lived.where === 'appending') count('in the append');
    if (lived.ended.length > 0) count('acknowledged');
    // What got into the log is what the next life begins with.
    if (head > acknowledged) ended.push(...(lived.pending?.ids ?? []));
    acknowledged = head;
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

/** Starts a writer and kills it: somewhere, or some microseconds into a write or past one. */
function liveAndDie(file: string, seed: number): Promise<Life> {
  const random = new Random(seed);
  const mark = random.pick(['append', 'append', 'append', 'durable', 'about', 'done']);
  let marks = 1 + random.below(3);
  const waitMs = random.chance(0.3) ? 0 : random.between(0, mark === 'append' ? 0.8 : 3);
  const writer = start([file, String(seed)]);
  let output = '';
  writer.stdout.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    output += text;
    marks -= text.split('\n').filter((line) => line.split(' ', 1)[0] === mark).length;
    if (marks > 0 || writer.killed) return;
    // Timers are too coarse for what happens within a write.
    for (const until = performance.now() + waitMs; performance.now() < until; );
    writer.kill('SIGKILL');
  });
  // One that does nothing any more is killed as well: what it said is judged.
  const patience = setTimeout(() => writer.kill('SIGKILL'), LIFE_MS_MAX);
  return new Promise((resolve) => {
    writer.on('close', () => {
      clearTimeout(patience);
      resolve(lifeOf(output));
    });
  });
}

function start(args: readonly string[]) {
  return spawn(process.execPath, [WRITER, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
  });
}

function lifeOf(output: string): Life {
  let acknowledged = 0;
  let pending: Life['pending'];
  let where: Life['where'] = 'planning';
  const ended: string[] = [];
  for (const line of output.split('\n').slice(0, -1)) {
    const [what, revision, ...ids] = line.split(' ');
    if (what === 'about') pending = { revision: Number(revision), ids };
    if (what === 'append') where = 'appending';
    if (what === 'durable') where = 'publishing';
    if (what !== 'done') continue;
    if (pending?.revision === Number(revision)) ended.push(...pending.ids);
    acknowledged = Number(revision);
    where = 'planning';
    pending = undefined;
  }
  return { acknowledged, ended, pending, where };
}

/** Opens what is left and compares it with everything that it has to be; gives the revision at which the log ends. */
async function judge(
  file: string,
  acknowledged: number,
  ended: readonly string[],
  { pending }: Life,
  which: string,
): Promise<number> {
  const store = openSqliteStore(file);
  try {
    const entries: StoredEntry[] = [];
    for await (const entry of store.read(0 as Revision)) entries.push(entry); // the chain of hashes is checked here
    const head = entries.length;
    assert.ok(head === acknowledged || head === acknowledged + 1, `${which}: ${acknowledged} of ${head}`);
    const { snapshot, trust } = await openKilledControl(store);
    const folded = replay(emptySnapshot(), entries);
    const [live, fold] = [snapshot, folded].map((one) => JSON.stringify(recordSnapshot(one)));
    assert.ok(live === fold, `${which}: the state is not the fold of the log`);
    const plain = plainFold(entries);
    assert.equal(snapshot.relationships.size, plain.relationships.size, which);
    const lengths = plain.lengths();
    const again = new Trust(folded, trust.now, { chainMax: CHAIN_MAX });
    for (const [id, { state }] of snapshot.relationships) {
      assert.equal(state.kind, plain.relationships.get(id)?.state, `${which}: ${id}`);
      assert.equal(trust.lengthOf(id), lengths.get(id), `${which}: ${id}`);
      assert.equal(again.lengthOf(id), lengths.get(id), `${which}: ${id}`);
    }
    for (const id of ended) assert.equal(plain.relationships.get(id)?.state, 'ended', `${which}: ${id}`);
    const gone = pending?.ids.filter((id) => plain.relationships.get(id)?.state === 'ended').length ?? 0;
    const whole = head > acknowledged ? (pending?.ids.length ?? 0) : 0;
    assert.equal(gone, whole, `${which}: wholly there or not at all`);
    return head;
  } finally {
    await store.close();
  }
}
