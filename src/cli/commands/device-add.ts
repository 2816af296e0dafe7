/** `postern device add`: one device with its first credential, one that waits for its first owner, or a fleet. */
import type { Command } from 'commander';
import {
  addCredentialOptions,
  type CredentialOptions,
  credentialWish,
  namesCredential,
  readTag,
  requireOneKind,
  wishOnTag,
} from '../credential-options.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { addRevealOptions, type Done, type RevealOptions, revealing } from '../reveal.ts';
import { facts } from '../table.ts';
import type { GatewayView, NewDeviceView, NewKeyWish, NewPskWish } from '../views.ts';
import { type CommandContext, examples } from './context.ts';
import type { BatchOptions } from './device-batch.ts';
import { displayClaimCode, shownBy } from './device-display.ts';

interface AddOptions extends CredentialOptions, RevealOptions, BatchOptions {
  readonly owner?: string;
  readonly claim?: boolean;
  readonly ndefImport?: string;
  readonly batch?: string;
}

export function addAdd(device: Command, context: CommandContext): void {
  const command = device
    .command('add')
    .argument('[name]', 'letters, digits and . _ : @ -')
    .description(
      'add a device with a pre-shared key (made by the gateway and shown once, or imported) or a key of its own; ' +
        'or devices by the file',
    )
    .option('--owner <user>', 'the user on whose behalf it acts')
    .option('--claim', 'without owner: its first owner claims it by a code, which is shown once');
  addCredentialOptions(command).option('--ndef-import <file>', 'import: the NDEF message of its tag');
  addRevealOptions(command, 'what is shown once')
    .option('--batch <file>', 'CSV with the columns name,owner and, where wanted, identity,key_hex,rpk')
    .option('--partial', 'with --batch: add what can be added; without it, all or nothing')
    .option('--labels <file>', 'with --batch: new CSV file for the keys that are made, - for standard output')
    .addHelpText(
      'after',
      examples(
        'postern device add lamp-1 --owner ann',
        'postern device add lamp-1 --owner ann --qr svg > lamp-1.svg',
        'postern device add lamp-1 --owner ann --ndef lamp-1.ndef',
        'postern device add meter-7 --owner ann --identity meter-7 --key-file meter-7.key',
        'postern device add lock-1 --owner ann --rpk lock-1.pub',
        'postern device add meter-17 --owner ann --cert-by-name',
        'postern device add lock-1 --owner ann --ndef-import tag.ndef',
        'postern device add lock-2 --claim --qr svg > lock-2.svg',
        'postern device add --batch fleet.csv --labels labels.csv',
      ),
    )
    .action((name: string | undefined, options: AddOptions) => add(name, options, context));
}

async function add(name: string | undefined, options: AddOptions, context: CommandContext): Promise<void> {
  const { batch, partial, labels } = options;
  if (batch !== undefined) {
    requireBatchAlone(name, options);
    // Only here is CSV needed.
    const { addBatch } = await import('./device-batch.ts');
    await addBatch(
      batch,
      { ...(partial === true ? { partial } : {}), ...(labels === undefined ? {} : { labels }) },
      context,
    );
    return;
  }
  if (partial === true || labels !== undefined)
    throw new CommandFault(EXIT.usage, '--partial and --labels belong to --batch FILE');
  await (options.claim === true ? addUnclaimed : addOwned)(name, options, context);
}

async function addOwned(
  name: string | undefined,
  options: AddOptions,
  context: CommandContext,
): Promise<void> {
  const { owner } = options;
  if (owner === undefined) {
    const hint = '--owner USER, or --claim for its first owner to claim it; see: postern device add --help';
    throw new CommandFault(EXIT.usage, 'a device needs an owner', hint);
  }
  const wanted = await wishOf(name, options, context);
  await revealing(options, context, async () => {
    const client = context.admin();
    const added = await client.addDevice(wanted.name, owner, wanted.wish);
    const words = displayAdded(added, owner);
    const secret = added.credential ?? {};
    if (wanted.wish.kind === 'psk') return { value: added, words, secret };
    // A device with a key of its own has to know the gateway's: that is shown too.
    const gateway = await client.gateway();
    return { value: { ...added, gateway }, words: `${words}${displayPin(gateway)}`, secret };
  });
}

async function wishOf(
  name: string | undefined,
  options: AddOptions,
  { terminal }: CommandContext,
): Promise<{ readonly name: string; readonly wish: NewPskWish | NewKeyWish }> {
  const { ndefImport } = options;
  requireOneKind(options, ndefImport !== undefined);
  if (ndefImport === undefined) {
    const wish = await credentialWish(options, terminal);
    return { name: named(name), wish };
  }
  const tag = await readTag(ndefImport, terminal);
  return { name: named(name ?? tag.device ?? undefined), wish: wishOnTag(tag) };
}

function named(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new CommandFault(EXIT.usage, 'a device needs a name', 'postern device add NAME --owner USER');
}

async function addUnclaimed(
  name: string | undefined,
  options: AddOptions,
  context: CommandContext,
): Promise<void> {
  const { owner, ndefImport } = options;
  if (owner !== undefined || ndefImport !== undefined || namesCredential(options)) {
    const hint = 'leave --owner and the key away; the key comes afterwards: postern device add-key NAME';
    throw new CommandFault(
      EXIT.usage,
      'a device that waits for its first owner has neither owner nor key',
      hint,
    );
  }
  const device = named(name);
  await revealing(options, context, async (): Promise<Done> => {
    const body = { kind: 'device', name: device, claim: true };
    const added = await context.admin().post<NewDeviceView>('/v1/actors', body);
    const words = `device ${added.name} added, without owner\n${displayClaimCode(added)}`;
    return { value: added, words, secret: added };
  });
}

function requireBatchAlone(name: string | undefined, options: AddOptions): void {
  const { owner, claim, ndefImport, qr, ndef } = options;
  const others = [name, owner, claim, ndefImport, qr, ndef].some((option) => option !== undefined);
  if (!others && !namesCredential(options)) return;
  const hint = 'postern device add --batch FILE.csv [--partial] [--labels FILE]';
  throw new CommandFault(EXIT.usage, 'with --batch, the file says everything about the devices', hint);
}

/** What a person sees when a device has been added. */
export function displayAdded(added: NewDeviceView, owner: string): string {
  const { credential } = added;
  const head = `device ${added.name} of ${owner} added\n`;
  if (credential === undefined) return head;
  const shown = shownBy(credential);
  if (credential.keyHex === undefined) return `${head}${facts([shown])}`;
  const secret = facts([shown, ['key', credential.keyHex]]);
  return `${head}${secret}\nThe key is shown this once: give it to the device now.\n`;
}

const displayPin = ({ spoken, publicKeyPem }: GatewayView): string =>
  `\n${facts([['gateway key', spoken]])}\nThe device may pin the gateway by it:\n${publicKeyPem}`;
