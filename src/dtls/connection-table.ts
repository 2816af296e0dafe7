/**
 * The connections of an endpoint, found by handle, by path and by connection ID, with their deadlines. A path has at
 * most one handshake under way and one established connection; a connection with a CID lives on when its path is lost
 * to another.
 */
import { BoundedMap, bytesKey, Deadlines, earliest, type Instant, type Path } from '../base/index.ts';
import type { Connection } from './connection-state.ts';
import type { ConnectionHandle } from './effect.ts';

export class ConnectionTable {
  readonly #byHandle: BoundedMap<ConnectionHandle, Connection>;
  readonly #established: BoundedMap<string, Connection>;
  /** In order of age, so that the oldest gives way. */
  readonly #pending: BoundedMap<string, Connection>;
  readonly #byCid: BoundedMap<string, Connection>;
  readonly #handshakeDeadlines = new Deadlines<ConnectionHandle>();
  readonly #idleDeadlines = new Deadlines<ConnectionHandle>();
  readonly #connectionsMax: number;

  constructor(limits: { connectionsMax: number; handshakesMax: number }) {
    const { connectionsMax, handshakesMax } = limits;
    this.#connectionsMax = connectionsMax;
    this.#byHandle = new BoundedMap(connectionsMax + handshakesMax + 1);
    // One more than may stay: a newcomer takes its place before somebody has to leave.
    this.#established = new BoundedMap(connectionsMax + 1);
    this.#pending = new BoundedMap(handshakesMax);
    this.#byCid = new BoundedMap(connectionsMax + handshakesMax + 1);
  }

  get handshakes(): number {
    return this.#pending.size;
  }

  get connections(): number {
    return this.#byHandle.size - this.#pending.size;
  }

  get deadlines(): number {
    return this.#handshakeDeadlines.size + this.#idleDeadlines.size;
  }

  get connectionIds(): number {
    return this.#byCid.size;
  }

  find(handle: ConnectionHandle | undefined): Connection | undefined {
    return handle === undefined ? undefined : this.#byHandle.get(handle);
  }

  pendingOn(path: Path): Connection | undefined {
    return this.#pending.size === 0 ? undefined : this.#pending.get(path.key);
  }

  establishedOn(path: Path): Connection | undefined {
    return this.#established.get(path.key);
  }

  withCid(cid: Uint8Array): Connection | undefined {
    return this.#byCid.get(bytesKey(cid));
  }

  /** Nobody is reachable by this connection ID any more; true when somebody was. */
  unregister(cid: Uint8Array): boolean {
    return cid.length > 0 && this.#byCid.delete(bytesKey(cid));
  }

  inUse(path: Path): boolean {
    return this.#pending.has(path.key) || this.#established.has(path.key);
  }

  /** The handshake that has to give way to a new one; `undefined` while there is room. */
  crowdedOut(): Connection | undefined {
    return this.#pending.full ? this.#pending.get(this.#pending.oldest() ?? '') : undefined;
  }

  /** Takes in a connection that begins; there is room, and its path has no other handshake. */
  begin(connection: Connection): void {
    this.#pending.set(connection.path.key, connection);
    this.#byHandle.set(connection.handle, connection);
  }

  /** Makes the connection reachable by its connection ID; true when that is news. */
  register(connection: Connection): boolean {
    const key = bytesKey(connection.ownCid);
    if (connection.ownCid.length === 0 || this.#byCid.get(key) === connection) return false;
    return this.#byCid.set(key, connection);
  }

  /** The handshake is over: the connection takes the place on its path. */
  promote(connection: Connection): void {
    this.#pending.delete(connection.path.key);
    this.#established.set(connection.path.key, connection);
  }

  get crowded(): boolean {
    return this.connections > this.#connectionsMax;
  }

  /** The connection was found elsewhere. The new path keeps whoever lives there and has no connection ID. */
  move(connection: Connection, from: Path): void {
    if (this.#established.get(from.key) === connection) this.#established.delete(from.key);
    const resident = this.#established.get(connection.path.key);
    if (resident === undefined || resident.ownCid.length > 0)
      this.#established.set(connection.path.key, connection);
  }

  remove(connection: Connection): void {
    const { handle, path, ownCid } = connection;
    this.#byHandle.delete(handle);
    this.#handshakeDeadlines.disarm(handle);
    this.#idleDeadlines.disarm(handle);
    if (this.#pending.get(path.key) === connection) this.#pending.delete(path.key);
    if (this.#established.get(path.key) === connection) this.#established.delete(path.key);
    this.unregister(ownCid);
  }

  /** Sets both deadlines of a connection; an absent one is none. */
  arm(connection: Connection, handshake: Instant | undefined, idle: Instant | undefined): void {
    arm(this.#handshakeDeadlines, connection.handle, handshake);
    arm(this.#idleDeadlines, connection.handle, idle);
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#handshakeDeadlines.earliest(), this.#idleDeadlines.earliest());
  }

  /** One connection whose deadline has come. */
  takeDue(now: Instant): Connection | undefined {
    return this.find(this.#handshakeDeadlines.takeDue(now) ?? this.#idleDeadlines.takeDue(now));
  }

  /**
   * A connection that has been silent long. Idle deadlines are lazy, so the first few are asked, and set right by
   * `due` where they had been active since.
   */
  silent(due: (connection: Connection) => Instant | undefined): Connection | undefined {
    let silent: Connection | undefined;
    for (let tries = 0; tries < SILENT_TRIES; tries++) {
      const candidate = this.find(this.#idleDeadlines.first());
      if (candidate === undefined) break;
      if (silent === undefined || candidate.lastSeen < silent.lastSeen) silent = candidate;
      const at = due(candidate);
      if (at === undefined || at <= (this.#idleDeadlines.earliest() ?? at)) break;
      this.#idleDeadlines.arm(candidate.handle, at);
    }
    return silent;
  }
}

function arm(
  deadlines: Deadlines<ConnectionHandle>,
  handle: ConnectionHandle,
  due: Instant | undefined,
): void {
  if (due === undefined) deadlines.disarm(handle);
  else if (deadlines.of(handle) !== due) deadlines.arm(handle, due);
}

const SILENT_TRIES = 16;
