/** A store that forgets everything when the process ends: tests and simulation. */
import { fromUtf8, OperationalError, required, utf8 } from '../../../base/index.ts';
import type { LogEntry, Store, StoredEntry, StoredSnapshot, Revision } from '../../../daemon/ports/index.ts';

export class MemoryStore implements Store {
  /** Encoded, so that nobody shares objects with whoever appended them. */
  readonly #log: Uint8Array[] = [];
  readonly #blobs = new Map<string, Uint8Array>();
  #snapshot: StoredSnapshot | undefined;

  append(expected: Revision, entry: LogEntry): Promise<Revision> {
    if (expected !== this.#log.length) {
      const message = `the log is at revision ${this.#log.length}, not ${expected}`;
      return Promise.reject(new OperationalError('PN_STORE_CONFLICT', message, { retryable: true }));
    }
    return Promise.resolve(this.#log.push(utf8(JSON.stringify(entry))) as Revision);
  }

  async *read(after: Revision): AsyncIterable<StoredEntry> {
    for (const [index, bytes] of this.#log.entries()) {
      if (index < after) continue;
      const text = required(fromUtf8(bytes), 'the log is JSON');
      await Promise.resolve();
      yield { revision: (index + 1) as Revision, ...(JSON.parse(text) as LogEntry) };
    }
  }

  saveSnapshot({ revision, state }: StoredSnapshot): Promise<void> {
    this.#snapshot = { revision, state: state.slice() };
    return Promise.resolve();
  }

  loadSnapshot(): Promise<StoredSnapshot | undefined> {
    return Promise.resolve(this.#snapshot);
  }

  putBlob(name: string, content: Uint8Array): Promise<void> {
    this.#blobs.set(name, content.slice());
    return Promise.resolve();
  }

  getBlob(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#blobs.get(name)?.slice());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
