/**
 * A process of its own for the kill test: the real control on the real store, which revokes and suspends without end.
 * What it is about to do, where it is, and what was acknowledged goes to stdout at once, a line each:
 *
 *   about REVISION ID...   the next revision would end these
 *   append                 the store is writing            durable   it has
 *   done REVISION          acknowledged
 *
 * `node writer.ts FILE SEED`; without a file it only loads its code, for the compile cache: who is killed writes none.
 */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../src/adapters/store/index.ts';
import type { Store } from '../../../src/daemon/ports/index.ts';
import { type Relationship, revoke, type Trust } from '../../../src/trust/index.ts';
import { Random } from '../../support/dtls-random.ts';
import { openKilledControl } from './control.ts';

const [file = '', seed = '0'] = process.argv.slice(2);
const random = new Random(Number(seed));
const OPERATOR = { kind: 'operator' } as const;
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

function watched(store: Store): Store {
  return {
    append: async (expected, entry) => {
      say('append');
      const revision = await store.append(expected, entry);
      say('durable');
      return revision;
    },
    read: (after) => store.read(after),
    saveSnapshot: (snapshot) => store.saveSnapshot(snapshot),
    loadSnapshot: () => store.loadSnapshot(),
    putBlob: (name, content) => store.putBlob(name, content),
    getBlob: (name) => store.getBlob(name),
    close: () => store.close(),
  };
}

/** What is revoked next: most often what much stands on. */
function victim({ snapshot }: Trust): Relationship | undefined {
  const standing = [...snapshot.relationships.values()].filter(({ state }) => state.kind !== 'ended');
  const roots = standing.filter(({ id }) => /^town-.*>provider/.test(id));
  const from = roots.length > 0 && random.chance(0.8) ? roots : standing;
  return from.length === 0 ? undefined : random.pick(from);
}

if (file === '') process.exit();
const control = await openKilledControl(watched(openSqliteStore(file)));
for (;;) {
  const next = victim(control.trust);
  if (next === undefined) break;
  const { id } = next;
  const { revision } = control.snapshot;
  if (random.chance(0.15)) {
    const kind = next.state.kind === 'suspended' ? 'resume-relationship' : 'suspend-relationship';
    say(`about ${revision + 1}`);
    await control.run({ kind, id, ifRevision: null }, OPERATOR);
  } else {
    const preview = revoke(control.trust, { id, by: OPERATOR, shown: null });
    const { revoked, fallen } = preview.kind === 'accepted' ? preview.cascade : { revoked: [], fallen: [] };
    say(`about ${revision + 1} ${[...revoked, ...fallen.map((one) => one.id)].join(' ')}`);
    await control.run({ kind: 'revoke', id, ifRevision: revision, asOf: null }, OPERATOR);
  }
  say(`done ${control.snapshot.revision}`);
}
