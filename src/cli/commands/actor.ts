/** `postern actor`: platforms, providers and manufacturers; and suspending any actor. */
import { type Command, Argument } from 'commander';
import type { ActorView } from '../client.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { table } from '../table.ts';
import { answer, type CommandContext, examples } from './context.ts';
import { addToken } from './token.ts';

interface StatefulView extends ActorView {
  readonly state?: string;
}

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
      const actors = await context.admin().list<StatefulView>('/v1/actors');
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
    explained: 'id or KIND/NAME',
    example: 'provider/acme',
    idOf: (reference) => idOf(context, reference),
  });
  for (const [verb, done] of [
    ['suspend', 'suspended, and with it what stands on it'],
    ['resume', 'resumed, and with it what stands on it'],
  ] as const) {
    actor
      .command(verb)
      .argument('<actor>', 'id or KIND/NAME')
      .description(`${verb} an actor`)
      .addHelpText('after', examples(`postern actor ${verb} provider/acme`))
      .action(async (reference: string) => {
        const id = await idOf(context, reference);
        const changed = await context.admin().post<StatefulView>(`/v1/actors/${id}/${verb}`);
        answer(context, changed, () => `${changed.kind} ${changed.name} ${done}\n`);
      });
  }
}

/** The id of an actor, which may be named as `KIND/NAME`. */
async function idOf(context: CommandContext, reference: string): Promise<string> {
  const [kind, name] = reference.split('/');
  if (kind === undefined || name === undefined) return encodeURIComponent(reference);
  const [found] = await context.admin().list<ActorView>('/v1/actors', { kind, name });
  if (found !== undefined) return found.id;
  throw new CommandFault(EXIT.failure, `there is no ${kind} named '${name}'`, 'see: postern actor list');
}

const ADDED = ['platform', 'provider', 'manufacturer'] as const;
