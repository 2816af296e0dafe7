/** `postern device`: who may connect (add, list, show, remove), and being one of them (get, put, post, delete). */
import { type Command, Option } from 'commander';
import { pskQrText } from '../../enrolment/index.ts';
import type { ActorView, CredentialView, GatewayView, NewDeviceView, NewKeyWish } from '../client.ts';
import { readCertificates, readKeyFile, readPublicKey } from '../key-file.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { PICTURES, type Picture, pictureOf } from '../qr.ts';
import { displayAge, facts, table } from '../table.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { addDeviceRequests } from './device-request.ts';

interface AddOptions {
  readonly owner: string;
  readonly identity?: string;
  readonly keyFile?: string;
  readonly rpk?: string;
  readonly cert?: string;
  /** The authority; true: the only one that has rules. */
  readonly certByName?: string | true;
  readonly psk?: boolean;
  readonly qr?: Picture;
}

export function addDevice(program: Command, context: CommandContext): void {
  const device = program
    .command('device')
    .description('add, list, show and remove devices; act as one')
    .addHelpText(
      'after',
      examples(
        'postern device add lamp-1 --owner ann',
        'postern device get coaps://127.0.0.1:5684/demo/hello --psk lamp-1:KEYHEX',
      ),
    );
  device.helpCommand(false).commandsGroup('Registry:');
  addAdd(device, context);
  addList(device, context);
  addShow(device, context);
  addRemove(device, context);
  device.commandsGroup('Act as a device (software independent of the gateway):');
  addDeviceRequests(device, context);
}

function addAdd(device: Command, context: CommandContext): void {
  device
    .command('add')
    .argument('<name>', 'letters, digits and . _ : @ -')
    .description(
      'add a device with a pre-shared key (made by the gateway and shown once, or imported) or a key of its own',
    )
    .requiredOption('--owner <user>', 'the user on whose behalf it acts')
    .option('--psk', 'with a pre-shared key (the default)')
    .option('--rpk <file>', 'with a raw public key: PEM, DER, base64 or JWK, - for standard input')
    .option('--cert <file>', 'with a certificate, PEM or DER, of an authority that the gateway believes')
    .option(
      '--cert-by-name [authority]',
      "with any certificate that the authority's rules (dtls.subject_rules) derive this name from",
    )
    .option('--identity <id>', 'import: its PSK identity, text or hex:...')
    .option('--key-file <file>', 'import: file with its key in hexadecimal, - for standard input')
    .addOption(new Option('--qr <form>', 'print identity and key as a QR code').choices(PICTURES))
    .addHelpText(
      'after',
      examples(
        'postern device add lamp-1 --owner ann',
        'postern device add lamp-1 --owner ann --qr svg > lamp-1.svg',
        'postern device add meter-7 --owner ann --identity meter-7 --key-file meter-7.key',
        'postern device add lock-1 --owner ann --rpk lock-1.pub',
        'postern device add meter-17 --owner ann --cert-by-name',
      ),
    )
    .action(async (name: string, options: AddOptions) => {
      const { qr } = options;
      if (qr === 'png' && context.terminal.interactive) {
        throw new CommandFault(
          EXIT.usage,
          'a PNG does not fit into a terminal',
          'write it to a file: ... > NAME.png',
        );
      }
      onlyOneKind(options);
      if (hasOwnKey(options)) {
        await addWithKey(name, options, context);
        return;
      }
      const imported = await importedPsk(options, context);
      const client = context.admin();
      const added = await client.addDevice(name, options.owner, { kind: 'psk', ...imported });
      await showAdded(added, options, context);
    });
}

const hasOwnKey = ({ rpk, cert, certByName }: AddOptions): boolean =>
  rpk !== undefined || cert !== undefined || certByName !== undefined;

function onlyOneKind({ psk, identity, keyFile, rpk, cert, certByName, qr }: AddOptions): void {
  const preShared = psk === true || identity !== undefined || keyFile !== undefined || qr !== undefined;
  const own = [rpk, cert, certByName].filter((each) => each !== undefined).length;
  const kinds = own + (preShared ? 1 : 0);
  if (kinds <= 1) return;
  const hint = 'a QR code and an identity belong to a pre-shared key';
  throw new CommandFault(EXIT.usage, 'a device is added with one kind of credential', hint);
}

/** A device with a key of its own has to know the gateway's: that is shown too. */
async function addWithKey(name: string, options: AddOptions, context: CommandContext): Promise<void> {
  const { owner } = options;
  const wish = await keyWish(options, context);
  const client = context.admin();
  const added = await client.addDevice(name, owner, wish);
  const gateway = await client.gateway();
  answer(context, { ...added, gateway }, () => `${displayAdded(added, owner)}${displayPin(gateway)}`);
}

