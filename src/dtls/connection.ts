/**
 * One peer: what arrives in which epoch, what goes out, and when it ends. The only place that catches a PeerFault
 * (and a failed assertion, which ends this connection and no other).
 */
import { AssertionFault, after, EMPTY, earliest, type Instant, type Path, PeerFault } from '../base/index.ts';
import { badFinished, keepsEarly } from './association.ts';
import type { Connection, Handshake } from './connection-state.ts';
import type { Core } from './core.ts';
import type { CredentialAnswer, DropReason, Effects } from './effect.ts';
import { close, fail, sendAlert } from './ending.ts';
import { repeatFlight, retransmit, takeChange, takeCredential, takeHandshake } from './handshake.ts';
import { ALERTS, decodeAlert } from './message/alert.ts';
import { HANDSHAKE_TYPE, parseFragment } from './message/handshake.ts';
import { CONTENT_TYPE, type ContentType, DTLS_1_2, parseRecord, type RecordHeader } from './record/header.ts';
import { recordLength, unwrapInner } from './record/protection.ts';
import { isFresh, markReceived } from './record/replay-window.ts';
import { takeSequence } from './v12/flight.ts';
import { RECORD_BYTES_MAX } from './v12/negotiate.ts';
import { ALERT_OF_VIOLATION, type ViolationReason } from './violation.ts';

/** Takes in one record; the datagram is borrowed. */
export function receive(
  core: Core,
  connection: Connection,
  now: Instant,
  path: Path,
  datagram: Uint8Array,
  record: RecordHeader,
  out: Effects,
): void {
  guarded(core, connection, out, () => {
    if (record.epoch === 0)
      receivePlain(core, connection, now, datagram.subarray(record.start, record.end), record, out);
    else if (record.epoch === 1) receiveProtected(core, connection, now, path, datagram, record, out);
    else drop(connection, 'wrong-epoch', out);
    replayEarly(core, connection, now, out);
  });
}

/** The driver's answer to the lookup that this connection waits for. */
export function resolve(
  core: Core,
  connection: Connection,
  now: Instant,
  answer: CredentialAnswer,
  out: Effects,
): void {
  guarded(core, connection, out, () => {
    takeCredential(core, connection, now, answer, out);
    replayEarly(core, connection, now, out);
  });
}

/** Sends application data; a plaintext beyond what the peer takes in one record is dropped. */
export function send(core: Core, connection: Connection, plaintext: Uint8Array, out: Effects): void {
  if (connection.status !== 'established') return;
  if (plaintext.length > connection.sendLimit) {
    drop(connection, 'record-size-limit', out);
    return;
  }
  if (connection.sentProtected >= core.limits.recordsMax) {
    close(core, connection, 'exhausted', out);
    return;
  }
  const { write, path } = connection;
  const datagram = core.slab.take(recordLength(write, plaintext.length));
  const sequence = takeSequence(connection, 1);
  core.records.write(
    datagram,
    0,
    { type: CONTENT_TYPE.applicationData, epoch: 1, sequence, version: DTLS_1_2 },
    write,
    plaintext,
  );
  out.push({ kind: 'transmit', path, datagram });
}

/** What is due at `now`. */
export function timeout(core: Core, connection: Connection, now: Instant, out: Effects): void {
  const { handshake, lastFlight } = connection;
  if (connection.status === 'established') {
    if (lastFlight !== null && now >= lastFlight.expires) connection.lastFlight = null;
    if (now >= after(connection.lastSeen, core.settings.idleTimeout)) close(core, connection, 'idle', out);
  } else if (handshake !== null && now >= handshake.expires) {
    expire(core, connection, handshake, out);
  } else if (handshake?.retransmitAt !== undefined && now >= handshake.retransmitAt) {
    retransmit(core, connection, handshake, now, out);
  }
}

/** Too late: for want of an answer, of ours or the peer's, or because its Finished was none of these keys. */
function expire(core: Core, connection: Connection, handshake: Handshake, out: Effects): void {
  if (handshake.doubted) {
    const reason = badFinished(connection.association);
    fail(core, connection, reason, ALERT_OF_VIOLATION[reason], out);
  } else {
    fail(core, connection, handshake.lookup === null ? 'timeout' : 'lookup-timeout', null, out);
  }
}

/** When `timeout` wants to be called for the handshake, or for the last flight that it left behind. */
export function handshakeDeadline({ handshake, lastFlight }: Connection): Instant | undefined {
  return handshake === null ? lastFlight?.expires : earliest(handshake.retransmitAt, handshake.expires);
}

/** When `timeout` wants to be called because nothing was heard. */
export function idleDeadline(core: Core, connection: Connection): Instant | undefined {
  if (connection.status !== 'established') return undefined;
  return after(connection.lastSeen, core.settings.idleTimeout);
}

