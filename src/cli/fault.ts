/** How a command fails: with a sentence for a person and an exit code for a script, never with a stack trace. */

/** The exit codes of every `postern` command. */
export const EXIT = {
  ok: 0,
  /** It was tried and did not work out. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A port or a peer is not available (sysexits EX_UNAVAILABLE). */
  unavailable: 69,
  /** The configuration is wrong (sysexits EX_CONFIG). */
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What scripts get to know besides, with `--json`. */
export interface FaultDetails {
  /** The stable code of the gateway's refusal. */
  readonly code?: string;
  /** JSON pointer, in the request, of what is wrong. */
  readonly field?: string;
  /** One for each row that is wrong. */
  readonly errors?: readonly object[];
}

/**
 * Ends the command. `message` says what happened and where, `hint` what to do about it; both are printed as they are,
 * so neither may hold a key or a token.
 */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly details: FaultDetails;
  readonly exit: ExitCode;
  readonly hint: string | undefined;

  constructor(exit: ExitCode, message: string, hint?: string, details: FaultDetails = {}) {
    super(message);
    this.details = details;
    this.exit = exit;
    this.hint = hint;
  }
}

/** Two lines for a terminal: what happened, and below it, indented, what helps. */
export function displayFault(message: string, hint: string | undefined): string {
  return hint === undefined ? `postern: ${message}\n` : `postern: ${message}\n  ${hint}\n`;
}

/** The sentence that an unknown thrown value has to say for itself. */
export function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a Node system error (`ECONNREFUSED`, `ENOENT`), looked for down the chain of causes. */
export function systemCode(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error instanceof AggregateError && error.errors.length > 0) return systemCode(error.errors[0]);
  }
  return undefined;
}
