/** What a newcomer has after `git clone` and one `npm install`: the tree, with this machine's packages. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, start } from '../../support/process.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TAKEN = ['bin', 'config', 'src', 'tools', 'package.json', 'package-lock.json', '.npmrc'];

/**
 * Copies what `npm start` needs into `to`; packages are a link, state is nowhere yet. Refuses when the packages are not
 * those of the lock file: the copy's setup would replace them, and through the link that is everybody's.
 */
export function copyTree(to: string): string {
  const sum = execFileSync('cksum', {
    input: readFileSync(join(ROOT, 'package-lock.json')),
    encoding: 'utf8',
  });
  const stamp = readFileSync(join(ROOT, 'node_modules/.postern-setup'), 'utf8');
  assert.equal(stamp.trim(), sum.trim(), 'run first: sh tools/setup.sh');
  mkdirSync(to, { recursive: true });
  for (const entry of TAKEN) cpSync(join(ROOT, entry), join(to, entry), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'));
  return to;
}

export interface RunningDemo {
  readonly child: Child;
  readonly pid: number;
  readonly coaps: string;
  readonly admin: string;
  readonly key: string;
  /** Everything printed up to the end of the page. */
  readonly page: string;
}

/** `npm start` in `tree` on free ports, until its page is complete. */
export async function npmStart(tree: string): Promise<RunningDemo> {
  const ports = ['--coaps-port', '0', '--admin-port', '0'];
  // The path is a newcomer's: without the packages' own programs, which npm adds by itself.
  const path = (process.env['PATH'] ?? '').split(':').filter((entry) => !entry.endsWith('node_modules/.bin'));
  const child = start('npm', ['start', '--silent', '--', ...ports], {
    cwd: tree,
    env: { PATH: path.join(':'), POSTERN_STATE: undefined, POSTERN_URL: undefined, POSTERN_TOKEN: undefined },
  });
  const [, coaps = '', admin = '', pid = ''] = await child.waitFor(READY, 60_000);
  await child.waitFor(/Ctrl-C stops the gateway/, 60_000);
  const page = child.stdout();
  const key = /^ {2}key +(\S+)/m.exec(page)?.[1] ?? '';
  return { child, pid: Number(pid), coaps, admin, key, page };
}

/** Ends the gateway itself, and waits until npm has seen it. */
export async function stopDemo(demo: RunningDemo, signal: NodeJS.Signals): Promise<number | null> {
  try {
    process.kill(demo.pid, signal);
  } catch {
    // It has ended already.
  }
  return (await demo.child.exit).code;
}

const READY = /^postern ready coaps=(\S+) admin=(\S+) pid=(\d+)$/m;
