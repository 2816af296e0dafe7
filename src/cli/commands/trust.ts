/** `postern trust`: who trusts whom, on whose word, and what falls with it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandFault, EXIT } from '../fault.ts';
import { table } from '../table.ts';
import { displayInstant, instantOf } from '../when.ts';
import type { ActorView } from '../views.ts';
import { answer, type CommandContext, examples, revisionOf } from './context.ts';

interface RelationshipView {
  readonly id: string;
  readonly trustor: string;
  readonly trustee: string;
  readonly scope: readonly Grant[];
  readonly level: string;
  readonly introduce: number;
  readonly notAfter: number | null;
  readonly origin: 'direct' | 'introduced';
  readonly supports: readonly { readonly introducer: string }[];
  readonly valid: boolean;
  readonly flaw: string | null;
  readonly chainLength: number | null;
}

interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

interface Revocation {
  readonly revision: number;
  readonly falls: readonly { readonly id: string; readonly because: string | null }[];
  readonly survives: readonly { readonly id: string; readonly heldBy: { readonly introducer: string } }[];
  readonly sessions: number;
}

interface TermsOptions {
  readonly level: string;
  readonly scope: readonly string[];
  readonly introduce: number;
  readonly until?: number;
}

export function addTrust(program: Command, context: CommandContext): void {
  const trust = program
    .command('trust')
    .description('who trusts whom: list, add, introduce, preview, revoke, suspend, resume, graph')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        "postern trust add platform/acme ann --level operate --scope 'read,write=backend/acme/*' --introduce 1",
        "postern trust introduce ann platform/acme bob --level view --scope 'read=backend/acme/*' --until 7d",
        'postern trust preview rel-0123456789abcdef0123',
      ),
    );
  addList(trust, context);
  addEstablishing(trust, context);
  addRevoking(trust, context);
  addGraph(trust, context);
}

function addList(trust: Command, context: CommandContext): void {
  trust
    .command('list')
    .option('--of <actor>', 'only those with this actor on either end')
    .description('list relationships')
    .addHelpText('after', examples('postern trust list', 'postern trust list --of device/lock-1'))
    .action(async ({ of }: { readonly of?: string }) => {
      const { found, name } = await read(context, of);
      answer(context, found, () =>
        found.length === 0
          ? 'nobody trusts anybody yet; see: postern trust add --help\n'
          : table(
              ['trustor', 'trustee', 'level', 'scope', 'introduce', 'origin', 'valid', 'id'],
              found.map((one) => [
                name(one.trustor),
                name(one.trustee),
                one.level,
                displayScope(one.scope),
                String(one.introduce),
                originOf(one, name),
                one.valid ? untilOf(one) : `no: ${one.flaw ?? ''}`,
                one.id,
              ]),
            ),
      );
    });
}

function addEstablishing(trust: Command, context: CommandContext): void {
  withTerms(
    trust
      .command('add')
      .argument('<trustor>', 'id, KIND/NAME or name')
      .argument('<trustee>', 'id, KIND/NAME or name')
      .description('let the trustee do something with what is the trustor’s')
      .addHelpText(
        'after',
        examples("postern trust add device/lock-1 ann --level administer --scope '*=d/lock-1/*'"),
      )
      .option('--firm', 'an operator alone ends it: not the trustor, nor the owner of the device that it is'),
  ).action(async (trustor: string, trustee: string, options: TermsOptions & { readonly firm?: true }) => {
    const firm = options.firm === true ? { firm: true } : {};
    const body = { trustor, trustee, ...termsOf(options), ...firm };
    const made = await context.admin().post<RelationshipView>('/v1/relationships', body);
    answer(context, made, () => `${trustor} trusts ${trustee}: ${made.id}\n`);
  });
  withTerms(
    trust
      .command('introduce')
      .argument('<introducer>', 'who vouches: id, KIND/NAME or name')
      .argument('<trustor>', 'to whom')
      .argument('<trustee>', 'for whom')
      .option('--relationship <id>', 'hold up one that was introduced before, in place of a new one')
      .description('let somebody in on the word of somebody who is trusted already')
      .addHelpText(
        'after',
        examples(
          "postern trust introduce ann device/lock-1 bob --level operate --scope 'read=d/lock-1/*' --until 7d",
        ),
      ),
  ).action(
    async (
      introducer: string,
      trustor: string,
      trustee: string,
      { relationship, ...options }: TermsOptions & { readonly relationship?: string },
    ) => {
      const held = relationship === undefined ? {} : { relationship };
      const body = { introducer, trustor, trustee, ...termsOf(options), ...held };
      const made = await context.admin().post<RelationshipView>('/v1/introductions', body);
      answer(context, made, () => `${trustor} trusts ${trustee} on the word of ${introducer}: ${made.id}\n`);
    },
  );
}

function addRevoking(trust: Command, context: CommandContext): void {
  trust
    .command('preview')
    .argument('<id>', 'as in the list')
    .description('show what revoking a relationship would take with it; nothing is changed')
    .addHelpText('after', examples('postern trust preview rel-0123456789abcdef0123'))
    .action(async (id: string) => {
      const shown = await context.admin().post<Revocation>(`${pathOf(id)}/preview-revocation`);
      const { found, name } = await read(context);
      answer(context, shown, () => {
        const how = `postern trust revoke ${id} --if-revision ${shown.revision}`;
        return `${displayRevocation(shown, found, name, 'would fall')}\nto do it: ${how}\n`;
      });
    });
  trust
    .command('revoke')
    .argument('<id>', 'as in the list')
    .option('--if-revision <revision>', 'only if nothing has changed since a preview', revisionOf)
    .description('revoke a relationship for good, with all that stands on it; in force when this returns')
    .addHelpText('after', examples('postern trust revoke rel-0123456789abcdef0123 --if-revision 17'))
    .action(async (id: string, { ifRevision }: { readonly ifRevision?: string }) => {
      const { found, name } = await read(context);
      const done = await context.admin().post<Revocation>(`${pathOf(id)}/revoke`, {}, ifRevision);
      answer(context, done, () => displayRevocation(done, found, name, 'fell'));
    });
  for (const verb of ['suspend', 'resume'] as const) {
    trust
      .command(verb)
      .argument('<id>', 'as in the list')
      .description(`${verb} a relationship, and what stands on it`)
      .addHelpText('after', examples(`postern trust ${verb} rel-0123456789abcdef0123`))
      .action(async (id: string) => {
        const changed = await context.admin().post<RelationshipView>(`${pathOf(id)}/${verb}`);
        answer(context, changed, () => `relationship ${id} ${verb}${verb === 'resume' ? 'd' : 'ed'}\n`);
      });
  }
}

function addGraph(trust: Command, context: CommandContext): void {
  trust
    .command('graph')
    .option('--of <actor>', 'only what touches this actor')
    .description('write the relationships as a graph in the DOT language (Graphviz)')
    .addHelpText('after', examples('postern trust graph | dot -Tsvg > trust.svg'))
    .action(async ({ of }: { readonly of?: string }) => {
      const { found, name } = await read(context, of);
      answer(context, found, () => dot(found, name));
    });
}

interface Read {
  readonly found: readonly RelationshipView[];
  /** `kind/name` of an actor's id. */
  readonly name: (id: string) => string;
}

