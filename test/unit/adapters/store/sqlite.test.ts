import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { openSqliteStore } from '../../../../src/adapters/store/sqlite/index.ts';
import { utf8, wallTime } from '../../../../src/base/index.ts';
import type { LogEntry, Store } from '../../../../src/daemon/ports/store.ts';
import type { ActorId, Revision } from '../../../../src/trust/index.ts';

const entry = (name: string): LogEntry => ({
  at: wallTime(0),
  by: 'operator',
  events: [{ kind: 'actor-added', id: `usr-${name}` as ActorId, actor: 'user', name, owner: null }],
});

let directory: string;
let files = 0;
const fresh = (): string => join(directory, `${files++}.db`);

async function filled(file: string, entries = 3): Promise<void> {
  const store = openSqliteStore(file);
  for (let i = 0; i < entries; i++) await store.append(i as Revision, entry(`n${i}`));
  await store.saveSnapshot({ revision: 2 as Revision, state: utf8('{"two":true}') });
  await store.close();
}

/** Changes a closed store behind its back. */
function tamper(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(`DROP TRIGGER log_is_never_updated; DROP TRIGGER log_is_never_deleted; ${sql}`);
  database.close();
}

function refusedUntouched(file: string, code: string): void {
  const digest = (): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  const was = digest();
  assert.throws(
    () => openSqliteStore(file),
    (thrown: Error & { code?: string }) => {
      assert.equal(thrown.code, code);
      assert.ok(thrown.message.includes(file), 'the message names the file');
      return true;
    },
  );
  assert.equal(digest(), was, 'the file is as it was');
}

async function readAll(store: Store): Promise<number> {
  let count = 0;
  for await (const { revision } of store.read(0 as Revision)) assert.equal(revision, ++count);
  return count;
}

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-sqlite-'));
});
after(() => rmSync(directory, { recursive: true }));

describe('sqlite store', () => {
  test('is there again after closing', async () => {
    const file = fresh();
    await filled(file);
    const store = openSqliteStore(file);
    assert.equal(await readAll(store), 3);
    assert.equal(await store.append(3 as Revision, entry('more')), 4);
    assert.deepEqual(await store.loadSnapshot(), { revision: 2, state: utf8('{"two":true}') });
    await store.close();
  });

  test('a format of the future is refused and left alone', async () => {
    const file = fresh();
    await filled(file);
    tamper(file, 'PRAGMA user_version = 2');
    refusedUntouched(file, 'PN_STORE_NEWER');
  });

  test('a format of the future that only the write-ahead log knows of is refused too', async () => {
    const file = fresh();
    await filled(file);
    const database = new DatabaseSync(file);
    database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 2');
    refusedUntouched(file, 'PN_STORE_NEWER');
    database.close();
  });

  test('what is no database, or cut short, or scribbled over, is refused and left alone', async () => {
    const text = fresh();
    writeFileSync(text, 'this is not a database, whatever its name says'.repeat(10));
    refusedUntouched(text, 'PN_STORE_CORRUPT');

    const short = fresh();
    writeFileSync(short, 'SQLite format 3\0');
    refusedUntouched(short, 'PN_STORE_CORRUPT');

    const cut = fresh();
    await filled(cut, 200);
    writeFileSync(cut, readFileSync(cut).subarray(0, 6_000));
    refusedUntouched(cut, 'PN_STORE_CORRUPT');

    const scribbled = fresh();
    await filled(scribbled, 200);
    writeFileSync(scribbled, readFileSync(scribbled).fill(0xa5, 5_000, 12_000));
    refusedUntouched(scribbled, 'PN_STORE_CORRUPT');
  });

  test("another program's database is refused and left alone", () => {
    const file = fresh();
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE theirs (x)');
    database.close();
    refusedUntouched(file, 'PN_STORE_CORRUPT');
  });

  test('a second opener is refused while the first one works on', async () => {
    const file = fresh();
    const store = openSqliteStore(file);
    assert.throws(() => openSqliteStore(file), { code: 'PN_STORE_IN_USE' });
    assert.equal(await store.append(0 as Revision, entry('a')), 1);
    await store.close();
  });

  test('a place that cannot be written says so', () => {
    assert.throws(() => openSqliteStore(join(directory, 'missing', 'postern.db')), {
      code: 'PN_STATE_UNWRITABLE',
    });
    const folder = fresh();
    mkdirSync(folder);
    assert.throws(() => openSqliteStore(folder), { code: 'PN_STATE_UNWRITABLE' });
  });

  for (const [what, sql] of [
    ['changed', `UPDATE log SET entry = replace(entry, 'n1', 'n9') WHERE revision = 2`],
    ['swapped', `UPDATE log SET entry = (SELECT entry FROM log WHERE revision = 1) WHERE revision = 2`],
    ['left out', `DELETE FROM log WHERE revision = 2; UPDATE log SET revision = 2 WHERE revision = 3`],
    ['missing', `DELETE FROM log WHERE revision = 2`],
  ]) {
    test(`an entry that was ${what} is found on reading`, async () => {
      const file = fresh();
      await filled(file);
      tamper(
        file,
        String(sql)
          .replace('replace(entry,', 'CAST(replace(CAST(entry AS TEXT),')
          .replace(`'n9')`, `'n9') AS BLOB)`),
      );
      const store = openSqliteStore(file);
      await assert.rejects(readAll(store), { code: 'PN_STORE_CORRUPT' });
      await store.close();
    });
  }

  test('the log cannot be changed by accident', async () => {
    const file = fresh();
    await filled(file);
    const database = new DatabaseSync(file);
    assert.throws(() => database.exec('UPDATE log SET revision = 9 WHERE revision = 3'), /append-only/);
    assert.throws(() => database.exec('DELETE FROM log'), /append-only/);
    database.close();
  });

  test('a snapshot that does not fit the log is not used', async () => {
    for (const sql of [
      `UPDATE snapshot SET state = CAST('{"two":false}' AS BLOB)`,
      'UPDATE snapshot SET revision = 1',
      'UPDATE snapshot SET revision = 9',
    ]) {
      const file = fresh();
      await filled(file);
      tamper(file, sql);
      const store = openSqliteStore(file);
      assert.equal(await store.loadSnapshot(), undefined, sql);
      await store.close();
    }
  });
});
