/** `postern device list`, `show`, `remove`. */
import type { Command } from 'commander';
import { displayAge, facts, table } from '../table.ts';
import type { ActorView } from '../views.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { displayCredential } from './device-display.ts';

export function addDeviceRegistry(device: Command, context: CommandContext): void {
  addList(device, context);
  addShow(device, context);
  addRemove(device, context);
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
              ['name', 'owner', 'state', 'id'],
              devices.map((one) => [one.name, ownerName(one, users), one.state ?? '', one.id]),
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
          ['state', found.state ?? ''],
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

const lastSeen = (when: number | string): string =>
  displayAge(Date.now() - (typeof when === 'number' ? when : Date.parse(when)));
