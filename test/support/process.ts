/**
 * Child processes for tests: started, watched, and never left behind.
 *
 * A child's output is kept whole; `waitFor` resolves when it matches, and rejects with everything that was printed
 * when it does not match in time or the child ends first. Every child still alive when the test process ends is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** How a child ended; exactly one of the two is not null. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A child that ended, with everything it printed. Bytes that are not UTF-8 survive in `stdoutBytes`. */
export type Finished = Exit & {
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
};

export type StartOptions = {
  readonly cwd?: string;
  /** Added to (or, when undefined, removed from) the environment of the test process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

export type RunOptions = StartOptions & {
  /** The child is killed (SIGKILL) after this time. */
  readonly timeoutMs?: number;
  /** Written to the standard input, which is then closed. */
  readonly input?: string | Uint8Array;
};

export type Child = {
  readonly pid: number;
  readonly exit: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  stdoutBytes(): Buffer;
  write(bytes: string | Uint8Array): void;
  endInput(): void;
  /** Waits until standard output or standard error (separately) matches. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Sends the signal, SIGKILL three seconds later, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
};

/** Starts a program; the caller stops it or waits for its end. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Child {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const watchers = new Set<() => void>();
  let ended: Exit | undefined;
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer) => {
      output[stream].push(chunk);
      for (const watcher of watchers) watcher();
    });
  }
  child.stdin.on('error', () => {}); // the child may end before it has read everything
  living.add(child);
  const exit = new Promise<Exit>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      living.delete(child);
      ended = { code, signal };
      resolve(ended);
      for (const watcher of watchers) watcher();
    };
    child.on('close', end);
    child.on('error', (error) => {
      output.stderr.push(Buffer.from(`${error.message}\n`));
      end(127, null);
    });
  });
  const text = (stream: 'stdout' | 'stderr'): string => Buffer.concat(output[stream]).toString();

  const waitFor = (pattern: RegExp, timeoutMs = 10_000): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        watchers.delete(look);
        clearTimeout(timer);
        settle();
      };
      const complain = (what: string): void =>
        finish(() =>
          reject(
            new Error(
              `${command} ${what} before ${pattern}\n--- stdout\n${text('stdout')}\n--- stderr\n${text('stderr')}`,
            ),
          ),
        );
      const look = (): void => {
        const match = text('stdout').match(pattern) ?? text('stderr').match(pattern);
        if (match !== null) finish(() => resolve(match));
        else if (ended !== undefined) complain(`ended (${ended.code ?? ended.signal})`);
      };
      const timer = setTimeout(() => complain(`took more than ${timeoutMs} ms`), timeoutMs);
      watchers.add(look);
      look();
    });

  return {
    pid: child.pid ?? -1,
    exit,
    stdout: () => text('stdout'),
    stderr: () => text('stderr'),
    stdoutBytes: () => Buffer.concat(output.stdout),
    write: (bytes) => void child.stdin.write(bytes),
    endInput: () => void child.stdin.end(),
    waitFor,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const lastResort = setTimeout(() => child.kill('SIGKILL'), 3_000);
      const how = await exit;
      clearTimeout(lastResort);
      return how;
    },
  };
}

/** Runs a program to its end and gives everything it printed. A program that is not there ends with code 127. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = start(command, args, options);
  if (options.input !== undefined) child.write(options.input);
  child.endInput();
  const timer = setTimeout(() => void child.stop('SIGKILL'), options.timeoutMs ?? 30_000);
  const exit = await child.exit;
  clearTimeout(timer);
  return { ...exit, stdout: child.stdout(), stderr: child.stderr(), stdoutBytes: child.stdoutBytes() };
}

/** The first of `count` UDP ports in a row of 127.0.0.1 that were free a moment ago. */
export async function freeUdpPort(count = 1): Promise<number> {
  for (;;) {
    const sockets = [await bound(0)];
    const first = sockets[0]?.address().port ?? 0;
    try {
      while (sockets.length < count) sockets.push(await bound(first + sockets.length));
      return first;
    } catch {
      // the neighbour is taken: try elsewhere
    } finally {
      await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
    }
  }
}

async function bound(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** A new empty directory, removed after the tests of the file (or of the enclosing suite). */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `postern-${name}-`));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
