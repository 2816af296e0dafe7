/** `postern claim-window`: whether devices that nobody knows are let in, to be claimed. */
import { type Command, InvalidArgumentError } from 'commander';
import { CommandFault, EXIT } from '../fault.ts';
import { facts } from '../table.ts';
import { displayInstant, instantOf } from '../when.ts';
import { answer, type CommandContext, examples } from './context.ts';

interface WindowView {
  readonly state: 'open' | 'closed';
  readonly admits: {
    readonly kind: string;
    readonly perMinuteMax?: number;
    readonly devices?: number;
  } | null;
  readonly notAfter: number | null;
  readonly unclaimed: number;
}

interface OpenOptions {
  readonly for: number;
  readonly rate?: number;
  readonly list?: string;
}

export function addClaimWindow(program: Command, context: CommandContext): void {
  const window = program
    .command('claim-window')
    .description('let devices with unknown raw public keys in, to be claimed and for nothing else')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        'postern claim-window open --for 1h --list batch-42.csv',
        'postern claim-window show',
        'postern claim-window close',
      ),
    );
  addOpen(window, context);
  window
    .command('show', { isDefault: true })
    .description('show whether it is open, for whom, and until when')
    .addHelpText('after', examples('postern claim-window show'))
    .action(async () => {
      answer(context, await context.admin().get<WindowView>(PATH), displayWindow);
    });
  window
    .command('close')
    .option(
      '--remove-newcomers',
      'remove devices that were let in, that nobody owns and that have no claim code',
    )
    .description('close it; devices that were let in stay, and can be claimed')
    .addHelpText(
      'after',
      examples('postern claim-window close', 'postern claim-window close --remove-newcomers'),
    )
    .action(async ({ removeNewcomers }: { readonly removeNewcomers?: true }) => {
      const path = removeNewcomers === true ? `${PATH}?newcomers=remove` : PATH;
      answer(context, await context.admin().remove<WindowView>(path), displayWindow);
    });
}

function addOpen(window: Command, context: CommandContext): void {
  window
    .command('open')
    .requiredOption('--for <when>', 'it closes by itself then: 90m, 12h, 7d, or an ISO date', instantOf)
    .option('--rate <n>', 'for anybody, so many devices in a minute', rate)
    .option(
      '--list <file>',
      "only for a manufacturer's list: CSV with fingerprint and, where wanted, claim_code, reset_proof (or ..._hash)",
    )
    .description('open it, in place of the one before; off by default, closed again by itself')
    .addHelpText(
      'after',
      examples(
        'postern claim-window open --for 1h --list batch-42.csv',
        'postern claim-window open --for 10m --rate 5',
      ),
    )
    .action(async (options: OpenOptions) => {
      const { rate: perMinuteMax, list, for: notAfter } = options;
      if ((perMinuteMax === undefined) === (list === undefined)) {
        const hint = '--list FILE lets in the keys of a list, --rate N anybody, N in a minute';
        throw new CommandFault(EXIT.usage, 'say who is let in', hint);
      }
      const client = context.admin();
      const opened =
        list === undefined
          ? await client.put<WindowView>(PATH, { admits: { kind: 'open', perMinuteMax }, notAfter })
          : await openFor(list, notAfter, context);
      answer(context, opened, displayWindow);
    });
}

async function openFor(file: string, notAfter: number, context: CommandContext): Promise<WindowView> {
  const { readKeyList } = await import('../batch/key-list.ts');
  const list = await readKeyList(file, context.terminal);
  try {
    const admits = { kind: 'listed', devices: list.devices };
    return await context.admin().put<WindowView>(PATH, { admits, notAfter });
  } catch (thrown) {
    throw list.placed(thrown);
  }
}

function displayWindow({ state, admits, notAfter, unclaimed }: WindowView): string {
  const who =
    admits === null
      ? []
      : [
          [
            'for',
            admits.kind === 'open'
              ? `anybody, ${admits.perMinuteMax} a minute`
              : `${admits.devices} listed keys`,
          ] as const,
        ];
  const end = notAfter === null || state === 'closed' ? [] : [['until', displayInstant(notAfter)] as const];
  return facts([
    ['claim window', state],
    ...who,
    ...end,
    ['unclaimed', `${unclaimed} devices that nobody owns`],
  ]);
}

function rate(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/.test(text) && value >= 1 && value <= RATE_MAX) return value;
  throw new InvalidArgumentError(`Use a number from 1 to ${RATE_MAX}.`);
}

const PATH = '/v1/claim-window';
const RATE_MAX = 600;
