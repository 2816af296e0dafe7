/**
 * Router: which shard a path belongs to. A connection stays with the shard of its birth; shards tell each other what
 * they own; a record with a connection ID says it itself. With one shard the table is empty and costs nothing.
 */
import { BoundedMap, type Path } from '../../base/index.ts';
import { ownerOf, type RouteKey } from '../../dtls/index.ts';
import type { PeerForward, PeerMessage } from '../ports/index.ts';

export class Router {
  readonly #peers: PeerForward | undefined;
  readonly #here: { readonly node: number; readonly shard: number };
  /** Paths of others. */
  readonly #elsewhere: BoundedMap<string, number>;
  /** Datagrams passed on. */
  forwarded = 0;
  /** Paths of others that there was no room for: their datagrams are treated as our own. */
  overflows = 0;

  /**
   * @param peers the other shards; `undefined` when there are none.
   * @param here who we are, as connection IDs say it.
   */
  constructor(peers: PeerForward | undefined, pathsMax: number, here: { node: number; shard: number }) {
    this.#peers = peers;
    this.#here = here;
    this.#elsewhere = new BoundedMap(pathsMax);
  }

  get size(): number {
    return this.#elsewhere.size;
  }

  /** Passes the datagram on if its connection ID or its path belongs to another shard; false when it is ours. */
  passOn(path: Path, datagram: Uint8Array): boolean {
    if (this.#peers === undefined) return false;
    const byCid = ownerOf(datagram);
    const owner = byCid?.node === this.#here.node ? byCid.shard : this.#elsewhere.get(path.key);
    if (owner === undefined || owner === this.#here.shard) return false;
    this.forwarded++;
    this.#peers.send(owner, { kind: 'datagram', path, datagram });
    return true;
  }

  /** We own this route from here on, or do not any more. */
  announce(kind: 'own' | 'disown', route: RouteKey): void {
    if (this.#peers === undefined) return;
    // A connection ID says by itself whose it is.
    if (route.kind === 'cid') return;
    if (kind === 'own') this.#elsewhere.delete(route.path.key);
    this.#peers.tell({ kind, pathKey: route.path.key });
  }

  /** A shard has been started: what the one before owned is nobody's, and what is ours it has yet to learn. */
  meet(shard: number, ours: Iterable<Path>): void {
    for (const [pathKey, owner] of this.#elsewhere.entries()) {
      if (owner === shard) this.#elsewhere.delete(pathKey);
    }
    for (const path of ours) this.#peers?.send(shard, { kind: 'own', pathKey: path.key });
  }

  /** Another shard says what it owns. */
  learn(from: number, message: Exclude<PeerMessage, { readonly kind: 'datagram' }>): void {
    if (message.kind === 'own') {
      if (!this.#elsewhere.set(message.pathKey, from)) this.overflows++;
    } else if (this.#elsewhere.get(message.pathKey) === from) {
      this.#elsewhere.delete(message.pathKey);
    }
  }
}
