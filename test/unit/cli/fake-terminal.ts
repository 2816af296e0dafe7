/** A terminal that remembers, for commands run inside a test. */
import assert from 'node:assert/strict';
import { run } from '../../../src/cli/program.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly fetch?: typeof fetch;
}

/** Runs `postern ...argv` in this process and gives what it printed. */
export async function postern(argv: readonly string[], around: Surroundings = {}): Promise<Printed> {
  const out: Uint8Array[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    env: around.env ?? {},
    cwd: around.cwd ?? '/nonexistent',
    interactive: false,
    attended: false,
    write: (content) => void out.push(Buffer.from(content)),
    note: (text) => void err.push(text),
    input: async () => Buffer.from(around.input ?? ''),
    ask: () => undefined,
    fetch: around.fetch ?? (() => assert.fail('this command has no business with the admin interface')),
  };
  const code = await run(argv, terminal);
  return { code, out: Buffer.concat(out).toString(), err: err.join('') };
}
