/** Running commands for the tools: output kept, time measured, nothing left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

export interface Outcome {
  readonly ok: boolean;
  /** Standard output and error as they came. */
  readonly output: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly limitS: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
}

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a command in the repository root with node_modules/.bin on the PATH. A command that takes longer than `limitS`
 * seconds is ended together with everything that it started, and has failed.
 */
export async function run(command: readonly string[], options: RunOptions): Promise<Outcome> {
  const [program = '', ...argv] = command;
  const started = performance.now();
  const child = spawn(program, argv, {
    cwd: ROOT,
    detached: true,
    env: environment(options),
    stdio: [...STDIO],
  });
  running.add(child);
  let output = '';
  const keep = (raw: string): void => {
    const text = stripVTControlCharacters(raw);
    output += text;
    options.onOutput?.(text);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  const limit = setTimeout(() => {
    keep(`\nended after ${options.limitS} s without a result\n`);
    endGroup(child);
  }, 1_000 * options.limitS);
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
    child.on('error', (error) => {
      keep(`${program}: ${error.message}\n`);
      resolve(null);
    });
  });
  clearTimeout(limit);
  running.delete(child);
  return { ok: code === 0, output, seconds: (performance.now() - started) / 1_000 };
}

/** `3.4 s`, in a column. */
export function displaySeconds(seconds: number): string {
  return `${seconds.toFixed(1).padStart(6)} s`;
}

function environment(options: RunOptions): NodeJS.ProcessEnv {
  const path = [`${ROOT}node_modules/.bin`, process.env['PATH'] ?? ''].join(delimiter);
  // A test runner inside a test runner believes that it is one of the runner's own children, and keeps silent.
  return {
    ...process.env,
    NODE_TEST_CONTEXT: undefined,
    PATH: path,
    FORCE_COLOR: undefined,
    NO_COLOR: '1',
    ...options.environment,
  };
}

/** Ends the process group that a child leads. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

const STDIO = ['ignore', 'pipe', 'pipe'] as const;
const running = new Set<ChildProcess>();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running) endGroup(child);
    process.exit(1);
  });
}
