/** What a shard thread is started with: structured-clonable but for `Port`, a transferred MessagePort. */
import type { ShardSettings } from './shard-settings.ts';

export interface ShardStart<Port> {
  readonly settings: ShardSettings;
  /** One end of a channel to every other shard that runs. */
  readonly peers: readonly { readonly shard: number; readonly port: Port }[];
}

/** Beside the feed: a shard has been started later, or again, and this is the channel to it. */
export interface PeerStarted<Port> {
  readonly kind: 'peer-started';
  readonly shard: number;
  readonly port: Port;
}
