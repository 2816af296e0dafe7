/** How what is shown once leaves the command line: as text, as a QR code, or as an NDEF record for a tag. */
import { type Command, Option } from 'commander';
import { answer, type CommandContext } from './commands/context.ts';
import { CommandFault, EXIT } from './fault.ts';
import { PICTURES, type Picture, pictureOf } from './qr.ts';
import { withSecretFile } from './secret-file.ts';
import type { Carried } from './views.ts';

export interface RevealOptions {
  readonly qr?: Picture;
  readonly ndef?: string;
}

/** What a command has done. */
export interface Done {
  /** For machines. */
  readonly value: unknown;
  /** For people. */
  readonly words: string;
  /** What is shown this once, if there is anything. */
  readonly secret: Carried;
}

export function addRevealOptions(command: Command, what: string): Command {
  return command
    .addOption(new Option('--qr <form>', `print ${what} as a QR code`).choices(PICTURES))
    .option(
      '--ndef <file>',
      `write ${what} as an NDEF message for a tag to a new file, - for standard output`,
    );
}

/** Checks that there is a way out for the secret, then runs `act`, then shows what it has done. */
export async function revealing(
  options: RevealOptions,
  context: CommandContext,
  act: () => Promise<Done>,
): Promise<void> {
  const { terminal } = context;
  const { ndef } = options;
  requireFit(options, context);
  if (ndef === undefined) {
    await show(await act(), options, context);
    return;
  }
  const done = await withSecretFile(ndef, terminal, async (file) => {
    const acted = await act();
    const message = acted.secret.ndef;
    if (message === undefined) terminal.note(NOTHING_FOR_TAG);
    else await file.write(Buffer.from(message, 'base64'));
    return acted;
  });
  await show(done, options, context);
}

function requireFit({ qr, ndef }: RevealOptions, context: CommandContext): void {
  if (qr === 'png' && context.terminal.interactive) {
    const hint = 'write it to a file: ... > NAME.png';
    throw new CommandFault(EXIT.usage, 'a PNG does not fit into a terminal', hint);
  }
  if (ndef === '-' && context.terminal.interactive) {
    const hint = 'name a new file: --ndef NAME.ndef';
    throw new CommandFault(EXIT.usage, 'an NDEF message does not fit into a terminal', hint);
  }
  const claims = [qr !== undefined, ndef === '-', context.json()].filter(Boolean).length;
  if (claims <= 1) return;
  const hint = 'choose one of --qr, --ndef - and --json; --ndef also takes the name of a new file';
  throw new CommandFault(EXIT.usage, 'only one thing fits on standard output', hint);
}

async function show(done: Done, { qr, ndef }: RevealOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { secret, value, words } = done;
  const { qrText } = secret;
  if (qr !== undefined && qrText === undefined) terminal.note(NOTHING_FOR_PICTURE);
  if (qr !== undefined && qrText !== undefined) {
    if (qr === 'terminal') terminal.write(words);
    else terminal.note(words);
    terminal.write(await pictureOf(qrText, qr));
  } else if (ndef === '-') terminal.note(words);
  else answer(context, value, () => words);
}

const NOTHING_FOR_PICTURE = 'no QR code: nothing was made that is shown once\n';
const NOTHING_FOR_TAG = 'no NDEF message: nothing was made that is shown once\n';
