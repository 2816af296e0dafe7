/** What a shard thread is started with. Structured-clonable; `Port` is the `MessagePort` of worker_threads, transferred. */
import type { ShardSettings } from './shard-settings.ts';

export interface ShardStart<Port> {
  readonly settings: ShardSettings;
  /** One end of a channel to every other shard. */
  readonly peers: readonly { readonly shard: number; readonly port: Port }[];
}
