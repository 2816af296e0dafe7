/** threads: the shards of one process talk over MessagePorts. Messages are copied; order is kept per port. */
import type { PeerForward, PeerMessage } from '../../daemon/ports/index.ts';

/** What is needed of a MessagePort. */
export interface PeerPort {
  postMessage(message: PeerMessage): void;
  on(event: 'message', listener: (message: PeerMessage) => void): unknown;
}

/** The other shards behind their ports; `receive` is called for what they say, with the number of who said it. */
export function threadPeers(
  peers: readonly { readonly shard: number; readonly port: PeerPort }[],
  receive: (from: number, message: PeerMessage) => void,
): PeerForward {
  const ports: ReadonlyMap<number, PeerPort> = new Map(peers.map(({ shard, port }) => [shard, port]));
  for (const { shard, port } of peers) port.on('message', (message) => receive(shard, message));
  return {
    send: (shard, message) => ports.get(shard)?.postMessage(message),
    tell: (message) => {
      for (const port of ports.values()) port.postMessage(message);
    },
  };
}
