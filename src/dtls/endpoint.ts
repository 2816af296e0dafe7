/**
 * A DTLS endpoint: datagrams to connections, hellos without state, admission, deadlines. Sans-IO and synchronous:
 * every call runs to completion and returns what the driver has to do (see effect.ts). It holds no socket, clock or
 * timer, and never calls back.
 *
 *   ClientHello without a good cookie --> HelloVerifyRequest, nothing kept
 *   ClientHello with one              --> a connection beside the one that may exist on the path (RFC 6347 4.2.8)
 *   anything else                     --> the connection of its path, or dropped
 */
import { BoundedMap, Deadlines, type Instant, type Path, after, earliest } from '../base/index.ts';
import type { CryptoProvider, Entropy } from '../crypto/index.ts';
import { serverAssociation, startClient } from './association.ts';
import * as connections from './connection.ts';
import { beganWith, type Connection, newConnection } from './connection-state.ts';
import { type Asked, CookieJar, helloVerifyRequest } from './cookie.ts';
import type { Core } from './core.ts';
import {
  askedBy,
  type CloseReason,
  type ConnectionHandle,
  type CredentialAnswer,
  type DropReason,
  type Effects,
  type LookupId,
} from './effect.ts';
import { close, fail } from './ending.ts';
import { apply } from './handshake.ts';
import { type DtlsLimits, dtlsLimits } from './limits.ts';
import { type HelloPrefix, readHelloPrefix } from './message/client-hello.ts';
import { type Fragment, HANDSHAKE_TYPE, parseFragment } from './message/handshake.ts';
import { CONTENT_TYPE, parseRecord, type RecordHeader } from './record/header.ts';
import { RecordProtection } from './record/protection.ts';
import type { ClientSettings, DtlsSettings } from './settings.ts';

export interface EndpointOptions {
  readonly settings: DtlsSettings;
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  readonly limits?: Partial<DtlsLimits>;
  /** False: a client only, hellos are refused. */
  readonly server?: boolean;
}

/** What may be shown of an established connection. */
export interface ConnectionView {
  readonly path: Path;
  readonly since: Instant;
  readonly lastSeen: Instant;
  readonly suite: string;
  /** Bytes of plaintext that the peer takes in one record. */
  readonly sendLimit: number;
}

export class DtlsEndpoint {
  readonly #core: Core;
  readonly #cookies: CookieJar;
  readonly #byHandle: BoundedMap<ConnectionHandle, Connection>;
  readonly #established: BoundedMap<string, Connection>;
  /** By path: at most one beside an established connection. In order of age, so that the oldest gives way. */
  readonly #pending: BoundedMap<string, Connection>;
  readonly #handshakeDeadlines = new Deadlines<ConnectionHandle>();
  readonly #idleDeadlines = new Deadlines<ConnectionHandle>();
  #admits: boolean;
  #lastHandle = 0;

  constructor(options: EndpointOptions) {
    const { settings, crypto, entropy } = options;
    const limits = dtlsLimits(options.limits);
    this.#core = { settings, crypto, entropy, limits, records: new RecordProtection(crypto) };
    this.#cookies = new CookieJar(crypto, entropy, limits.cookieLifetimeMs);
    this.#byHandle = new BoundedMap(limits.connectionsMax + limits.handshakesMax);
    this.#established = new BoundedMap(limits.connectionsMax);
    this.#pending = new BoundedMap(limits.handshakesMax);
    this.#admits = options.server ?? true;
  }

