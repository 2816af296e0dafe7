/** `postern user token`, `postern actor token`: what somebody who is no device acts for himself with. */
import type { Command } from 'commander';
import { CommandFault, EXIT } from '../fault.ts';
import { table } from '../table.ts';
import { displayInstant, instantOf } from '../when.ts';
import { answer, type CommandContext, examples } from './context.ts';

/** Whose tokens, in the words of a command line. */
export interface Holder {
  /** `NAME`, `KIND/NAME`. */
  readonly argument: string;
  readonly explained: string;
  readonly example: string;
  /** The id that a reference means; a fault when there is none. */
  readonly idOf: (reference: string) => Promise<string>;
}

interface Token {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly notAfter: number | null;
  /** Only in the answer that made it. */
  readonly token?: string;
}

/** Milliseconds since 1970. */
type End = number | 'never';

interface Options {
  readonly for?: End;
  readonly list?: true;
  readonly end?: string;
}

/** Adds the command to `parent`. */
export function addToken(parent: Command, context: CommandContext, holder: Holder): void {
  const { argument, explained, example } = holder;
  const command = `postern ${parent.name()} token ${example}`;
  parent
    .command('token')
    .argument(`<${argument}>`, explained)
    .option('--for <when>', 'until when: an ISO date, 90m, 12h, 7d, or never; 90 days unless you say so', end)
    .option('--list', 'show the tokens there are, in place of making one')
    .option('--end <id>', 'end one of them: it is refused from then on')
    .description('make a token, shown once, with which it acts for itself; or list and end them')
    .addHelpText('after', examples(command, `${command} --for 7d`, `${command} --list`))
    .action(async (reference: string, options: Options) => {
      const actor = await holder.idOf(reference);
      if (options.list === true) await showTokens(context, actor);
      else if (options.end !== undefined) await endToken(context, actor, options.end);
      else await makeToken(context, actor, reference, options.for);
    });
}

async function makeToken(
  context: CommandContext,
  actor: string,
  reference: string,
  until: End | undefined,
): Promise<void> {
  const bounds = until === undefined ? {} : { notAfter: until === 'never' ? null : until };
  const body = { actor, kind: 'token', ...bounds };
  const made = await context.admin().post<Token>('/v1/credentials', body);
  answer(
    context,
    made,
    () =>
      `token of ${reference}, ${untilOf(made)}, ${made.id}\n\n${made.token ?? ''}\n\n` +
      'It is shown this once. Whoever has it acts as its holder: POSTERN_TOKEN, or Authorization: Bearer.\n',
  );
}

async function showTokens(context: CommandContext, actor: string): Promise<void> {
  const tokens = await tokensOf(context, actor);
  answer(context, tokens, () =>
    tokens.length === 0
      ? 'no tokens\n'
      : table(
          ['id', 'state', 'good'],
          tokens.map((each) => [each.id, each.state, untilOf(each)]),
        ),
  );
}

async function endToken(context: CommandContext, actor: string, id: string): Promise<void> {
  const ended = (await tokensOf(context, actor)).find((each) => each.id === id);
  if (ended === undefined) {
    const hint = 'those that there are: the same command with --list';
    throw new CommandFault(EXIT.failure, `there is no token ${id} of that actor`, hint);
  }
  await context.admin().remove(`/v1/credentials/${encodeURIComponent(id)}`);
  answer(context, { ended }, () => `token ${id} ended\n`);
}

async function tokensOf(context: CommandContext, actor: string): Promise<readonly Token[]> {
  const held = await context.admin().list<Token>('/v1/credentials', { actor });
  return held.filter(({ kind }) => kind === 'token');
}

const end = (text: string): End => (text === 'never' ? text : instantOf(text));

const untilOf = ({ notAfter }: Token): string =>
  notAfter === null ? 'until it is ended' : `until ${displayInstant(notAfter)}`;
