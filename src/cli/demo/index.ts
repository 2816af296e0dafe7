/**
 * The demo of `postern serve --demo`: a backend in a process of its own, a device with a key that works with
 * strangers' tools too, and one request by that device, relayed before your eyes.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, resolve } from 'node:path';
import { toHex, utf8 } from '../../base/index.ts';
import type { Ready, ServeOptions } from '../../main.ts';
import { adminClient } from '../client.ts';
import { CommandFault, EXIT } from '../fault.ts';
import type { Terminal } from '../terminal.ts';
import type { BackendReady } from './backend.ts';
import { ensureDemoDevice } from './device.ts';
import { displayOutcome, displayWelcome, type Welcome } from './welcome.ts';

export { runDemoBackend } from './backend.ts';

/** The hidden command that the backend's process runs. */
export const BACKEND_COMMAND = 'demo-backend';

/** The command line's own entry, in the form (`.ts` or `.js`) that this process runs. */
const ENTRY = resolve(import.meta.dirname, `../main${extname(import.meta.filename)}`);
const REQUEST_TIMEOUT_MS = 30_000;

/** What `serve` is to do for the demo. */
export function demoHooks(terminal: Terminal): Required<Pick<ServeOptions, 'beforeStart' | 'onReady'>> {
  const demo = { backendPort: 0 };
  return {
    beforeStart: async () => {
      demo.backendPort = await startBackendProcess();
      return { backends: { demo: { url: `coap://127.0.0.1:${demo.backendPort}` } } };
    },
    onReady: async (ready) => {
      const welcome = await prepare(ready, demo.backendPort, terminal);
      terminal.write(displayWelcome(welcome));
      terminal.write(displayOutcome(welcome, await firstRequest(welcome)));
    },
  };
}

async function startBackendProcess(): Promise<number> {
  const child = fork(ENTRY, [BACKEND_COMMAND], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [first] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then((): never => {
      throw new CommandFault(EXIT.unavailable, 'the demo backend did not start', 'its own words are above');
    }),
  ])) as [BackendReady];
  child.unref();
  child.channel?.unref();
  return first.port;
}

async function prepare(ready: Ready, backendPort: number, terminal: Terminal): Promise<Welcome> {
  const token = (await readFile(ready.tokenFile, 'utf8')).trim();
  const device = await ensureDemoDevice(
    adminClient({ url: ready.adminUrl, token }, terminal.fetch),
    ready.stateDir,
  );
  return {
    ...device,
    keyHex: toHex(utf8(device.key)),
    coapsPort: ready.coapsPort,
    adminUrl: ready.adminUrl,
    tokenFile: shortest(terminal.cwd, ready.tokenFile),
    backendPort,
    executable: existsSync(join(terminal.cwd, 'bin/postern')) ? 'bin/postern' : 'postern',
  };
}

/** A file as one would name it from `cwd`. */
function shortest(cwd: string, file: string): string {
  const way = relative(cwd, file);
  return way.startsWith('..') ? file : way;
}

/** `device get` in a process of its own: the very command that the text recommends. */
async function firstRequest(welcome: Welcome): Promise<{ ok: boolean; output: string }> {
  const uri = `coaps://127.0.0.1:${welcome.coapsPort}/demo/hello`;
  const args = [...process.execArgv, ENTRY, 'device', 'get', uri];
  const env = { ...process.env, POSTERN_PSK: `${welcome.identity}:${welcome.keyHex}` };
  return new Promise((settle) => {
    execFile(process.execPath, args, { env, timeout: REQUEST_TIMEOUT_MS }, (error, stdout, stderr) =>
      settle({ ok: error === null, output: `${stderr}${stdout}` }),
    );
  });
}
