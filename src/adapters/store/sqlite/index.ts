/**
 * adapters/store/sqlite: the store port over one SQLite file (node:sqlite).
 *
 *   log       revision | entry (JSON) | hash = SHA-256(previous hash, revision, entry)      append-only, by triggers
 *   snapshot  one row: what the log folds to at a revision, bound to the log by its hash there
 *   blob      small things by name
 *
 * WAL with synchronous=FULL: what was acknowledged survives a power failure. The file is locked while it is open.
 */
export { openSqliteStore } from './open.ts';
