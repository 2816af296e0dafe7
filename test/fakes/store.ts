/** A memory store whose N-th call fails, before or after it did its work. */
import { MemoryStore } from '../../src/adapters/store/index.ts';
import { OperationalError } from '../../src/base/index.ts';
import type { LogEntry, Revision, Store, StoredSnapshot } from '../../src/daemon/ports/index.ts';

export interface FailingStore extends Store {
  /** Calls that change something, so far. */
  readonly writes: number;
}

/** Fails the write number `nth` (from 1), with nothing written. */
export function failingStore(nth: number, store: Store = new MemoryStore()): FailingStore {
  let writes = 0;
  const write = <T>(work: () => Promise<T>): Promise<T> => {
    writes++;
    if (writes !== nth) return work();
    return Promise.reject(new OperationalError('PN_STORE_FULL', 'no space left', { retryable: true }));
  };
  return {
    get writes() {
      return writes;
    },
    append: (expected: Revision, entry: LogEntry) => write(() => store.append(expected, entry)),
    read: (after: Revision) => store.read(after),
    saveSnapshot: (snapshot: StoredSnapshot) => write(() => store.saveSnapshot(snapshot)),
    loadSnapshot: () => store.loadSnapshot(),
    putBlob: (name: string, content: Uint8Array) => write(() => store.putBlob(name, content)),
    getBlob: (name: string) => store.getBlob(name),
    close: () => store.close(),
  };
}
