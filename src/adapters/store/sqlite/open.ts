/** Opening a store file: look first, without changing anything; then take it. */
import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../../../daemon/ports/index.ts';
import { corrupt, guarded, newer } from './faults.ts';
import { APPLICATION_ID, CREATE, FORMAT } from './schema.ts';
import { SqliteStore } from './sqlite-store.ts';

/**
 * Opens the store in `file`, which is created when it is missing; the directory exists.
 * Refuses with PN_STORE_CORRUPT, PN_STORE_NEWER, PN_STORE_IN_USE or PN_STATE_UNWRITABLE, the file unchanged.
 */
export function openSqliteStore(file: string): Store {
  const header = readHeader(file);
  if (header !== undefined) inspect(file, header);
  return guarded(file, () => {
    const database = new DatabaseSync(file);
    try {
      // Exclusive, so that a second gateway on the same state is refused, and before the first access to the file.
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      if (versionOf(database) === 0) database.exec(`BEGIN IMMEDIATE; ${CREATE} COMMIT;`);
      return new SqliteStore(file, database);
    } catch (cause) {
      database.close();
      throw cause;
    }
  });
}

/** The first bytes of the file (https://sqlite.org/fileformat.html section 1.3); `undefined`: missing or empty. */
function readHeader(file: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const header = Buffer.alloc(HEADER_BYTES);
    const length = readSync(descriptor, header);
    return length === 0 ? undefined : header.subarray(0, length);
  } catch {
    return undefined; // whatever is the matter, opening the database says it better
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function inspect(file: string, header: Buffer): void {
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, 16) !== MAGIC) {
    throw corrupt(file, 'it is not a database');
  }
  refuseNewer(file, header.readUInt32BE(USER_VERSION_OFFSET));
  guarded(file, () => {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const version = versionOf(database);
      refuseNewer(file, version);
      const application = database.prepare('PRAGMA application_id').get()?.['application_id'];
      if (version > 0 && application !== APPLICATION_ID) throw corrupt(file, 'it belongs to another program');
      const [verdict] = database.prepare('PRAGMA quick_check(1)').all();
      if (verdict?.['quick_check'] !== 'ok') throw corrupt(file, String(verdict?.['quick_check']));
      if (version === 0 && hasTables(database)) throw corrupt(file, 'it belongs to another program');
    } finally {
      database.close();
    }
  });
}

function refuseNewer(file: string, version: number): void {
  if (version > FORMAT) throw newer(file, version, FORMAT);
}

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version']);

const hasTables = (database: DatabaseSync): boolean =>
  database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
const USER_VERSION_OFFSET = 60;
