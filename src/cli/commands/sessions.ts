/** `postern sessions`: who is connected now. */
import type { Command } from 'commander';
import { displayAge, table } from '../table.ts';
import type { SessionView } from '../views.ts';
import { answer, type CommandContext, examples } from './context.ts';

export function addSessions(program: Command, context: CommandContext): void {
  const sessions = program
    .command('sessions')
    .description('list and close sessions')
    .helpCommand(false)
    .addHelpText('after', examples('postern sessions list', 'postern sessions close ID'));
  sessions
    .command('list', { isDefault: true })
    .description('list the established sessions')
    .addHelpText('after', examples('postern sessions list'))
    .action(async () => {
      const client = context.admin();
      const [found, devices] = await Promise.all([client.sessions(), client.actors('device')]);
      const names = new Map(devices.map((device) => [device.id, device.name]));
      const named = found.map((one) => ({
        ...one,
        name: one.name ?? names.get(one.principal) ?? one.principal,
      }));
      answer(context, named, () => displaySessions(named, Date.now()));
    });
  sessions
    .command('close')
    .argument('<id>', 'as in the list')
    .description('close one session; the device may come back')
    .addHelpText('after', examples('postern sessions close 0-17'))
    .action(async (id: string) => {
      await context.admin().closeSession(id);
      answer(context, { closed: id }, () => `session ${id} closed\n`);
    });
}

/** The table of `sessions`, ages relative to `now` (milliseconds since 1970). */
export function displaySessions(
  sessions: readonly (SessionView & { readonly name: string })[],
  now: number,
): string {
  if (sessions.length === 0) return 'no sessions\n';
  const rows = sessions.map((one) => [
    one.id,
    one.name,
    one.path,
    one.suite.replace(/^TLS_/, ''),
    displayAge(now - wallMs(one.since)),
    displayAge(now - wallMs(one.lastSeen)),
  ]);
  return table(['id', 'device', 'path', 'suite', 'since', 'last seen'], rows);
}

const wallMs = (when: number | string): number => (typeof when === 'number' ? when : Date.parse(when));
