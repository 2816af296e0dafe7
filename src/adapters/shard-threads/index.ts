/**
 * adapters/shard-threads: shards as worker threads. Every two shards get a channel of their own at the first start; one
 * that is started again works without (what the kernel gives it of another shard's connections is dropped there).
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { ShardMessage, ShardStart, StartShardThread } from '../../daemon/ports/index.ts';

type Peers = ShardStart<MessagePort>['peers'];

/** Starts threads from `entry`, for `shards` shards that know each other. */
export function shardThreads(entry: URL, shards: number): StartShardThread {
  const mesh = meshOf(shards);
  return (settings, { message, exited }) => {
    const peers = mesh.get(settings.shard) ?? [];
    mesh.delete(settings.shard);
    const begin: ShardStart<MessagePort> = { settings, peers };
    const worker = new Worker(entry, {
      name: `shard ${settings.shard}`,
      workerData: begin,
      transferList: peers.map(({ port }) => port),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    let reason = 'it ended';
    worker.on('message', (said: ShardMessage) => message(said));
    worker.on('messageerror', (error) => worker.emit('error', error));
    worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => exited(code === 0 ? reason : `${reason} (code ${code})`));
    return {
      post: (control) => worker.postMessage(control),
      terminate: async () => {
        await worker.terminate();
      },
    };
  };
}

/** The ends of all channels, by the shard that gets them. */
function meshOf(shards: number): Map<number, Peers> {
  const ends = Array.from({ length: shards }, (): { shard: number; port: MessagePort }[] => []);
  for (let a = 0; a < shards; a++) {
    for (let b = a + 1; b < shards; b++) {
      const { port1, port2 } = new MessageChannel();
      ends[a]?.push({ shard: b, port: port1 });
      ends[b]?.push({ shard: a, port: port2 });
    }
  }
  return new Map(ends.entries());
}

/**
 * What a shard allocates lives for a request or for a session, little in between. With the engine's own, larger young
 * generation ten thousand idle sessions leave behind twice the memory that they hold (`npm run bench` shows it).
 */
const YOUNG_GENERATION_MB = 12;
