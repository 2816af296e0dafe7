/** `postern audit`: who changed what, and whether the log is whole. */
import type { Command } from 'commander';
import { ACTOR_ID } from '../client.ts';
import type { ActorView } from '../views.ts';
import { answer, type CommandContext, examples, revisionOf } from './context.ts';

interface Entry {
  readonly revision: number;
  readonly at: number;
  readonly by: string;
  readonly events: readonly Event[];
}

/** What an event may say of whom it is about. */
interface Event {
  readonly kind: string;
  readonly id?: string;
  /** Id of an actor; where an actor is added, what kind it is. */
  readonly actor?: string;
  readonly name?: string;
  readonly credential?: { readonly actor: string };
  readonly relationship?: { readonly trustor: string; readonly trustee: string };
  readonly revoked?: readonly string[];
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
    .option('--after <revision>', 'only what came after that revision', revisionOf)
    .description('show the last changes')
    .addHelpText('after', examples('postern audit tail', 'postern audit tail --after 1200 --json'))
    .action(async ({ after }: { readonly after?: string }) => {
      const entries = await readAfter(context, after);
      const names = context.json() ? new Map<string, string>() : await namesOf(context, entries);
      const shown = (entry: Entry): string => displayEntry(entry, (id) => names.get(id) ?? id);
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

/** `kind/name` by id, of those actors in what is shown who are still there. */
async function namesOf(
  context: CommandContext,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, string>> {
  const shown = entries.flatMap(({ by, events }) => [by, ...events.slice(0, EVENTS_SHOWN).flatMap(idsOf)]);
  const wanted = new Set(shown.filter((id) => ACTOR_ID.test(id)));
  const client = context.admin();
  if (wanted.size > ASKED_SINGLY) {
    const all = await client.list<ActorView>('/v1/actors');
    return new Map(all.map((one) => [one.id, nameOf(one)]));
  }
  const pairs = [...wanted].map(async (id): Promise<readonly [string, string]> => {
    const found = await client.get<ActorView>(`/v1/actors/${id}`).catch(() => undefined);
    return [id, found === undefined ? id : nameOf(found)];
  });
  return new Map(await Promise.all(pairs));
}

/** `     17  2026-11-22T17:56:07.232Z  operator  actor-suspended user/ann`; of many events the first ones. */
function displayEntry({ revision, at, by, events }: Entry, name: (id: string) => string): string {
  const shown = events.slice(0, EVENTS_SHOWN).map((event) => {
    const about = idsOf(event).map(name).join(' -> ');
    return about === '' ? event.kind : `${event.kind} ${about}`;
  });
  const rest = events.length - shown.length;
  const what = [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
  return `${String(revision).padStart(7)}  ${new Date(at).toISOString()}  ${name(by)}  ${what}\n`;
}

/** Whom or what an event is about: the two ends of a relationship, whose credential, or what has that id. */
function idsOf({ relationship, credential, actor, id, revoked, name }: Event): readonly string[] {
  if (relationship !== undefined) return [relationship.trustor, relationship.trustee];
  if (credential !== undefined) return [credential.actor];
  if (revoked !== undefined) return revoked;
  if (name !== undefined && actor !== undefined) return [`${actor}/${name}`];
  return [actor ?? id ?? ''].filter((text) => text !== '');
}

const nameOf = ({ kind, name }: ActorView): string => `${kind}/${name}`;

const SHOWN = 20;
const EVENTS_SHOWN = 4;
/** Beyond that, all of them are read at once. */
const ASKED_SINGLY = 20;
