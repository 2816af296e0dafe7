/**
 * The command line's entry. Loads nothing of the program before it can say, in one line, that the program is not
 * complete; prints every failure as a sentence and never as a stack trace (POSTERN_DEBUG=1 asks for it).
 */
import { resolve } from 'node:path';
import { CommandFault, displayFault, EXIT, sentenceOf } from './fault.ts';
import { processTerminal } from './terminal.ts';

const root = resolve(import.meta.dirname, '../..');
const terminal = processTerminal();

process.on('uncaughtException', (thrown) => process.exit(report(thrown)));

try {
  const { run } = await import('./program.ts');
  leave(await run(process.argv.slice(2), terminal));
} catch (thrown) {
  leave(report(thrown));
}

/** Ends the process when everything written has been taken, whatever is still open. */
function leave(code: number): void {
  process.exitCode = code;
  process.stderr.write('', () => process.stdout.write('', () => process.exit()));
}

function report(thrown: unknown): number {
  if (thrown instanceof CommandFault) {
    terminal.note(displayFault(thrown.message, thrown.hint));
    return thrown.exit;
  }
  if (process.env['POSTERN_DEBUG'] === '1' && thrown instanceof Error) terminal.note(`${thrown.stack}\n`);
  if (isMissingPackage(thrown)) {
    terminal.note(displayFault(`${sentenceOf(thrown).split('\n')[0]}`, `run: cd ${root} && npm ci`));
    return EXIT.unavailable;
  }
  const library = strangerIn(thrown);
  if (library !== undefined) {
    terminal.note(
      displayFault(`${library} cannot read what the other side sent: ${sentenceOf(thrown)}`, undefined),
    );
    return EXIT.failure;
  }
  terminal.note(
    displayFault(
      `this is a fault in postern itself: ${sentenceOf(thrown)}`,
      'POSTERN_DEBUG=1 shows where; please report it with that output',
    ),
  );
  return EXIT.failure;
}

/** The library of the device's independent stack that threw, if it was one: they throw where nobody can catch. */
function strangerIn(thrown: unknown): string | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  return /node_modules[/\\](node-dtls-client|coap|coap-packet)[/\\]/.exec(stack)?.[1];
}

function isMissingPackage(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND';
}
