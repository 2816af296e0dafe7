/**
 * shard: the data plane of one thread, as a driver of the pure cores. It owns the only loop and the only alarm;
 * sockets, clocks, threads and backends are behind ports.
 *
 *   inputs  datagram | fromPeer | answered | ring | control      one step each, to completion
 *   outputs DatagramPort, Backend.forward, Alarm, messages to control and to the other shards
 *
 * Invariants: the principal of a session is looked up again whenever the revision has changed, before anything is
 * decided; `applied(r)` is said after every session that lost its ground at r is closed; an answer for a closed
 * connection goes nowhere.
 */
export { Credentials } from './credentials.ts';
export { Report } from './report.ts';
export { Router } from './router.ts';
export type { ShardParts } from './parts.ts';
export { Shard } from './shard.ts';
