/**
 * Port: the other shards of this node. A connection stays with the shard of its birth; when the kernel gives one of its
 * datagrams to another shard (the set of shards changed, the peer roamed), that one passes it on. Sending never fails
 * towards the caller.
 */
import type { Path } from '../../base/index.ts';

/** What shards tell each other. Plain, structured-clonable. */
export type PeerMessage =
  | { readonly kind: 'datagram'; readonly path: Path; readonly datagram: Uint8Array }
  /** The sender owns this path from here on, or does not any more. */
  | { readonly kind: 'own' | 'disown'; readonly pathKey: string };

export interface PeerForward {
  /** To one shard. The datagram is copied. */
  send(shard: number, message: PeerMessage): void;
  /** To every other shard. */
  tell(message: PeerMessage): void;
}