function receivePlain(
  core: Core,
  connection: Connection,
  now: Instant,
  fragment: Uint8Array,
  record: RecordHeader,
  out: Effects,
): void {
  const handshaking = connection.status === 'handshaking';
  switch (record.type) {
    case CONTENT_TYPE.handshake:
      // Behind the peer's ChangeCipherSpec nothing counts but what is protected.
      if (handshaking && connection.read === null) takeHandshake(core, connection, now, fragment, out);
      else drop(connection, 'unexpected-message', out);
      return;
    case CONTENT_TYPE.changeCipherSpec:
      takeChange(core, connection, now, fragment, out);
      return;
    case CONTENT_TYPE.alert:
      receivePlainAlert(core, connection, fragment, out);
      return;
    case CONTENT_TYPE.applicationData:
      drop(connection, 'plaintext-application-data', out);
      return;
    case CONTENT_TYPE.tls12Cid:
      // parseRecord finds none in epoch 0.
      drop(connection, 'wrong-epoch', out);
  }
}

/**
 * Anybody can write an alert in the clear. A server ignores it: a device that gave up costs a handshake slot until
 * the timeout, no more. A client asked for this handshake and wants to know at once that it is refused.
 */
function receivePlainAlert(core: Core, connection: Connection, fragment: Uint8Array, out: Effects): void {
  const believes = connection.association.role === 'client' && connection.status === 'handshaking';
  const fatal = decodeAlert(fragment)?.fatal === true;
  if (fatal && connection.handshake !== null) connection.handshake.discouraged = true;
  if (fatal && believes) fail(core, connection, 'peer-alert', null, out);
  else drop(connection, 'unauthenticated-alert', out);
}

function receiveProtected(
  core: Core,
  connection: Connection,
  now: Instant,
  path: Path,
  datagram: Uint8Array,
  record: RecordHeader,
  out: Effects,
): void {
  const { read } = connection;
  if (read === null) {
    keepEarly(core, connection, datagram, record, out);
    return;
  }
  // Once agreed, every protected record carries the connection ID; falling back to the address is what an attacker
  // who moves packets would like (RFC 9146 6).
  if (record.cid.length !== connection.ownCid.length) {
    drop(connection, 'missing-cid', out);
    return;
  }
  // Check, open, only then mark: the window moves for authentic records alone (RFC 6347 4.1.2.6).
  if (!isFresh(connection.window, record.sequence)) {
    drop(connection, 'replayed', out);
    return;
  }
  const opened = core.records.open(datagram, record, read);
  if (opened === undefined) {
    badRecord(core, connection, now, record, out);
    return;
  }
  markReceived(connection.window, record.sequence);
  connection.lastSeen = now;
  follow(connection, path, record, out);
  const { type, plaintext } =
    record.type === CONTENT_TYPE.tls12Cid ? inner(opened) : { type: record.type, plaintext: opened };
  if (plaintext.length > RECORD_BYTES_MAX) drop(connection, 'record-size-limit', out);
  else if (connection.status === 'handshaking') receiveFinished(core, connection, now, plaintext, type, out);
  else receiveEstablished(core, connection, now, plaintext, type, out);
}

/** The peer has moved: only the newest authentic record may say so (RFC 9146 6), and only one with a connection ID. */
function follow(connection: Connection, path: Path, record: RecordHeader, out: Effects): void {
  if (record.cid.length === 0 || connection.path.key === path.key) return;
  if (connection.status !== 'established' || record.sequence !== connection.window.newest) return;
  connection.path = path;
  out.push({ kind: 'rebound', connection: connection.handle, path });
}

/** Zeros only is a record without content, of a type that nothing handles. */
function inner(opened: Uint8Array): { type: ContentType | null; plaintext: Uint8Array } {
  return unwrapInner(opened) ?? { type: null, plaintext: EMPTY };
}

/**
 * A record that does not authenticate is dropped (RFC 6347 4.1.2.7). While Finished is awaited it may mean that the
 * keys differ, or that somebody else wrote it: the true Finished gets the time of one retransmission to prove which.
 */
function badRecord(
  core: Core,
  connection: Connection,
  now: Instant,
  record: RecordHeader,
  out: Effects,
): void {
  const { handshake } = connection;
  connection.badRecords++;
  drop(connection, 'bad-record-mac', out);
  if (connection.status === 'established') {
    if (connection.badRecords > core.limits.badRecordsMax) close(core, connection, 'exhausted', out);
  } else if (handshake !== null && !handshake.doubted && mayBeFinished(record)) {
    handshake.doubted = true;
    const patience = after(now, core.settings.retransmit);
    if (patience < handshake.expires) handshake.expires = patience;
  }
}