async function read(context: CommandContext, of?: string): Promise<Read> {
  const client = context.admin();
  const [found, actors] = await Promise.all([
    client.list<RelationshipView>('/v1/relationships', of === undefined ? {} : { of }),
    client.list<ActorView>('/v1/actors'),
  ]);
  const names = new Map(actors.map(({ id, kind, name }) => [id, `${kind}/${name}`]));
  return { found, name: (id) => names.get(id) ?? id };
}

function withTerms(command: Command): Command {
  return command
    .addOption(new Option('--level <level>', 'how far').choices(LEVELS).default('view'))
    .requiredOption('--scope <grant...>', "ACTION,...=RESOURCE,...: 'read,write=d/lock-1/*', '*=*'")
    .option('--introduce <n>', 'how many more introductions may follow', count, 0)
    .option('--until <when>', 'an ISO date, or a time from now: 90m, 12h, 7d', instantOf);
}

function termsOf({ level, scope, introduce, until }: TermsOptions): object {
  return { level, introduce, scope: scope.map(grantOf), ...(until === undefined ? {} : { notAfter: until }) };
}

function grantOf(text: string): Grant {
  const [actions = '', resources = ''] = text.split('=');
  if (actions === '' || resources === '') {
    const hint = "write it as ACTION,...=RESOURCE,...: 'read,write=d/lock-1/*'";
    throw new CommandFault(EXIT.usage, `--scope: '${text}' does not name actions and resources`, hint);
  }
  return { actions: actions.split(','), resources: resources.split(',') };
}

/** As `--scope` takes it; of several grants the first, and how many more there are. */
function displayScope([first, ...more]: readonly Grant[]): string {
  if (first === undefined) return '';
  const text = `${first.actions.join(',')}=${first.resources.join(',')}`;
  return more.length === 0 ? text : `${text} and ${more.length} more`;
}

function count(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Use a whole number.');
}

function displayRevocation(
  { falls, survives, sessions }: Revocation,
  known: readonly RelationshipView[],
  name: (id: string) => string,
  verb: string,
): string {
  if (falls.length === 0) return 'nothing falls: it has ended already\n';
  const label = (id: string): string => {
    const one = known.find((each) => each.id === id);
    return one === undefined ? id : `${name(one.trustor)} -> ${name(one.trustee)} (${id})`;
  };
  const lines = falls.map(
    ({ id, because }) => `${verb}: ${label(id)}${because === null ? '' : `, because of ${because}`}`,
  );
  const held = survives.map(({ id, heldBy }) => `stays: ${label(id)}, held by ${name(heldBy.introducer)}`);
  return `${[...lines, ...held, `sessions concerned: ${sessions}`].join('\n')}\n`;
}

function dot(found: readonly RelationshipView[], name: (id: string) => string): string {
  const edges = found.map((one) => {
    const style = `${one.origin === 'direct' ? 'solid' : 'dashed'}"${one.valid ? '' : ', color="grey"'}`;
    return `  "${name(one.trustor)}" -> "${name(one.trustee)}" [label="${one.level}", style="${style}];\n`;
  });
  return `digraph trust {\n${edges.join('')}}\n`;
}

function originOf({ origin, supports }: RelationshipView, name: (id: string) => string): string {
  return origin === 'direct' ? origin : `by ${supports.map(({ introducer }) => name(introducer)).join(', ')}`;
}

const untilOf = ({ notAfter }: RelationshipView): string =>
  notAfter === null ? 'yes' : `until ${displayInstant(notAfter)}`;
const pathOf = (id: string): string => `/v1/relationships/${encodeURIComponent(id)}`;

const LEVELS = ['view', 'operate', 'manage', 'administer'] as const;
