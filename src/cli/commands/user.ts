/** `postern user`: the people on whose behalf devices act. */
import type { Command } from 'commander';
import { table } from '../table.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { addToken } from './token.ts';

export function addUser(program: Command, context: CommandContext): void {
  const user = program
    .command('user')
    .description('add, list and remove users; let them act for themselves')
    .helpCommand(false)
    .addHelpText('after', examples('postern user add ann', 'postern user list'));
  user
    .command('add')
    .argument('<name>', 'letters, digits and . _ : @ -')
    .description('add a user')
    .addHelpText('after', examples('postern user add ann'))
    .action(async (name: string) => {
      const added = await context.admin().addUser(name);
      answer(context, added, () => `user ${added.name} added\n`);
    });
  user
    .command('list')
    .description('list the users')
    .addHelpText('after', examples('postern user list', 'postern user list --json'))
    .action(async () => {
      const users = await context.admin().actors('user');
      answer(context, users, () =>
        users.length === 0
          ? 'no users yet; add one: postern user add NAME\n'
          : table(
              ['name', 'id'],
              users.map((one) => [one.name, one.id]),
            ),
      );
    });
  addToken(user, context, {
    argument: 'name',
    explained: 'name or id',
    example: 'ann',
    idOf: async (name) => (await context.admin().actor('user', name)).id,
  });
  user
    .command('remove')
    .argument('<name>', 'name or id')
    .description('remove a user who owns no devices any more')
    .addHelpText('after', examples('postern user remove ann'))
    .action(async (name: string) => {
      const client = context.admin();
      const found = await client.actor('user', name);
      await client.removeActor(found.id);
      answer(context, { removed: found }, () => `user ${found.name} removed\n`);
    });
}
