/** `postern audit`: who changed what, and whether the log is whole. */
import type { Command } from 'commander';
import type { ActorView } from '../client.ts';
import { answer, type CommandContext, examples } from './context.ts';

interface Entry {
  readonly revision: number;
  readonly at: number;
  readonly by: string;
  readonly events: readonly { readonly kind: string }[];
}

interface Page {
  readonly items: readonly Entry[];
  readonly next: number | null;
}

export function addAudit(program: Command, context: CommandContext): void {
  const audit = program
    .command('audit')
    .description('read and verify the log of all changes')
    .helpCommand(false)
    .addHelpText('after', examples('postern audit tail', 'postern audit verify'));
  audit
    .command('tail')
    .option('--after <revision>', 'only what came after that revision')
    .description('show the last changes')
    .addHelpText('after', examples('postern audit tail', 'postern audit tail --after 1200 --json'))
    .action(async ({ after }: { readonly after?: string }) => {
      const entries = await readAfter(context, after);
      const names = context.json() ? new Map<string, string>() : await namesOf(context, entries);
      const shown = (entry: Entry): string => displayEntry(entry, names.get(entry.by) ?? entry.by);
      answer(context, entries, () => entries.map(shown).join('') || 'nothing has changed\n');
    });
  audit
    .command('verify')
    .description('read the whole log and check every link of its chain of hashes')
    .addHelpText('after', examples('postern audit verify'))
    .action(async () => {
      const checked = await context.admin().get<{ revision: number; entries: number }>('/v1/audit/verify');
      answer(
        context,
        checked,
        () => `${checked.entries} entries up to revision ${checked.revision}: whole\n`,
      );
    });
}

/** Everything after a revision; without one, the last {@link SHOWN}. */
async function readAfter(context: CommandContext, after: string | undefined): Promise<readonly Entry[]> {
  const client = context.admin();
  let from = after;
  if (from === undefined) {
    const { revision } = await client.get<{ revision: number }>('/v1/audit/verify');
    from = String(Math.max(0, revision - SHOWN));
  }
  const entries: Entry[] = [];
  for (let next: string | null = from; next !== null; ) {
    const page: Page = await client.get<Page>('/v1/audit', { after: next });
    entries.push(...page.items);
    next = page.next === null ? null : String(page.next);
  }
  return entries;
}

/** `kind/name` by id, of the actors who did something for themselves and are still there. */
async function namesOf(
  context: CommandContext,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, string>> {
  if (entries.every(({ by }) => by === 'operator' || by === 'gateway')) return new Map();
  const actors = await context.admin().list<ActorView>('/v1/actors');
  return new Map(actors.map(({ id, kind, name }) => [id, `${kind}/${name}`]));
}

function displayEntry({ revision, at, events }: Entry, by: string): string {
  const what = events.map(({ kind }) => kind).join(', ');
  return `${String(revision).padStart(7)}  ${new Date(at).toISOString()}  ${by}  ${what}\n`;
}

const SHOWN = 20;
