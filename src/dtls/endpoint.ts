/**
 * A DTLS endpoint: datagrams to connections, hellos without state, admission, deadlines. Sans-IO and synchronous:
 * every call runs to completion and returns what the driver has to do (see effect.ts). It holds no socket, clock or
 * timer, and never calls back.
 *
 *   ClientHello without a good cookie --> HelloVerifyRequest, nothing kept
 *   ClientHello with one              --> a connection beside the one that may exist on the path (RFC 6347 4.2.8)
 *   a record with a connection ID     --> the connection of that ID, wherever it comes from (RFC 9146)
 *   anything else                     --> the connection of its path, or dropped
 */
import { after, earliest, EMPTY, type Instant, type Path, Slab } from '../base/index.ts';
import { serverAssociation, startClient, triedKind } from './association.ts';
import { cidLength, newConnectionId } from './cid.ts';
import * as connections from './connection.ts';
import { type ConnectionView, type EndpointOptions, type Occupancy, viewOf } from './endpoint-options.ts';
import { beganWith, type Beginning, type Connection, newConnection } from './connection-state.ts';
import { ConnectionTable } from './connection-table.ts';
import { Door, helloFragment } from './door.ts';
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
import { Farewells } from './farewells.ts';
import { apply } from './handshake.ts';
import { dtlsLimits } from './limits.ts';
import { type HelloPrefix, offeredSuites } from './message/client-hello.ts';
import type { Fragment } from './message/handshake.ts';
import { CONTENT_TYPE, parseRecord, type RecordHeader } from './record/header.ts';
import { RecordProtection } from './record/protection.ts';
import { Refusals, stackOf } from './refusals.ts';
import { type ClientSettings, DTLS_SETTINGS } from './settings.ts';
import { SessionCache } from './v12/resumption.ts';

export class DtlsEndpoint {
  readonly #core: Core;
  readonly #door: Door;
  readonly #connections: ConnectionTable;
  readonly #sessions: SessionCache;
  readonly #refusals = new Refusals();
  /** Not yet said. */
  readonly #farewells: Farewells;
  #lastHandle = 0;
  /** The time of the call under way, for what the machine looks up in it. */
  #now: Instant = 0 as Instant;

  constructor(options: EndpointOptions) {
    const { crypto, entropy } = options;
    const settings = { ...DTLS_SETTINGS, ...options.settings };
    const limits = dtlsLimits(options.limits);
    this.#connections = new ConnectionTable(limits);
    this.#farewells = new Farewells(limits.connectionsMax);
    this.#sessions = new SessionCache(settings.resumption, limits);
    const records = new RecordProtection(crypto, entropy);
    this.#door = new Door({ crypto, entropy, records }, limits, options.server ?? true);
    const { connectionId } = settings;
    this.#core = {
      settings,
      crypto,
      entropy,
      limits,
      records,
      slab: new Slab(),
      scratch: new Uint8Array(settings.mtu),
      cidLength: cidLength(connectionId),
      findSession: (id) => this.#sessions.find(this.#now, id),
      remember: (now, session) => this.#sessions.remember(now, session),
      forgetSession: (key) => this.#sessions.drop(key),
      newConnectionId: () =>
        newConnectionId(connectionId, entropy, (cid) => this.#connections.withCid(cid) !== undefined),
    };
  }

