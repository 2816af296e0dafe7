/** Processes of the bench: pinned to a core, watched until they are ready, and never left behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Resolves with the first match in what it printed; rejects when it ends before, or takes too long. */
  printed(pattern: RegExp, withinMs?: number): Promise<RegExpMatchArray>;
  output(): string;
  stop(): Promise<void>;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly core: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly ipc?: boolean;
}

/** Starts a process on one core; where there is but one, or no taskset, wherever the system likes. */
export function startChild({ command, args, core, env, cwd, ipc }: Command): Child {
  const pinned = canPin() ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
  const child = spawn(pinned[0] as string, pinned.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe', ...(ipc === true ? (['ipc'] as const) : [])],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    serialization: 'advanced',
  });
  living.add(child);
  let output = '';
  const watchers = new Set<() => void>();
  const note = (chunk: Buffer): void => {
    // What a busy server logs is of no interest; what it says at its start and end is.
    output = (output + chunk.toString('latin1')).slice(-OUTPUT_CHARS_MAX);
    for (const watcher of watchers) watcher();
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  child.stdin?.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      living.delete(child);
      for (const watcher of watchers) watcher();
      resolve();
    };
    child.on('close', end);
    child.on('error', (error) => {
      note(Buffer.from(error.message));
      end();
    });
  });
  return {
    pid: child.pid ?? -1,
    process: child,
    output: () => output,
    printed: (pattern, withinMs = 15_000) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          watchers.delete(look);
          act();
        };
        const complain = (what: string): void =>
          settle(() => reject(new Error(`${command} ${what}:\n${output}`)));
        const look = (): void => {
          const match = pattern.exec(output);
          if (match !== null) settle(() => resolve(match));
          else if (!living.has(child)) complain('ended before it was ready');
        };
        const timer = setTimeout(() => complain('was not ready in time'), withinMs);
        watchers.add(look);
        look();
      }),
    stop: async () => {
      child.kill('SIGTERM');
      const lastResort = setTimeout(() => child.kill('SIGKILL'), 8_000);
      await ended;
      clearTimeout(lastResort);
    },
  };
}

function canPin(): boolean {
  pinning ??=
    availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0;
  return pinning;
}

let pinning: boolean | undefined;
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
/** Control-C ends the bench and, by the line above, everything it started. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const OUTPUT_CHARS_MAX = 64 * 1_024;