const mayBeFinished = ({ type }: RecordHeader): boolean =>
  type === CONTENT_TYPE.handshake || type === CONTENT_TYPE.tls12Cid;

function receiveFinished(
  core: Core,
  connection: Connection,
  now: Instant,
  plaintext: Uint8Array,
  type: ContentType | null,
  out: Effects,
): void {
  if (type === CONTENT_TYPE.handshake) takeHandshake(core, connection, now, plaintext, out);
  else if (type === CONTENT_TYPE.alert && decodeAlert(plaintext)?.fatal === true) {
    fail(core, connection, 'peer-alert', null, out);
  } else drop(connection, 'early-application-data', out);
}

function receiveEstablished(
  core: Core,
  connection: Connection,
  now: Instant,
  plaintext: Uint8Array,
  type: ContentType | null,
  out: Effects,
): void {
  switch (type) {
    case CONTENT_TYPE.applicationData:
      // The peer has our last flight: it speaks behind it.
      connection.lastFlight = null;
      if (plaintext.length === 0) drop(connection, 'empty-record', out);
      else out.push({ kind: 'deliver', connection: connection.handle, plaintext });
      return;
    case CONTENT_TYPE.alert:
      receiveAlert(core, connection, plaintext, out);
      return;
    case CONTENT_TYPE.handshake:
      receiveLateHandshake(core, connection, now, plaintext, out);
      return;
    case CONTENT_TYPE.changeCipherSpec:
      drop(connection, 'stale-ccs', out);
      return;
    default:
      drop(connection, 'unknown-content-type', out);
  }
}

function receiveAlert(core: Core, connection: Connection, plaintext: Uint8Array, out: Effects): void {
  const alert = decodeAlert(plaintext);
  if (alert === undefined) drop(connection, 'malformed-fragment', out);
  else if (alert.description === ALERTS.close_notify) close(core, connection, 'close-notify', out);
  else if (alert.fatal) close(core, connection, 'peer-alert', out);
}

/** A repeated Finished asks for our last flight; a new hello is a renegotiation, which is refused (RFC 5246 7.2.2). */
function receiveLateHandshake(
  core: Core,
  connection: Connection,
  now: Instant,
  plaintext: Uint8Array,
  out: Effects,
): void {
  const type = parseFragment(plaintext, 0)?.type;
  if (type === HANDSHAKE_TYPE.finished) {
    drop(connection, 'duplicate-message', out);
    repeatFlight(core, connection, now, out);
    return;
  }
  drop(connection, 'unexpected-message', out);
  if (type === HANDSHAKE_TYPE.client_hello) sendAlert(core, connection, 'no_renegotiation', out);
}

/** Keeps a record of the next epoch that overtook the ChangeCipherSpec in front of it. */
function keepEarly(
  core: Core,
  connection: Connection,
  datagram: Uint8Array,
  record: RecordHeader,
  out: Effects,
): void {
  const { handshake } = connection;
  if (handshake === null || !keepsEarly(connection.association)) {
    drop(connection, 'wrong-epoch', out);
    return;
  }
  const { earlyRecordsMax, earlyRecordBytesMax } = core.limits;
  if (handshake.early.length >= earlyRecordsMax || record.end - record.start > earlyRecordBytesMax) {
    drop(connection, 'early-record-overflow', out);
    return;
  }
  handshake.early.push(datagram.slice(record.begin, record.end));
}

function replayEarly(core: Core, connection: Connection, now: Instant, out: Effects): void {
  const { handshake } = connection;
  if (connection.read === null || handshake === null || handshake.early.length === 0) return;
  for (const datagram of handshake.early.splice(0)) {
    const parsed = parseRecord(datagram, 0, core.cidLength);
    if ('record' in parsed && connection.status !== 'ended')
      receiveProtected(core, connection, now, connection.path, datagram, parsed.record, out);
  }
}

/** The table of violations, applied: the peer gets its alert, the operator the reason. */
function guarded(core: Core, connection: Connection, out: Effects, work: () => void): void {
  try {
    work();
  } catch (fault) {
    const established = connection.status === 'established';
    if (fault instanceof PeerFault) {
      const reason = fault.reason as ViolationReason;
      if (established) close(core, connection, 'violation', out);
      else fail(core, connection, reason, ALERT_OF_VIOLATION[reason], out);
    } else if (fault instanceof AssertionFault) {
      if (established) close(core, connection, 'internal', out);
      else fail(core, connection, 'internal', 'internal_error', out);
    } else {
      throw fault;
    }
  }
}

function drop(connection: Connection, reason: DropReason, out: Effects): void {
  out.push({ kind: 'dropped', reason, path: connection.path });
}
