/** `postern authority`: whose certificates count, and having their files read again. */
import type { Command } from 'commander';
import { counted, facts, table } from '../table.ts';
import { displayInstant } from '../when.ts';
import { answer, type CommandContext, examples } from './context.ts';

interface Authorities {
  readonly anchors: readonly {
    readonly fingerprint: string;
    readonly subject: string;
    readonly notAfter: number;
    readonly rules: number;
  }[];
  readonly revocationLists: readonly {
    readonly issuer: string;
    readonly number: string | null;
    readonly nextUpdate: number | null;
    readonly revoked: number;
    readonly state: string;
  }[];
  readonly problem: string | null;
}

export function addAuthority(program: Command, context: CommandContext): void {
  const authority = program
    .command('authority')
    .description('authorities whose certificates count: list, reload their files')
    .helpCommand(false)
    .addHelpText('after', examples('postern authority list', 'postern authority reload'));
  authority
    .command('list')
    .description('list the trust anchors and their revocation lists')
    .addHelpText('after', examples('postern authority list'))
    .action(async () => {
      const found = await context.admin().get<Authorities>('/v1/authorities');
      answer(context, found, () => displayAuthorities(found));
    });
  authority
    .command('reload')
    .description('read the files of anchors and lists again; in force on every shard when this returns')
    .addHelpText('after', examples('postern authority reload'))
    .action(async () => {
      const client = context.admin();
      const done = await client.post<Authorities & { changed: boolean; closed: number }>(
        '/v1/authorities/reload',
      );
      const { changed, closed, anchors, revocationLists } = done;
      const now = `${counted(anchors.length, 'trust anchor')}, ${counted(revocationLists.length, 'revocation list')}`;
      answer(context, done, () =>
        changed
          ? `in force: ${now}; ${counted(closed, 'session')} closed\n`
          : 'nothing in the files is new\n',
      );
    });
}

function displayAuthorities({ anchors, revocationLists, problem }: Authorities): string {
  if (anchors.length === 0) return 'no authority is configured: dtls.trust_anchors\n';
  const known = table(
    ['authority', 'valid until', 'rules', 'sha-256'],
    anchors.map(({ subject, notAfter, rules, fingerprint }) => [
      subject,
      displayInstant(notAfter),
      String(rules),
      fingerprint,
    ]),
  );
  const lists = table(
    ['revocation list of', 'number', 'valid until', 'revoked', 'state'],
    revocationLists.map(({ issuer, number, nextUpdate, revoked, state }) => [
      issuer,
      number ?? '',
      nextUpdate === null ? '' : displayInstant(nextUpdate),
      String(revoked),
      state,
    ]),
  );
  const wrong = problem === null ? '' : `\n${facts([['not in force', problem]])}`;
  return `${known}${revocationLists.length === 0 ? '' : `\n${lists}`}${wrong}`;
}
