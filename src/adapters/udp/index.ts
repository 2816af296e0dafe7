/**
 * udp: the datagram port over node:dgram. Sockets are opened before anything else runs and closed after it; in between
 * no error of the network reaches anybody but the counters.
 */
export { countError, errorName } from './errors.ts';
export { type ListenersOptions, openListeners } from './listeners.ts';
export { lookupIn, wireAddress } from './literal-lookup.ts';
export { PathMemory } from './path-memory.ts';
