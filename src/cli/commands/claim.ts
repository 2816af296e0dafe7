/** `postern claim`: becoming the first owner of a device. */
import type { Command } from 'commander';
import { readTag } from '../credential-options.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { readLine } from '../key-file.ts';
import { answer, type CommandContext, examples } from './context.ts';

interface ClaimOptions {
  readonly user: string;
  readonly codeFile?: string;
  readonly ndefImport?: string;
}

interface Claimed {
  readonly device: string;
  readonly user: string;
  readonly relationship: string;
}

export function addClaim(program: Command, context: CommandContext): void {
  program
    .command('claim')
    .argument('[device]', 'name or id; a tag says it by itself')
    .requiredOption('--user <user>', 'who becomes its owner')
    .option(
      '--code-file <file>',
      'file with the claim code, - for standard input; without it, it is asked for',
    )
    .option('--ndef-import <file>', 'the NDEF message of its tag, which holds device and code')
    .description('claim a device by its code: exactly one ever succeeds')
    .addHelpText(
      'after',
      examples('postern claim lock-1 --user ann', 'postern claim --user ann --ndef-import tag.ndef'),
    )
    .action(async (named: string | undefined, options: ClaimOptions) => {
      const { device, code } = await claimOf(named, options, context);
      const body = { device, code, user: options.user };
      const claimed = await context.admin().post<Claimed>('/v1/claims', body);
      answer(context, claimed, () => `device ${device} belongs to ${options.user} now\n`);
    });
}

async function claimOf(
  named: string | undefined,
  { codeFile, ndefImport }: ClaimOptions,
  { terminal }: CommandContext,
): Promise<{ readonly device: string; readonly code: string }> {
  if (ndefImport !== undefined) {
    const tag = await readTag(ndefImport, terminal);
    if (tag.kind === 'claim') return { device: named ?? tag.device, code: tag.code };
    const hint = 'postern device add --ndef-import FILE --owner USER registers its device';
    throw new CommandFault(EXIT.usage, 'the tag holds a key of a device, and no claim code', hint);
  }
  if (named === undefined)
    throw new CommandFault(EXIT.usage, 'name the device', 'postern claim DEVICE --user USER');
  // Never an argument: everybody on the machine can read those.
  const asked = codeFile === undefined ? terminal.ask(`claim code of ${named}: `) : undefined;
  const code = asked === undefined ? await readLine(codeFile ?? '-', terminal) : (await asked).trim();
  if (code === '')
    throw new CommandFault(
      EXIT.usage,
      'no claim code was given',
      'it is on the device, or: --code-file FILE',
    );
  return { device: named, code };
}
