/** What a command may touch of the process around it; tests bring their own. */
import { createInterface } from 'node:readline/promises';
import { buffer } from 'node:stream/consumers';
import { CommandFault, EXIT } from './fault.ts';

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** True when a person reads standard output directly. */
  readonly interactive: boolean;
  /** True when a person sees standard error as it comes. */
  readonly attended: boolean;
  /** To standard output: what was asked for. */
  write(content: string | Uint8Array): void;
  /** To standard error: everything said about it. */
  note(text: string): void;
  /** The whole of standard input. */
  input(): Promise<Uint8Array>;
  /** One line from the person at the keyboard; `undefined` when standard input is none. */
  ask(question: string): Promise<string> | undefined;
  /** The way to the admin interface. */
  readonly fetch: typeof fetch;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  // A reader that has seen enough (`| head -1`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  let taken = false;
  return {
    env: process.env,
    cwd: process.cwd(),
    interactive: process.stdout.isTTY === true,
    attended: process.stderr.isTTY === true,
    write: (content) => void process.stdout.write(content),
    note: (text) => void process.stderr.write(text),
    input: () => {
      if (taken) throw new CommandFault(EXIT.usage, TAKEN, 'give one of them a file');
      taken = true;
      return buffer(process.stdin);
    },
    ask: (question) => (process.stdin.isTTY === true ? askPerson(question) : undefined),
    fetch,
  };
}

async function askPerson(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

const TAKEN = 'standard input was read already, for another option';
