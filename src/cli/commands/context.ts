/** What every command is given. */
import { InvalidArgumentError } from 'commander';
import type { AdminClient } from '../client.ts';
import type { Terminal } from '../terminal.ts';

export interface CommandContext {
  readonly terminal: Terminal;
  /** The exit code, where it is not 0 and there is no fault to throw. */
  readonly settle: (code: number) => void;
  /** True when the answer is to be JSON. */
  readonly json: () => boolean;
  /** The admin interface; throws a fault when it cannot be found out where that is. */
  readonly admin: () => AdminClient;
}

/** Writes `value` as JSON, or what `forPeople` makes of it. */
export function answer<T>(context: CommandContext, value: T, forPeople: (value: T) => string): void {
  context.terminal.write(context.json() ? `${JSON.stringify(value, null, 2)}\n` : forPeople(value));
}

/** The examples at the end of a help text. */
export function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** A revision as lists and previews show it. Throws commander's error. */
export function revisionOf(text: string): string {
  if (/^\d{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError('Use the number of a revision.');
}
