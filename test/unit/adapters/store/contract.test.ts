import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MemoryStore } from '../../../../src/adapters/store/memory/index.ts';
import { openSqliteStore } from '../../../../src/adapters/store/sqlite/index.ts';
import { utf8, wallTime } from '../../../../src/base/index.ts';
import type { LogEntry, Store, StoredEntry } from '../../../../src/daemon/ports/store.ts';
import type { ActorId, Revision } from '../../../../src/trust/index.ts';

const FIRST = 0 as Revision;

const entry = (name: string): LogEntry => ({
  at: wallTime(1_700_000_000_000),
  by: 'operator',
  events: [{ kind: 'actor-added', id: `usr-${name}` as ActorId, actor: 'user', name, owner: null }],
});

async function all(store: Store, from: Revision = FIRST): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const stored of store.read(from)) entries.push(stored);
  return entries;
}

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-store-'));
});
after(() => rmSync(directory, { recursive: true }));

let files = 0;
const kinds: [string, () => Store][] = [
  ['memory', () => new MemoryStore()],
  ['sqlite', () => openSqliteStore(join(directory, `${files++}.db`))],
];

for (const [kind, open] of kinds) {
  describe(`store port: ${kind}`, () => {
    test('what was appended is read in order, from anywhere', async () => {
      const store = open();
      assert.equal(await store.append(FIRST, entry('a')), 1);
      assert.equal(await store.append(1 as Revision, entry('b')), 2);
      assert.deepEqual(await all(store), [
        { revision: 1, ...entry('a') },
        { revision: 2, ...entry('b') },
      ]);
      assert.deepEqual(await all(store, 1 as Revision), [{ revision: 2, ...entry('b') }]);
      assert.deepEqual(await all(store, 2 as Revision), []);
      await store.close();
    });

    test('an append that expects another end of the log changes nothing', async () => {
      const store = open();
      await store.append(FIRST, entry('a'));
      for (const expected of [0, 2, 7]) {
        await assert.rejects(store.append(expected as Revision, entry('b')), {
          code: 'PN_STORE_CONFLICT',
          retryable: true,
        });
      }
      assert.equal((await all(store)).length, 1);
      await store.close();
    });

    test('keeps the last snapshot', async () => {
      const store = open();
      assert.equal(await store.loadSnapshot(), undefined);
      await store.append(FIRST, entry('a'));
      await store.saveSnapshot({ revision: FIRST, state: utf8('zero') });
      await store.saveSnapshot({ revision: 1 as Revision, state: utf8('one') });
      assert.deepEqual(await store.loadSnapshot(), { revision: 1, state: utf8('one') });
      await store.close();
    });

    test('keeps blobs by name', async () => {
      const store = open();
      await store.putBlob('a', utf8('first'));
      await store.putBlob('a', utf8('second'));
      await store.putBlob('b', new Uint8Array(0));
      assert.deepEqual(await store.getBlob('a'), utf8('second'));
      assert.deepEqual(await store.getBlob('b'), new Uint8Array(0));
      assert.equal(await store.getBlob('c'), undefined);
      await store.close();
    });

    test('reads more entries than fit one page', async () => {
      const store = open();
      for (let i = 0; i < 1_203; i++) await store.append(i as Revision, entry(`n${i}`));
      assert.deepEqual(
        (await all(store)).map(({ revision }) => revision),
        Array.from({ length: 1_203 }, (_, i) => i + 1),
      );
      await store.close();
    });
  });
}
