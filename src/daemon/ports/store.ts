/**
 * Port: the home of the truth. Four verbs: append to the log, read the log, keep a snapshot, keep a blob.
 *
 * Failures are OperationalErrors: PN_STORE_CONFLICT (somebody else appended first), PN_STORE_FULL, PN_STORE_FAILED,
 * PN_STORE_CORRUPT, PN_STORE_NEWER, PN_STORE_IN_USE.
 */
import type { WallTime } from '../../base/index.ts';
import type { Revision, TrustEvent } from '../../trust/index.ts';

export type { Revision };

/** One transaction of the log. */
export interface LogEntry {
  readonly at: WallTime;
  /** Who did it: `operator`, `gateway`, or the id of an actor. */
  readonly by: string;
  readonly events: readonly TrustEvent[];
}

export interface StoredEntry extends LogEntry {
  readonly revision: Revision;
}

export interface StoredSnapshot {
  readonly revision: Revision;
  /** Whatever the caller saved. */
  readonly state: Uint8Array;
}

export interface Store {
  /**
   * Appends an entry if the log ends at `expected` (0: empty log), and resolves when it will survive a power failure.
   * Resolves with the entry's revision, `expected + 1`. A rejected append left the log as it was.
   */
  append(expected: Revision, entry: LogEntry): Promise<Revision>;
  /** The entries after a revision, oldest first; the chain of hashes is checked on the way. */
  read(after: Revision): AsyncIterable<StoredEntry>;
  /** Keeps a snapshot of what the log folds to, in place of the one before. It only saves reading. */
  saveSnapshot(snapshot: StoredSnapshot): Promise<void>;
  /** The snapshot, or `undefined` when there is none that fits the log. */
  loadSnapshot(): Promise<StoredSnapshot | undefined>;
  putBlob(name: string, content: Uint8Array): Promise<void>;
  getBlob(name: string): Promise<Uint8Array | undefined>;
  /** No verb works afterwards. */
  close(): Promise<void>;
}
