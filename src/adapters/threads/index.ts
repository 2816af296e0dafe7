/** threads: the shards of one process talk over MessagePorts. Messages are copied; order is kept per port. */
import type { PeerForward, PeerMessage } from '../../daemon/ports/index.ts';

/** What is needed of a MessagePort. */
export interface PeerPort {
  postMessage(message: PeerMessage): void;
  on(event: 'message', listener: (message: PeerMessage) => void): unknown;
  close(): void;
}

export interface ThreadPeers extends PeerForward {
  /** A shard has been started, in place of the one that had its number before. */
  join(shard: number, port: PeerPort): void;
}

/** The other shards behind their ports; `receive` is called for what they say, with the number of who said it. */
export function threadPeers(
  peers: readonly { readonly shard: number; readonly port: PeerPort }[],
  receive: (from: number, message: PeerMessage) => void,
): ThreadPeers {
  /** As many as there are shards. */
  const ports = new Map<number, PeerPort>();
  const join = (shard: number, port: PeerPort): void => {
    ports.get(shard)?.close();
    ports.set(shard, port);
    port.on('message', (message) => receive(shard, message));
  };
  for (const { shard, port } of peers) join(shard, port);
  return {
    join,
    send: (shard, message) => ports.get(shard)?.postMessage(message),
    tell: (message) => {
      for (const port of ports.values()) port.postMessage(message);
    },
  };
}
