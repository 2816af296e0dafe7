/** `postern device claim-code`, `transfer`, `release`, `reset`, `reset-proof`: how a device changes hands. */
import type { Command } from 'commander';
import type { AdminClient } from '../client.ts';
import {
  addCredentialOptions,
  type CredentialOptions,
  credentialWish,
  requireOneKind,
} from '../credential-options.ts';
import { readLine } from '../key-file.ts';
import { addRevealOptions, type Done, type RevealOptions, revealing } from '../reveal.ts';
import { displayInstant, instantOf } from '../when.ts';
import type { NewDeviceView } from '../views.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { displayClaimCode, displayMade } from './device-display.ts';

interface TransferOptions extends CredentialOptions, RevealOptions {
  readonly to: string;
}

interface ResetOptions extends CredentialOptions, RevealOptions {
  readonly proofFile: string;
}

interface ClaimCodeOptions extends RevealOptions {
  readonly until?: number;
}

export function addDeviceOwnership(device: Command, context: CommandContext): void {
  addClaimCode(device, context);
  addTransfer(device, context);
  addRelease(device, context);
  addReset(device, context);
  addResetProof(device, context);
}

function addClaimCode(device: Command, context: CommandContext): void {
  const command = device
    .command('claim-code')
    .argument('<name>', 'name or id')
    .description('make a claim code for a device that nobody owns, in place of the one before; shown once')
    .option('--until <when>', 'not valid from then on: an ISO date, or 90m, 12h, 7d', instantOf);
  addRevealOptions(command, 'the code')
    .addHelpText(
      'after',
      examples(
        'postern device claim-code lock-1 --qr svg > lock-1.svg',
        'postern device claim-code lock-1 --ndef lock-1.ndef --until 30d',
      ),
    )
    .action((name: string, options: ClaimCodeOptions) =>
      revealing(options, context, async () => {
        const { until } = options;
        const established = options.ndef === undefined ? 'printed' : 'nfc';
        const body = { established, ...(until === undefined ? {} : { notAfter: until }) };
        const made = await changeHands(context.admin(), name, 'claim-code', body);
        const end = until === undefined ? '' : `, valid until ${displayInstant(until)}`;
        return withCode(made, `device ${made.name} has a new claim code${end}\n`);
      }),
    );
}

function addTransfer(device: Command, context: CommandContext): void {
  const command = device
    .command('transfer')
    .argument('<name>', 'name or id')
    .requiredOption('--to <user>', 'its new owner')
    .description(
      'give a device to another user, as an operator: its old keys end, and a new one is made or handed over; an ' +
        'owner releases it, and the next one claims it',
    );
  addRevealOptions(addCredentialOptions(command), 'the new key')
    .addHelpText(
      'after',
      examples(
        'postern device transfer lamp-1 --to bob',
        'postern device transfer lock-1 --to bob --rpk lock-1-new.pub',
      ),
    )
    .action(async (name: string, options: TransferOptions) => {
      const credential = await credentialWish(options, context.terminal);
      await revealing(options, context, async () => {
        const body = { user: options.to, credential };
        const made = await changeHands(context.admin(), name, 'transfer', body);
        const head = `device ${made.name} belongs to ${options.to} now; its old keys have ended\n`;
        const key = made.credential === undefined ? '' : displayMade(made.credential);
        return { value: made, words: `${head}${key}`, secret: made.credential ?? {} };
      });
    });
}

function addRelease(device: Command, context: CommandContext): void {
  const command = device
    .command('release')
    .argument('<name>', 'name or id')
    .description(
      'let go of a device: its keys end, nobody owns it, and a claim code is made for the next owner',
    );
  addRevealOptions(command, 'the code')
    .addHelpText(
      'after',
      examples('postern device release lamp-1', 'postern device release lamp-1 --qr terminal'),
    )
    .action((name: string, options: RevealOptions) =>
      revealing(options, context, async () => {
        const made = await changeHands(context.admin(), name, 'release', undefined);
        return withCode(made, `device ${made.name} belongs to nobody now; its keys have ended\n`);
      }),
    );
}

function addReset(device: Command, context: CommandContext): void {
  const command = device
    .command('reset')
    .argument('<name>', 'name or id')
    .requiredOption(
      '--proof-file <file>',
      'what the device shows after a factory reset, - for standard input',
    )
    .description(
      'free a device that was reset to its factory state, whoever owned it: it gets a new key and a claim code',
    );
  addRevealOptions(addCredentialOptions(command), 'the claim code')
    .addHelpText('after', examples('postern device reset lock-1 --proof-file - --rpk lock-1-new.pub < proof'))
    .action(async (name: string, options: ResetOptions) => {
      requireOneKind(options);
      const proof = await readLine(options.proofFile, context.terminal);
      const credential = await credentialWish(options, context.terminal);
      await revealing(options, context, async () => {
        const made = await changeHands(context.admin(), name, 'reset', { proof, credential });
        const key = made.credential === undefined ? '' : displayMade(made.credential);
        return withCode(made, `device ${made.name} belongs to nobody now; its old keys have ended\n${key}`);
      });
    });
}

function addResetProof(device: Command, context: CommandContext): void {
  device
    .command('reset-proof')
    .argument('<name>', 'name or id')
    .requiredOption('--proof-file <file>', 'one line of text, - for standard input; kept as a keyed hash')
    .description('set what proves that a device was reset: whoever has it may free the device from its owner')
    .addHelpText('after', examples('postern device reset-proof lock-1 --proof-file lock-1.proof'))
    .action(async (name: string, { proofFile }: { readonly proofFile: string }) => {
      const proof = await readLine(proofFile, context.terminal);
      const client = context.admin();
      const { id } = await client.actor('device', name);
      const changed = await client.put<NewDeviceView>(`/v1/actors/${id}/reset-proof`, { proof });
      answer(context, changed, () => `device ${changed.name} can be freed by that proof from now on\n`);
    });
}

async function changeHands(
  client: AdminClient,
  name: string,
  how: string,
  body: object | undefined,
): Promise<NewDeviceView> {
  const { id } = await client.actor('device', name);
  return client.post<NewDeviceView>(`/v1/actors/${id}/${how}`, body);
}

function withCode(made: NewDeviceView, head: string): Done {
  return { value: made, words: `${head}${displayClaimCode(made)}`, secret: made };
}
