/** Port: the threads that carry traffic, as control sees them. */
import type { ControlMessage, ShardMessage } from './feed.ts';
import type { ShardSettings } from './shard-settings.ts';

/** One running shard. */
export interface ShardThread {
  /** Never fails: what is posted to a thread that has ended is lost with it. */
  post(message: ControlMessage): void;
  /** Ends the thread at once; resolves when it is gone. `exited` is called as for any other end. */
  terminate(): Promise<void>;
}

export interface ShardThreadListener {
  readonly message: (message: ShardMessage) => void;
  /** The thread is gone, whatever the reason. Called once. */
  readonly exited: (reason: string) => void;
}

export type StartShardThread = (settings: ShardSettings, listener: ShardThreadListener) => ShardThread;
