/** What a shard thread is started with: structured-clonable but for `Port`, a transferred MessagePort. */
import type { ShardSettings } from './shard-settings.ts';

export interface ShardStart<Port> {
  readonly settings: ShardSettings;
  /** One end of a channel to every other shard. */
  readonly peers: readonly { readonly shard: number; readonly port: Port }[];
}
