/** adapters/store: the two implementations of the store port. */
export { MemoryStore } from './memory/index.ts';
export { openSqliteStore } from './sqlite/index.ts';
