/**
 * adapters/shard-threads: shards as worker threads. Every two of them have a channel of their own: one that is started,
 * or started again, gets one end of a channel to each that runs, and each of these the other end.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { PeerStarted, ShardMessage, ShardStart, StartShardThread } from '../../daemon/ports/index.ts';

/** Starts threads from `entry`. */
export function shardThreads(entry: URL): StartShardThread {
  /** As many as there are shards. */
  const running = new Map<number, Worker>();
  return (settings, { message, exited }) => {
    const { shard } = settings;
    const channels = [...running].map(([peer, sibling]) => ({ peer, sibling, ...new MessageChannel() }));
    const peers = channels.map(({ peer, port1 }) => ({ shard: peer, port: port1 }));
    const begin: ShardStart<MessagePort> = { settings, peers };
    const worker = new Worker(entry, {
      name: `shard ${shard}`,
      workerData: begin,
      transferList: peers.map(({ port }) => port),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    running.set(shard, worker);
    for (const { sibling, port2: port } of channels) {
      const started: PeerStarted<MessagePort> = { kind: 'peer-started', shard, port };
      sibling.postMessage(started, [port]);
    }
    let reason = 'it ended';
    worker.on('message', (said: ShardMessage) => message(said));
    worker.on('messageerror', (error) => worker.emit('error', error));
    worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => {
      if (running.get(shard) === worker) running.delete(shard);
      exited(code === 0 ? reason : `${reason} (code ${code})`);
    });
    return {
      post: (control) => worker.postMessage(control),
      terminate: async () => {
        await worker.terminate();
      },
    };
  };
}

/**
 * What a shard allocates lives for a request or for a session, little in between. With the engine's own, larger young
 * generation ten thousand idle sessions leave behind twice the memory that they hold (`npm run bench` shows it).
 */
const YOUNG_GENERATION_MB = 12;