  /** Takes in one datagram, which is borrowed: what is kept is copied. */
  receive(now: Instant, path: Path, datagram: Uint8Array): Effects {
    const out: Effects = [];
    if (datagram.length === 0) drop('empty-datagram', path, out);
    for (let offset = 0; offset < datagram.length; ) {
      const parsed = parseRecord(datagram, offset);
      if ('drop' in parsed) {
        drop(parsed.drop, path, out);
        offset = parsed.next;
        continue;
      }
      offset = parsed.record.end;
      // What follows an unproven hello in its datagram is not looked at: one datagram in, at most one out.
      if (this.#receiveRecord(now, path, datagram, parsed.record, out) === 'unproven') break;
    }
    return out;
  }

  /** The answer to a `lookup` effect; one that nobody waits for any more changes nothing. */
  resolve(now: Instant, id: LookupId, answer: CredentialAnswer): Effects {
    const out: Effects = [];
    const connection = this.#find(askedBy(id));
    if (connection?.handshake?.lookup !== id) return out;
    connections.resolve(this.#core, connection, now, answer, out);
    this.#settle(connection, out);
    return out;
  }

  /** Application data for an established connection; nothing for any other. */
  send(_now: Instant, to: ConnectionHandle, plaintext: Uint8Array): Effects {
    const out: Effects = [];
    const connection = this.#find(to);
    if (connection === undefined) return out;
    connections.send(this.#core, connection, plaintext, out);
    if (connection.status === 'ended') this.#settle(connection, out);
    return out;
  }

  /** Ends a connection or a handshake from our side. */
  close(_now: Instant, which: ConnectionHandle, why: CloseReason): Effects {
    const out: Effects = [];
    const connection = this.#find(which);
    if (connection !== undefined) this.#end(connection, why, out);
    return out;
  }

  /** Begins a handshake as client; one that is under way on this path gives way to it. */
  connect(
    now: Instant,
    path: Path,
    client: ClientSettings,
  ): { connection: ConnectionHandle; effects: Effects } {
    const out: Effects = [];
    const begun = startClient(this.#core, client);
    const connection = this.#begin(now, path, out, {
      association: begun.association,
      expires: after(now, this.#core.settings.handshakeTimeout),
      helloRandom: new Uint8Array(0),
      nextSeq: 0,
      firstSequence: 0,
    });
    apply(this.#core, connection, now, begun, out);
    this.#settle(connection, out);
    return { connection: connection.handle, effects: out };
  }

  /** Whatever is due: call when `now >= nextDeadline()`. */
  timeout(now: Instant): Effects {
    const out: Effects = [];
    for (const deadlines of [this.#handshakeDeadlines, this.#idleDeadlines]) {
      for (let handle = deadlines.takeDue(now); handle !== undefined; handle = deadlines.takeDue(now)) {
        const connection = this.#find(handle);
        if (connection === undefined) continue;
        connections.timeout(this.#core, connection, now, out);
        this.#settle(connection, out);
      }
    }
    return out;
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#handshakeDeadlines.earliest(), this.#idleDeadlines.earliest());
  }

  /** Whether new handshakes are let in; those under way go on either way. */
  admitHandshakes(admit: boolean): void {
    this.#admits = admit;
  }

  view(which: ConnectionHandle): ConnectionView | undefined {
    const connection = this.#find(which);
    if (connection?.peer === undefined || connection.peer === null) return undefined;
    const { path, since, lastSeen, sendLimit, peer } = connection;
    return { path, since, lastSeen, sendLimit, suite: peer.suite };
  }

  occupancy(): { handshakes: number; connections: number; deadlines: number } {
    return {
      handshakes: this.#pending.size,
      connections: this.#established.size,
      deadlines: this.#handshakeDeadlines.size + this.#idleDeadlines.size,
    };
  }

  /** Everything there is to know about a connection, for tests: to be read, never changed. */
  inspect(which: ConnectionHandle): Connection | undefined {
    return this.#find(which);
  }

  #receiveRecord(
    now: Instant,
    path: Path,
    datagram: Uint8Array,
    record: RecordHeader,
    out: Effects,
  ): 'unproven' | undefined {
    const pending = this.#pending.size === 0 ? undefined : this.#pending.get(path.key);
    if (record.epoch === 0 && record.type === CONTENT_TYPE.handshake) {
      const hello = helloFragment(datagram, record);
      if (hello !== undefined && hello.offset === 0)
        return this.#receiveHello(now, path, datagram, record, hello, out);
      if (hello !== undefined && pending === undefined) {
        drop('hello-fragmented', path, out);
        return 'unproven';
      }
    }
    const connection = this.#connectionOf(path, record, pending);
    if (connection === undefined) {
      drop('unknown-connection', path, out);
      return undefined;
    }
    const before = connection.status;
    connections.receive(this.#core, connection, now, datagram, record, out);
    // The hot path ends here: an established connection that stays one has nothing to settle.
    if (before !== 'established' || connection.status !== 'established') this.#settle(connection, out);
    return undefined;
  }

  /**
   * Two connections may share a path while a rebooted client makes itself a new one. Handshake records, the protected
   * Finished included, are for the newcomer; protected data and alerts for the established one.
   */
  #connectionOf(path: Path, record: RecordHeader, pending: Connection | undefined): Connection | undefined {
    const established = this.#established.get(path.key);
    if (pending === undefined || established === undefined) return pending ?? established;
    const forNewcomer = record.epoch === 0 || record.type === CONTENT_TYPE.handshake;
    return forNewcomer ? pending : established;
  }

  #receiveHello(
    now: Instant,
    path: Path,
    datagram: Uint8Array,
    record: RecordHeader,
    fragment: Fragment,
    out: Effects,
  ): 'unproven' | undefined {
    const hello = readHelloPrefix(fragment.bytes);
    if (hello === undefined || !this.#admits) {
      drop(hello === undefined ? 'malformed-hello' : 'hello-refused', path, out);
      return 'unproven';
    }
    if (!this.#cookies.verify(now, path, hello)) {
      const { messageSeq } = fragment;
      this.#askForCookie(
        now,
        path,
        hello,
        { messageSeq, sequence: record.sequence, bytes: datagram.length },
        out,
      );
      return 'unproven';
    }
    // Late, and no reboot: a handshake begun by it would take the repeated Finished of the real one.
    if (beganWith(this.#established.get(path.key), hello.random)) {
      drop('duplicate-message', path, out);
      return undefined;
    }
    const pending = this.#pending.get(path.key);
    const repeated = pending !== undefined && beganWith(pending, hello.random);
    const connection = repeated ? pending : this.#admit(now, path, hello, fragment, record, out);
    connections.receive(this.#core, connection, now, datagram, record, out);
    this.#settle(connection, out);
    return undefined;
  }

  /** The answer to a hello without a good cookie: stateless, and never larger than the question. */
  #askForCookie(now: Instant, path: Path, hello: HelloPrefix, asked: Asked, out: Effects): void {
    const datagram = helloVerifyRequest(this.#core.records, this.#cookies.issue(now, path, hello), asked);
    if (datagram.length > asked.bytes) drop('malformed-hello', path, out);
    else out.push({ kind: 'transmit', path, datagram });
  }

  #admit(
    now: Instant,
    path: Path,
    hello: HelloPrefix,
    fragment: Fragment,
    record: RecordHeader,
    out: Effects,
  ): Connection {
    return this.#begin(now, path, out, {
      association: serverAssociation,
      expires: after(now, this.#core.settings.handshakeTimeout),
      helloRandom: hello.random.slice(),
      // Our messages and records continue the numbers of this hello (RFC 6347 4.2.1, 4.2.2).
      nextSeq: fragment.messageSeq,
      firstSequence: record.sequence,
    });
  }

  #begin(now: Instant, path: Path, out: Effects, begin: Parameters<typeof newConnection>[3]): Connection {
    const former = this.#pending.get(path.key);
    if (former !== undefined) this.#abandon(former, 'superseded', out);
    else if (this.#pending.full) {
      const oldest = this.#pending.get(this.#pending.oldest() ?? '');
      if (oldest !== undefined) this.#abandon(oldest, 'evicted', out);
    }
    const connection = newConnection(++this.#lastHandle as ConnectionHandle, path, now, begin);
    if (!this.#established.has(path.key)) out.push({ kind: 'own', route: { kind: 'path', path } });
    this.#pending.set(path.key, connection);
    this.#byHandle.set(connection.handle, connection);
    return connection;
  }

  /** Brings maps and deadlines in line with what a connection has become. */
  #settle(connection: Connection, out: Effects): void {
    const { handle, path, status } = connection;
    const pending = this.#pending.get(path.key) === connection;
    if (status === 'ended') {
      this.#forget(connection, out);
      return;
    }
    if (status === 'established' && pending) this.#promote(connection, out);
    arm(this.#handshakeDeadlines, handle, connections.handshakeDeadline(connection));
    arm(this.#idleDeadlines, handle, connections.idleDeadline(this.#core, connection));
  }

  /** A handshake has completed: it takes the place of whatever the path had before. */
  #promote(connection: Connection, out: Effects): void {
    const { path } = connection;
    this.#pending.delete(path.key);
    const former = this.#established.get(path.key);
    if (former !== undefined) {
      close(this.#core, former, 'replaced', out);
      this.#established.delete(path.key);
      this.#byHandle.delete(former.handle);
      this.#handshakeDeadlines.disarm(former.handle);
      this.#idleDeadlines.disarm(former.handle);
    } else if (this.#established.full) {
      this.#evict(out);
    }
    this.#established.set(path.key, connection);
  }

  /** Makes room by ending a connection that has been silent long: deadlines are lazy, so the first few are asked. */
  #evict(out: Effects): void {
    let silent: Connection | undefined;
    for (let tries = 0; tries < EVICTION_TRIES; tries++) {
      const handle = this.#idleDeadlines.first();
      const candidate = this.#find(handle);
      if (handle === undefined || candidate === undefined) break;
      if (silent === undefined || candidate.lastSeen < silent.lastSeen) silent = candidate;
      const due = connections.idleDeadline(this.#core, candidate);
      if (due === undefined || due <= (this.#idleDeadlines.of(handle) ?? due)) break;
      this.#idleDeadlines.arm(handle, due);
    }
    if (silent !== undefined) this.#end(silent, 'evicted', out);
  }

  #abandon(connection: Connection, reason: 'superseded' | 'evicted' | 'requested', out: Effects): void {
    fail(this.#core, connection, reason, null, out);
    this.#forget(connection, out);
  }

  #end(connection: Connection, why: CloseReason, out: Effects): void {
    if (connection.status === 'established') {
      close(this.#core, connection, why, out);
      this.#forget(connection, out);
    } else {
      this.#abandon(connection, 'requested', out);
    }
  }

  #forget(connection: Connection, out: Effects): void {
    const { handle, path } = connection;
    this.#byHandle.delete(handle);
    this.#handshakeDeadlines.disarm(handle);
    this.#idleDeadlines.disarm(handle);
    if (this.#pending.get(path.key) === connection) this.#pending.delete(path.key);
    if (this.#established.get(path.key) === connection) this.#established.delete(path.key);
    if (!this.#pending.has(path.key) && !this.#established.has(path.key)) {
      out.push({ kind: 'disown', route: { kind: 'path', path } });
    }
  }

  #find(handle: ConnectionHandle | undefined): Connection | undefined {
    return handle === undefined ? undefined : this.#byHandle.get(handle);
  }
}

/** The fragment of a ClientHello that the record begins with. */
function helloFragment(datagram: Uint8Array, record: RecordHeader): Fragment | undefined {
  if (datagram[record.start] !== HANDSHAKE_TYPE.client_hello) return undefined;
  return parseFragment(datagram.subarray(record.start, record.end), 0);
}

function arm(
  deadlines: Deadlines<ConnectionHandle>,
  handle: ConnectionHandle,
  due: Instant | undefined,
): void {
  if (due === undefined) deadlines.disarm(handle);
  else if (deadlines.of(handle) !== due) deadlines.arm(handle, due);
}

function drop(reason: DropReason, path: Path, out: Effects): void {
  out.push({ kind: 'dropped', reason, path });
}

const EVICTION_TRIES = 16;
