/** adapters/store/memory: the store port without a disk. */
export { MemoryStore } from './memory-store.ts';