  /** Takes in one datagram, which is borrowed: what is kept is copied. */
  receive(now: Instant, path: Path, datagram: Uint8Array): Effects {
    const out: Effects = [];
    this.#now = now;
    if (datagram.length === 0) drop('empty-datagram', path, out);
    for (let offset = 0; offset < datagram.length; ) {
      const parsed = parseRecord(datagram, offset, this.#core.cidLength);
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
    const connection = this.#connections.find(askedBy(id));
    if (connection?.handshake?.lookup !== id) return out;
    this.#advance(now, connection, out, () => connections.resolve(this.#core, connection, now, answer, out));
    return out;
  }

  /** Application data for an established connection; nothing for any other. */
  send(now: Instant, to: ConnectionHandle, plaintext: Uint8Array): Effects {
    const out: Effects = [];
    const connection = this.#connections.find(to);
    if (connection === undefined) return out;
    connections.send(this.#core, connection, plaintext, out);
    if (connection.status === 'ended') this.#settle(now, connection, out);
    return out;
  }

  /** Ends a connection or a handshake from our side. `soon`: its peer is told by `timeout`, where thousands end. */
  close(now: Instant, which: ConnectionHandle, why: CloseReason, told: 'now' | 'soon' = 'now'): Effects {
    const out: Effects = [];
    const connection = this.#connections.find(which);
    if (connection !== undefined) this.#end(now, connection, why, out, told);
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
    const connection = this.#begin(now, path, out, () => ({
      association: begun.association,
      expires: after(now, this.#core.settings.handshakeTimeout),
      stack: 0,
      helloRandom: EMPTY,
      nextSeq: 0,
      firstSequence: 0,
    }));
    apply(this.#core, connection, now, begun, out);
    this.#settle(now, connection, out);
    return { connection: connection.handle, effects: out };
  }

  /** Whatever is due: call when `now >= nextDeadline()`. */
  timeout(now: Instant): Effects {
    const out: Effects = [];
    this.#farewells.saySome(this.#core.records, out);
    for (let due = this.#connections.takeDue(now); due !== undefined; due = this.#connections.takeDue(now)) {
      const connection = due;
      this.#advance(now, connection, out, () => connections.timeout(this.#core, connection, now, out));
    }
    return out;
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#connections.nextDeadline(), this.#farewells.due);
  }

  /** Whether new handshakes are let in; those under way go on either way. */
  admitHandshakes(admit: boolean): void {
    this.#door.open = admit;
  }

  /** Ends the resumable sessions of a credential that is no longer good. */
  forgetSessions(credentials: ReadonlySet<string>): void {
    this.#sessions.forget(credentials);
  }

  view(which: ConnectionHandle): ConnectionView | undefined {
    return viewOf(this.#connections.find(which));
  }

  occupancy(): Occupancy {
    const { handshakes, connections: established, deadlines, connectionIds: cids } = this.#connections;
    return { handshakes, connections: established, deadlines, sessions: this.#sessions.size, cids };
  }

  /** The connection itself, for tests: to be read, never changed. */
  inspect(which: ConnectionHandle): Connection | undefined {
    return this.#connections.find(which);
  }

  #receiveRecord(
    now: Instant,
    path: Path,
    datagram: Uint8Array,
    record: RecordHeader,
    out: Effects,
  ): 'unproven' | undefined {
    if (record.epoch === 0 && record.type === CONTENT_TYPE.handshake) {
      const hello = helloFragment(datagram, record);
      if (hello !== undefined && hello.offset === 0)
        return this.#receiveHello(now, path, datagram, record, hello, out);
      if (hello !== undefined && this.#connections.pendingOn(path) === undefined) {
        drop('hello-fragmented', path, out);
        return 'unproven';
      }
    }
    const connection = this.#connectionOf(path, record);
    if (connection === undefined)
      drop(record.cid.length > 0 ? 'unknown-cid' : 'unknown-connection', path, out);
    else this.#deliver(now, path, connection, datagram, record, out);
    return undefined;
  }

  #deliver(
    now: Instant,
    path: Path,
    connection: Connection,
    datagram: Uint8Array,
    record: RecordHeader,
    out: Effects,
  ): void {
    const { status, path: from } = connection;
    if (status !== 'established') {
      this.#advance(now, connection, out, () =>
        connections.receive(this.#core, connection, now, path, datagram, record, out),
      );
      return;
    }
    // The hot path: an established connection that stays where and what it is has nothing to settle.
    connections.receive(this.#core, connection, now, path, datagram, record, out);
    if (connection.path !== from) this.#moved(connection, from, out);
    if (connection.status !== 'established') this.#settle(now, connection, out);
  }

  /**
   * By connection ID, whatever the path; never the other way round (RFC 9146 6). Else by path, which two connections
   * may share while a rebooted client makes itself a new one: handshake records, the protected Finished included, are
   * for the newcomer; protected data and alerts for the established one.
   */
  #connectionOf(path: Path, record: RecordHeader): Connection | undefined {
    if (record.cid.length > 0) return this.#connections.withCid(record.cid);
    const pending = this.#connections.pendingOn(path);
    const established = this.#connections.establishedOn(path);
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
    const admission = this.#door.judge(now, path, record, fragment, datagram.length);
    if (admission.kind !== 'proven') {
      if (admission.kind === 'drop') drop(admission.reason, path, out);
      else out.push({ kind: 'transmit', path, datagram: admission.datagram });
      return 'unproven';
    }
    const { hello } = admission;
    // Late, and no reboot: a handshake begun by it would take the repeated Finished of the real one.
    if (beganWith(this.#connections.establishedOn(path), hello.random)) {
      drop('duplicate-message', path, out);
      return undefined;
    }
    const pending = this.#connections.pendingOn(path);
    const repeated = beganWith(pending, hello.random);
    const connection =
      pending !== undefined && repeated ? pending : this.#admit(now, path, hello, fragment, record, out);
    this.#deliver(now, path, connection, datagram, record, out);
    return undefined;
  }

  #admit(
    now: Instant,
    path: Path,
    hello: HelloPrefix,
    fragment: Fragment,
    record: RecordHeader,
    out: Effects,
  ): Connection {
    const stack = stackOf(offeredSuites(fragment.bytes, hello));
    return this.#begin(now, path, out, () => ({
      // Asked last: what this hello supersedes may be what its client refused.
      association: serverAssociation(this.#refusals.last(now, path, stack)),
      stack,
      expires: after(now, this.#core.settings.handshakeTimeout),
      helloRandom: hello.random.slice(),
      // Our messages and records continue the numbers of this hello (RFC 6347 4.2.1, 4.2.2).
      nextSeq: fragment.messageSeq,
      firstSequence: record.sequence,
    }));
  }

  #begin(now: Instant, path: Path, out: Effects, begin: () => Beginning): Connection {
    const former = this.#connections.pendingOn(path);
    if (former !== undefined) this.#abandon(now, former, 'superseded', out);
    const oldest = this.#connections.crowdedOut();
    if (oldest !== undefined) this.#abandon(now, oldest, 'evicted', out);
    if (!this.#connections.inUse(path)) out.push({ kind: 'own', route: { kind: 'path', path } });
    const connection = newConnection(++this.#lastHandle as ConnectionHandle, path, now, begin());
    this.#connections.begin(connection);
    return connection;
  }

  /** Lets a connection do something in its handshake, and draws the conclusions. */
  #advance(now: Instant, connection: Connection, out: Effects, work: () => void): void {
    this.#now = now;
    const tried = triedKind(connection.association);
    const wasHandshaking = connection.status === 'handshaking';
    const { discouraged = false, stack = 0 } = connection.handshake ?? {};
    const { ownCid } = connection;
    work();
    // A server that agrees on no connection IDs ends the one that its client had offered.
    if (connection.ownCid !== ownCid && this.#connections.unregister(ownCid)) this.#disownCid(ownCid, out);
    const gaveUp = connection.status === 'ended' || connection.handshake?.discouraged === true;
    if (wasHandshaking && gaveUp && !discouraged && tried !== null)
      this.#refusals.note(now, connection.path, stack, tried);
    if (wasHandshaking && connection.status === 'established') this.#refusals.clear(connection.path, stack);
    this.#settle(now, connection, out);
  }

  /** Brings the table in line with what a connection has become. */
  #settle(now: Instant, connection: Connection, out: Effects): void {
    if (connection.status === 'ended') {
      this.#forget(connection, out);
      return;
    }
    if (this.#connections.register(connection)) {
      out.push({ kind: 'own', route: { kind: 'cid', cid: connection.ownCid } });
    }
    const completed =
      connection.status === 'established' && this.#connections.pendingOn(connection.path) === connection;
    if (completed) this.#promote(now, connection, out);
    const idle = connections.idleDeadline(this.#core, connection);
    this.#connections.arm(connection, connections.handshakeDeadline(connection), idle);
  }

  /**
   * A handshake has completed: it takes the place of whatever the path had before. A connection with a CID that
   * belongs to somebody else has merely lost its address, as behind a NAT, and lives on.
   */
  #promote(now: Instant, connection: Connection, out: Effects): void {
    const { path } = connection;
    const former = this.#connections.establishedOn(path);
    const another = former !== undefined && former.verified?.credential !== connection.verified?.credential;
    if (former !== undefined && !(another && former.ownCid.length > 0)) {
      close(this.#core, former, 'replaced', out);
      this.#connections.remove(former);
      this.#disownCid(former.ownCid, out);
    }
    this.#connections.promote(connection);
    if (!this.#connections.crowded) return;
    const silent = this.#connections.silent((one) => connections.idleDeadline(this.#core, one));
    if (silent !== undefined) this.#end(now, silent, 'evicted', out);
  }

  /** Handshake records of the new path are ours from now on; those of the old one, whoever's they are. */
  #moved(connection: Connection, from: Path, out: Effects): void {
    const known = this.#connections.inUse(connection.path);
    this.#connections.move(connection, from);
    if (!known) out.push({ kind: 'own', route: { kind: 'path', path: connection.path } });
    if (!this.#connections.inUse(from)) out.push({ kind: 'disown', route: { kind: 'path', path: from } });
  }

  #abandon(
    now: Instant,
    connection: Connection,
    reason: 'superseded' | 'evicted' | 'requested',
    out: Effects,
  ): void {
    const tried = triedKind(connection.association);
    const stack = connection.handshake?.stack ?? 0;
    if (reason === 'superseded' && tried !== null) this.#refusals.note(now, connection.path, stack, tried);
    fail(this.#core, connection, reason, null, out);
    this.#forget(connection, out);
  }

  #end(now: Instant, connection: Connection, why: CloseReason, out: Effects, told?: 'now' | 'soon'): void {
    if (connection.status !== 'established') return this.#abandon(now, connection, 'requested', out);
    const soon = told === 'soon' ? { now, farewells: this.#farewells } : undefined;
    close(this.#core, connection, why, out, soon);
    this.#forget(connection, out);
  }

  #forget(connection: Connection, out: Effects): void {
    const { path } = connection;
    this.#connections.remove(connection);
    this.#disownCid(connection.ownCid, out);
    if (!this.#connections.inUse(path)) out.push({ kind: 'disown', route: { kind: 'path', path } });
  }

  #disownCid(cid: Uint8Array, out: Effects): void {
    if (cid.length > 0) out.push({ kind: 'disown', route: { kind: 'cid', cid } });
  }
}

function drop(reason: DropReason, path: Path, out: Effects): void {
  out.push({ kind: 'dropped', reason, path });
}
