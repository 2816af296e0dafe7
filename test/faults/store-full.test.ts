import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { CREATE } from '../../src/adapters/store/sqlite/schema.ts';
import { SqliteStore } from '../../src/adapters/store/sqlite/sqlite-store.ts';
import { openSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { wallTime } from '../../src/base/index.ts';
import type { LogEntry, StoredEntry } from '../../src/daemon/ports/store.ts';
import type { ActorId, Revision } from '../../src/trust/index.ts';

const entry = (n: number): LogEntry => ({
  at: wallTime(0),
  by: 'operator',
  events: [
    {
      kind: 'actor-added',
      id: `usr-${n}` as ActorId,
      actor: 'user',
      name: 'x'.repeat(1 + ((n * 7919) % 6_000)),
      owner: null,
    },
  ],
});

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-full-'));
});
after(() => rmSync(directory, { recursive: true }));

test('for N = 1, 2, ...: the disk is full after N pages; what was acknowledged is there, nothing else', async () => {
  for (let pages = 8; pages < 40; pages++) {
    const file = join(directory, `${pages}.db`);
    const database = new DatabaseSync(file);
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${CREATE} PRAGMA max_page_count = ${pages};`,
    );
    const store = new SqliteStore(file, database);
    const acknowledged: LogEntry[] = [];
    let refusals = 0;
    for (let n = 0; n < 120; n++) {
      try {
        await store.append(acknowledged.length as Revision, entry(n));
        acknowledged.push(entry(n));
      } catch (thrown) {
        refusals++;
        assert.equal((thrown as { code?: string }).code, 'PN_STORE_FULL');
      }
    }
    assert.ok(refusals > 0, `${pages} pages are too few`);
    await store.close();

    const again = openSqliteStore(file);
    const found: StoredEntry[] = [];
    for await (const stored of again.read(0 as Revision)) found.push(stored);
    assert.deepEqual(
      found.map(({ revision, ...rest }) => [revision, rest]),
      acknowledged.map((one, index) => [index + 1, one]),
    );
    assert.equal(
      await again.append(found.length as Revision, entry(500)),
      found.length + 1,
      'space again: it goes on',
    );
    await again.close();
  }
});
