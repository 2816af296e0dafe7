/** The store port over an open database. */
import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { equalBytes, fromUtf8, OperationalError, utf8 } from '../../../base/index.ts';
import type { LogEntry, Store, StoredEntry, StoredSnapshot, Revision } from '../../../daemon/ports/index.ts';
import { corrupt, guarded } from './faults.ts';

interface Head {
  readonly revision: Revision;
  readonly hash: Uint8Array;
}

export class SqliteStore implements Store {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  #head: Head;

  /** Takes the database over; its tables exist. */
  constructor(file: string, database: DatabaseSync) {
    this.#file = file;
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO log (revision, entry, hash) VALUES (?, ?, ?)');
    const last = database.prepare('SELECT revision, hash FROM log ORDER BY revision DESC LIMIT 1').get();
    this.#head =
      last === undefined
        ? GENESIS
        : { revision: last['revision'] as Revision, hash: last['hash'] as Uint8Array };
  }

  // Synchronous below, asynchronous above: a statement takes a fraction of a millisecond, and other stores do wait.
  async append(expected: Revision, entry: LogEntry): Promise<Revision> {
    await Promise.resolve();
    if (expected !== this.#head.revision) {
      const message = `the log is at revision ${this.#head.revision}, not ${expected}`;
      throw new OperationalError('PN_STORE_CONFLICT', message, { retryable: true });
    }
    const revision = (expected + 1) as Revision;
    const bytes = utf8(JSON.stringify(entry));
    const next = { revision, hash: link(this.#head.hash, revision, bytes) };
    guarded(this.#file, () => this.#insert.run(revision, bytes, next.hash));
    this.#head = next;
    return revision;
  }

  async *read(after: Revision): AsyncIterable<StoredEntry> {
    const select = this.#database.prepare(
      'SELECT revision, entry, hash FROM log WHERE revision > ? ORDER BY revision LIMIT ?',
    );
    let last: Head = { revision: after, hash: this.#hashAt(after) };
    for (;;) {
      const rows = guarded(this.#file, () => select.all(last.revision, PAGE));
      for (const row of rows) {
        const bytes = row['entry'] as Uint8Array;
        const revision = (last.revision + 1) as Revision;
        const linked = link(last.hash, revision, bytes);
        if (row['revision'] !== revision || !equalBytes(linked, row['hash'] as Uint8Array)) {
          throw corrupt(this.#file, `revision ${revision} does not continue the log`);
        }
        last = { revision, hash: linked };
        yield { revision, ...this.#decode(revision, bytes) };
      }
      if (rows.length < PAGE) return;
      await Promise.resolve();
    }
  }

  async saveSnapshot({ revision, state }: StoredSnapshot): Promise<void> {
    await Promise.resolve();
    const save = this.#database.prepare(
      'INSERT OR REPLACE INTO snapshot (only, revision, log_hash, state, digest) VALUES (1, ?, ?, ?, ?)',
    );
    guarded(this.#file, () => save.run(revision, this.#hashAt(revision), state, sha256(state)));
  }

  async loadSnapshot(): Promise<StoredSnapshot | undefined> {
    await Promise.resolve();
    const row = guarded(this.#file, () => this.#database.prepare('SELECT * FROM snapshot').get());
    if (row === undefined) return undefined;
    const revision = row['revision'] as Revision;
    const state = row['state'] as Uint8Array;
    if (revision > this.#head.revision) return undefined;
    const fits =
      equalBytes(sha256(state), row['digest'] as Uint8Array) &&
      equalBytes(this.#hashAt(revision), row['log_hash'] as Uint8Array);
    return fits ? { revision, state } : undefined;
  }

  async putBlob(name: string, content: Uint8Array): Promise<void> {
    await Promise.resolve();
    const put = this.#database.prepare('INSERT OR REPLACE INTO blob (name, content) VALUES (?, ?)');
    guarded(this.#file, () => put.run(name, content));
  }

  async getBlob(name: string): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    const get = this.#database.prepare('SELECT content FROM blob WHERE name = ?');
    return guarded(this.#file, () => get.get(name))?.['content'] as Uint8Array | undefined;
  }

  async close(): Promise<void> {
    await Promise.resolve();
    guarded(this.#file, () => this.#database.close());
  }

  #hashAt(revision: Revision): Uint8Array {
    if (revision === 0) return GENESIS.hash;
    const row = guarded(this.#file, () =>
      this.#database.prepare('SELECT hash FROM log WHERE revision = ?').get(revision),
    );
    if (row === undefined) throw corrupt(this.#file, `revision ${revision} is missing`);
    return row['hash'] as Uint8Array;
  }

  #decode(revision: Revision, bytes: Uint8Array): LogEntry {
    try {
      return JSON.parse(fromUtf8(bytes) ?? '') as LogEntry;
    } catch (cause) {
      throw corrupt(this.#file, `revision ${revision} cannot be read`, cause);
    }
  }
}

/** Each hash covers the one before it, so that no entry can be changed, moved or left out unnoticed. */
function link(previous: Uint8Array, revision: Revision, entry: Uint8Array): Uint8Array {
  const position = new Uint8Array(8);
  new DataView(position.buffer).setBigUint64(0, BigInt(revision));
  return sha256(Buffer.concat([previous, position, entry]));
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

const GENESIS: Head = { revision: 0 as Revision, hash: new Uint8Array(32) };

/** Entries read at once. */
const PAGE = 1_000;