async function keyWish(
  { rpk, cert, certByName }: AddOptions,
  { terminal }: CommandContext,
): Promise<NewKeyWish> {
  if (rpk !== undefined) return { kind: 'rpk', publicKey: await readPublicKey(rpk, terminal) };
  if (cert !== undefined) return { kind: 'x509', certificate: await readCertificates(cert, terminal) };
  return { kind: 'x509', byName: true, ...(typeof certByName === 'string' ? { anchor: certByName } : {}) };
}

const displayPin = ({ spoken, publicKeyPem }: GatewayView): string =>
  `\n${facts([['gateway key', spoken]])}\nThe device may pin the gateway by it:\n${publicKeyPem}`;

async function importedPsk(
  { identity, keyFile }: AddOptions,
  context: CommandContext,
): Promise<{ identity: string; keyHex: string } | { identityHex: string; keyHex: string } | undefined> {
  if (identity === undefined && keyFile === undefined) return undefined;
  if (identity === undefined || keyFile === undefined) {
    const message = 'an imported key needs both --identity and --key-file';
    throw new CommandFault(EXIT.usage, message, 'leave both away and the gateway makes identity and key');
  }
  const keyHex = await readKeyFile(keyFile, context.terminal);
  return identity.startsWith('hex:') ? { identityHex: identity.slice(4), keyHex } : { identity, keyHex };
}

async function showAdded(added: NewDeviceView, options: AddOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const key = added.credential?.keyHex;
  const identityHex = added.credential?.identityHex;
  if (options.qr !== undefined && identityHex !== undefined && key !== undefined) {
    const picture = await pictureOf(pskQrText(identityHex, key), options.qr);
    if (options.qr === 'terminal') terminal.write(displayAdded(added, options.owner));
    else terminal.note(displayAdded(added, options.owner));
    terminal.write(picture);
    return;
  }
  if (options.qr !== undefined)
    terminal.note('no QR code: the key was imported, so the gateway does not repeat it\n');
  answer(context, added, () => displayAdded(added, options.owner));
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

function addList(device: Command, context: CommandContext): void {
  device
    .command('list')
    .description('list the devices')
    .addHelpText('after', examples('postern device list'))
    .action(async () => {
      const client = context.admin();
      const [devices, users] = await Promise.all([client.actors('device'), client.actors('user')]);
      answer(context, devices, () =>
        devices.length === 0
          ? 'no devices yet; add one: postern device add NAME --owner USER\n'
          : table(
              ['name', 'owner', 'id'],
              devices.map((one) => [one.name, ownerName(one, users), one.id]),
            ),
      );
    });
}

function addShow(device: Command, context: CommandContext): void {
  device
    .command('show')
    .argument('<name>', 'name or id')
    .description('show a device with its credentials and sessions')
    .addHelpText('after', examples('postern device show lamp-1'))
    .action(async (name: string) => {
      const client = context.admin();
      const found = await client.actor('device', name);
      const [users, credentials, all] = await Promise.all([
        client.actors('user'),
        client.credentials(found.id),
        client.sessions(),
      ]);
      const sessions = all.filter((one) => one.principal === found.id);
      answer(context, { ...found, credentials, sessions }, () =>
        facts([
          ['name', found.name],
          ['owner', ownerName(found, users)],
          ['id', found.id],
          ...credentials.map((one) => ['credential', displayCredential(one)] as const),
          ...sessions.map(
            (one) =>
              ['session', `${one.path}, ${one.suite}, last seen ${lastSeen(one.lastSeen)} ago`] as const,
          ),
        ]),
      );
    });
}

function addRemove(device: Command, context: CommandContext): void {
  device
    .command('remove')
    .argument('<name>', 'name or id')
    .description('remove a device: its keys end and its sessions are closed before this returns')
    .addHelpText('after', examples('postern device remove lamp-1'))
    .action(async (name: string) => {
      const client = context.admin();
      const found = await client.actor('device', name);
      await client.removeActor(found.id);
      answer(context, { removed: found }, () => `device ${found.name} removed, its sessions are closed\n`);
    });
}

const ownerName = (device: ActorView, users: readonly ActorView[]): string =>
  users.find((user) => user.id === device.owner)?.name ?? device.owner ?? '';

const displayCredential = (one: CredentialView): string =>
  `${one.kind ?? 'psk'}, ${shownBy(one).join(' ')}, ${one.id}`;

/** What the device shows, by what it is called. */
function shownBy({ identity, fingerprint, subject }: CredentialView): readonly [string, string] {
  if (fingerprint !== undefined) return ['fingerprint', fingerprint];
  return subject === undefined ? ['identity', identity ?? ''] : ['subject', subject];
}

const lastSeen = (when: number | string): string =>
  displayAge(Date.now() - (typeof when === 'number' ? when : Date.parse(when)));
