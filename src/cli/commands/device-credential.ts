/** `postern device add-key`, `rotate`, `suspend`, `resume`: what becomes of a device's credentials. */
import type { Command } from 'commander';
import type { AdminClient } from '../client.ts';
import {
  addCredentialOptions,
  type CredentialOptions,
  credentialWish,
  namesCredential,
  requireOneKind,
} from '../credential-options.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { addRevealOptions, type RevealOptions, revealing } from '../reveal.ts';
import { displayInstant, instantOf } from '../when.ts';
import type { ActorView, CredentialView } from '../views.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { displayCredential, displayMade } from './device-display.ts';

interface RotateOptions extends CredentialOptions, RevealOptions {
  readonly credential?: string;
  readonly until?: number;
}

export function addDeviceCredentials(device: Command, context: CommandContext): void {
  addKey(device, context);
  addRotate(device, context);
  addSwitches(device, context);
}

function addKey(device: Command, context: CommandContext): void {
  const command = device
    .command('add-key')
    .argument('<name>', 'name or id')
    .description('give a device a further credential, or its first one after a claim');
  addRevealOptions(addCredentialOptions(command), 'the new key')
    .addHelpText(
      'after',
      examples('postern device add-key lock-9', 'postern device add-key lock-9 --rpk lock-9.pub'),
    )
    .action(async (name: string, options: CredentialOptions & RevealOptions) => {
      const wish = await credentialWish(options, context.terminal);
      await revealing(options, context, async () => {
        const client = context.admin();
        const found = await client.actor('device', name);
        const made = await client.post<CredentialView>('/v1/credentials', { actor: found.id, ...wish });
        const words = `device ${found.name} has one more credential\n${displayMade(made)}`;
        return { value: made, words, secret: made };
      });
    });
}

function addRotate(device: Command, context: CommandContext): void {
  const command = device
    .command('rotate')
    .argument('<name>', 'name or id')
    .description(
      'give a device a new key in place of an old one: both are valid until the new one is used for the first time, ' +
        'or at the latest until a date',
    );
  addCredentialOptions(command)
    .option('--credential <id>', 'the one to replace, where the device has several')
    .option('--until <when>', 'the old one ends then at the latest: an ISO date, or 90m, 12h, 7d', instantOf);
  addRevealOptions(command, 'the new key')
    .addHelpText(
      'after',
      examples(
        'postern device rotate lamp-1',
        'postern device rotate lamp-1 --until 7d --qr svg > lamp-1.svg',
        'postern device rotate lock-1 --rpk lock-1-new.pub --until 2027-01-01',
      ),
    )
    .action(async (name: string, options: RotateOptions) => {
      requireOneKind(options);
      const client = context.admin();
      const found = await client.actor('device', name);
      const old = await oneCredential(client, found, options.credential);
      requireSameStrength(old, found, options);
      const wish = await credentialWish(options, context.terminal);
      await revealing(options, context, async () => {
        const { until } = options;
        const made = await client.post<CredentialView>(
          `/v1/credentials/${encodeURIComponent(old.id)}/rotate`,
          { credential: wish, ...(until === undefined ? {} : { until }) },
          old.revision === undefined ? undefined : String(old.revision),
        );
        const end = until === undefined ? '' : `, and at the latest ${displayInstant(until)}`;
        const head = `device ${found.name} has a new credential\n`;
        const overlap = `the old one ends when the new one is first used${end}\n`;
        return {
          value: { ...made, replaces: old.id },
          words: `${head}${overlap}${displayMade(made)}`,
          secret: made,
        };
      });
    });
}

function addSwitches(device: Command, context: CommandContext): void {
  for (const [verb, past, effect] of [
    ['suspend', 'suspended', 'its sessions are closed before this returns'],
    ['resume', 'resumed', 'it may connect again'],
  ] as const) {
    device
      .command(verb)
      .argument('<name>', 'name or id')
      .option('--credential <id>', 'only this one of its credentials, and not all of the device')
      .description(`${verb} a device, or one of its credentials: ${effect}`)
      .addHelpText(
        'after',
        examples(
          `postern device ${verb} lamp-1`,
          `postern device ${verb} lamp-1 --credential crd-0123456789abcdef0123`,
        ),
      )
      .action(async (name: string, { credential }: { readonly credential?: string }) => {
        const client = context.admin();
        const found = await client.actor('device', name);
        if (credential === undefined) {
          const changed = await client.post<ActorView>(`/v1/actors/${found.id}/${verb}`);
          answer(context, changed, () => `device ${found.name} ${past}: ${effect}\n`);
          return;
        }
        const { id } = await oneCredential(client, found, credential);
        const changed = await client.post<CredentialView>(`/v1/credentials/${id}/${verb}`);
        answer(context, changed, () => `credential ${id} of device ${found.name} ${past}\n`);
      });
  }
}

/** The credential that is meant: the one that is named, or the only one there is. */
async function oneCredential(
  client: AdminClient,
  device: ActorView,
  wanted: string | undefined,
): Promise<CredentialView> {
  const all = await client.credentials(device.id);
  const [only, second] = all.filter((one) =>
    wanted === undefined ? typeof one.successor !== 'string' : one.id === wanted,
  );
  if (only !== undefined && second === undefined) return only;
  const list = all.map((one) => `  ${displayCredential(one)}`).join('\n');
  const has =
    all.length === 0 ? `device ${device.name} has no credential` : `device ${device.name} has\n${list}`;
  if (all.length === 0)
    throw new CommandFault(EXIT.failure, has, `give it one: postern device add-key ${device.name}`);
  const hint = 'name one of them: --credential ID';
  throw new CommandFault(EXIT.usage, wanted === undefined ? has : `${has}\nand not ${wanted}`, hint);
}

/** A device that has a key of its own does not get a shared one because nothing else was said. */
function requireSameStrength(
  { kind }: CredentialView,
  { name }: ActorView,
  options: CredentialOptions,
): void {
  if (kind === undefined || kind === 'psk' || namesCredential(options)) return;
  const what = kind === 'rpk' ? 'a raw public key' : 'a certificate';
  const hint = 'hand over the new one with --rpk FILE or --cert FILE; --psk makes a pre-shared key instead';
  throw new CommandFault(EXIT.usage, `device ${name} has ${what}, which the gateway cannot make`, hint);
}
