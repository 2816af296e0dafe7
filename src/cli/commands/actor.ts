/** `postern actor`: platforms, providers and manufacturers; and suspending any actor. */
import { type Command, Argument } from 'commander';
import { ACTOR_ID } from '../client.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { table } from '../table.ts';
import type { ActorView } from '../views.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { addToken } from './token.ts';

export function addActors(program: Command, context: CommandContext): void {
  const actor = program
    .command('actor')
    .description('add platforms, providers and manufacturers; suspend and resume any actor')
    .helpCommand(false)
    .addHelpText('after', examples('postern actor add platform acme', 'postern actor suspend provider/acme'));
  actor
    .command('add')
    .addArgument(new Argument('<kind>', 'what it is').choices(ADDED))
    .argument('<name>', 'letters, digits and . _ : @ -')
    .description('add one; a platform that has the name of a backend holds what that serves')
    .addHelpText('after', examples('postern actor add platform acme'))
    .action(async (kind: string, name: string) => {
      const added = await context.admin().post<ActorView>('/v1/actors', { kind, name });
      answer(context, added, () => `${kind} ${added.name} added\n`);
    });
  actor
    .command('list')
    .description('list all actors')
    .addHelpText('after', examples('postern actor list'))
    .action(async () => {
      const actors = await context.admin().list<ActorView>('/v1/actors');
      answer(context, actors, () =>
        actors.length === 0
          ? 'no actors yet\n'
          : table(
              ['kind', 'name', 'state', 'id'],
              actors.map((one) => [one.kind, one.name, one.state ?? '', one.id]),
            ),
      );
    });
  addToken(actor, context, {
    argument: 'actor',
    explained: 'id, KIND/NAME or name',
    example: 'provider/acme',
    idOf: (reference) => idOf(context, reference),
  });
  for (const [verb, done] of [
    ['suspend', 'suspended, and with it what stands on it'],
    ['resume', 'resumed, and with it what stands on it'],
  ] as const) {
    actor
      .command(verb)
      .argument('<actor>', 'id, KIND/NAME or name')
      .description(`${verb} an actor`)
      .addHelpText('after', examples(`postern actor ${verb} provider/acme`))
      .action(async (reference: string) => {
        const id = await idOf(context, reference);
        const changed = await context.admin().post<ActorView>(`/v1/actors/${id}/${verb}`);
        answer(context, changed, () => `${changed.kind} ${changed.name} ${done}\n`);
      });
  }
}

/** The id of an actor, which may be named as `KIND/NAME`, or as `NAME` where no two of different kinds share it. */
async function idOf(context: CommandContext, reference: string): Promise<string> {
  if (ACTOR_ID.test(reference)) return reference;
  const [kind, name] = reference.includes('/') ? reference.split('/') : [undefined, reference];
  const query = { ...(kind === undefined ? {} : { kind }), name: name ?? '' };
  const all = await context.admin().list<ActorView>('/v1/actors', query);
  const [found, ...others] = all.filter(
    (one) => one.name === name && (kind === undefined || one.kind === kind),
  );
  if (found === undefined) {
    const what = `there is no ${kind ?? 'actor'} named '${name ?? ''}'`;
    throw new CommandFault(EXIT.failure, what, 'see: postern actor list');
  }
  if (others.length === 0) return found.id;
  const named = [found, ...others].map((one) => `${one.kind}/${one.name}`).join(', ');
  throw new CommandFault(EXIT.usage, `several are named '${reference}': ${named}`, 'say which: KIND/NAME');
}

const ADDED = ['platform', 'provider', 'manufacturer'] as const;
