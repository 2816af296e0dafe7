/** Driving a handshake: fragments to messages, messages to the machine, its outcomes to flights and effects. */
import {
  after,
  assert,
  bytesKey,
  type Duration,
  type Instant,
  milliseconds,
  required,
} from '../base/index.ts';
import { accepts, type Advance, advance, ESTABLISHED, keepsEarly } from './association.ts';
import type { Connection, Handshake, LastFlight, Repeatable } from './connection-state.ts';
import type { Core } from './core.ts';
import { type CredentialAnswer, type Effects, lookupId } from './effect.ts';
import {
  type Fragment,
  HANDSHAKE_TYPE,
  type HandshakeMessage,
  type HandshakeTypeName,
  parseFragment,
} from './message/handshake.ts';
import { encodeFlight } from './v12/flight.ts';
import type { Flight, Input } from './v12/machine.ts';
import { addFragment, forgetPartials, takeMessage, takeWhole } from './v12/reassembly.ts';
import { violation } from './violation.ts';

/** Takes in the handshake messages of one record's plaintext. */
export function takeHandshake(
  core: Core,
  connection: Connection,
  now: Instant,
  plaintext: Uint8Array,
  out: Effects,
): void {
  const handshake = required(connection.handshake, 'a handshake under way has its state');
  const { path } = connection;
  if (plaintext.length === 0) out.push({ kind: 'dropped', reason: 'empty-record', path });
  let repeated = false;
  for (let at = 0; at < plaintext.length && connection.status === 'handshaking'; ) {
    const fragment = parseFragment(plaintext, at);
    if (fragment === undefined) {
      out.push({ kind: 'dropped', reason: 'malformed-fragment', path });
      return;
    }
    at += FRAGMENT_HEADER_BYTES + fragment.bytes.length;
    if (takeFragment(core, connection, handshake, now, fragment, out) === 'repeated') repeated = true;
  }
  if (repeated) repeatFlight(core, connection, now, out);
  catchUp(core, connection, now, out);
}

/** The peer's ChangeCipherSpec: a step where the machine waits for it, kept where it overtook, else stale. */
export function takeChange(
  core: Core,
  connection: Connection,
  now: Instant,
  fragment: Uint8Array,
  out: Effects,
): void {
  const handshake = connection.handshake;
  const wellFormed = fragment.length === 1 && fragment[0] === 1;
  if (wellFormed && handshake !== null && accepts(connection.association, 'change_cipher_spec')) {
    changeCipher(core, connection, now, out);
  } else if (
    wellFormed &&
    handshake !== null &&
    !handshake.changeEarly &&
    keepsEarly(connection.association)
  ) {
    handshake.changeEarly = true;
  } else {
    out.push({ kind: 'dropped', reason: 'stale-ccs', path: connection.path });
  }
}

/** The driver's answer to a lookup. */
export function takeCredential(
  core: Core,
  connection: Connection,
  now: Instant,
  answer: CredentialAnswer,
  out: Effects,
): void {
  const handshake = required(connection.handshake, 'a lookup belongs to a handshake');
  handshake.lookup = null;
  step(core, connection, now, { name: 'credential', answer }, out);
  catchUp(core, connection, now, out);
}

/** Applies what a step yielded: state, keys, flight, question, proof. */
export function apply(core: Core, connection: Connection, now: Instant, result: Advance, out: Effects): void {
  const handshake = required(connection.handshake, 'steps happen in a handshake');
  connection.association = result.association;
  if (result.read !== undefined) handshake.read = result.read;
  if (result.write !== undefined) connection.write = result.write;
  if (result.sendLimit !== undefined) connection.sendLimit = result.sendLimit;
  if (result.ownCid !== undefined) connection.ownCid = result.ownCid;
  if (result.flight !== undefined) beginFlight(core, connection, handshake, now, result.flight, out);
  if (result.lookup !== undefined) {
    handshake.lookup = lookupId(connection.handle, handshake.asked++);
    out.push({ kind: 'lookup', id: handshake.lookup, ask: result.lookup });
  }
  if (result.established !== undefined) establish(core, connection, handshake, now, result, out);
}

function establish(
  core: Core,
  connection: Connection,
  handshake: Handshake,
  now: Instant,
  result: Advance,
  out: Effects,
): void {
  const peer = required(result.established, 'a proof establishes');
  connection.status = 'established';
  connection.lastSeen = now;
  connection.association = ESTABLISHED[connection.association.role];
  connection.handshake = null;
  connection.lastFlight = lastFlight(core, handshake, now);
  const { remember = null } = result;
  const client = connection.association.role === 'client';
  const { credential, suite } = peer;
  connection.verified = { credential, suite, session: client ? null : sessionKey(core, now, result) };
  const session = client ? remember : null;
  out.push({ kind: 'established', connection: connection.handle, path: connection.path, peer, session });
}

function sessionKey(core: Core, now: Instant, { remember, resumed }: Advance): string | null {
  if (remember !== undefined) return core.remember(now, remember);
  return resumed === undefined ? null : bytesKey(resumed);
}

/** Of the handshake only what its last flight needs. */
function lastFlight(core: Core, handshake: Handshake, now: Instant): LastFlight | null {
  const { hello, flight, sentAt } = handshake;
  const last = flight?.items.at(-1);
  if (last?.kind !== 'handshake') return null;
  const expires = after(now, milliseconds(core.limits.finalFlightMs));
  return { hello, finished: bytesKey(last.raw), repeats: 0, sentAt, expires };
}

/**
 * Sends the current flight again because the peer repeated its own (RFC 6347 4.2.4): bounded in number, and not more
 * often than a quarter of the first timeout, so that a repeating peer is no lever.
 */
export function repeatFlight(core: Core, connection: Connection, now: Instant, out: Effects): void {
  const { handshake, lastFlight: last } = connection;
  const flight = handshake === null ? last && flightOf(last) : handshake.flight;
  const kept = handshake ?? last;
  if (kept === null || flight === null) return;
  if (now - kept.sentAt < core.settings.retransmit / 4) return;
  if (kept.repeats >= core.limits.flightRepeatsMax) return;
  kept.repeats++;
  transmit(core, connection, kept, flight, now, out);
}

function flightOf({ finished }: LastFlight): Flight {
  const raw = Uint8Array.from(finished, (unit) => unit.charCodeAt(0));
  return { items: [{ kind: 'change_cipher_spec' }, { kind: 'handshake', epoch: 1, raw }], answered: false };
}

/** Time has come for a retransmission: send again, wait twice as long. */
export function retransmit(
  core: Core,
  connection: Connection,
  handshake: Handshake,
  now: Instant,
  out: Effects,
): void {
  if (handshake.repeats >= core.limits.flightRepeatsMax) {
    handshake.retransmitAt = undefined;
    return;
  }
  handshake.repeats++;
  // Some stacks say nothing when a key that they offered to use is not there.
  if (handshake.repeats === SILENT_REPEATS) handshake.discouraged = true;
  handshake.timeout = Math.min(2 * handshake.timeout, RETRANSMIT_MS_MAX) as Duration;
  handshake.retransmitAt = after(now, handshake.timeout);
  transmit(core, connection, handshake, required(handshake.flight, 'only a kept flight is sent'), now, out);
}

function takeFragment(
  core: Core,
  connection: Connection,
  handshake: Handshake,
  now: Instant,
  fragment: Fragment,
  out: Effects,
): 'repeated' | undefined {
  const { reassembly } = handshake;
  const { path } = connection;
  const whole = takeWhole(reassembly, fragment, core.limits);
  if (whole !== undefined) {
    takeMessages(core, connection, handshake, now, whole, out);
    return undefined;
  }
  const refused = addFragment(reassembly, fragment, core.limits);
  if (refused === undefined) {
    takeMessages(core, connection, handshake, now, takeMessage(reassembly), out);
    return undefined;
  }
  out.push({ kind: 'dropped', reason: refused, path });
  return refused === 'duplicate-message' ? 'repeated' : undefined;
}

function takeMessages(
  core: Core,
  connection: Connection,
  handshake: Handshake,
  now: Instant,
  first: HandshakeMessage | undefined,
  out: Effects,
): void {
  let message = first;
  while (message !== undefined && connection.status === 'handshaking') {
    const name = NAME_OF_TYPE.get(message.type);
    if (name === undefined || !accepts(connection.association, name)) violation('unexpected-message');
    // The peer has seen our flight: it stops (RFC 6347 4.2.4). A step may begin the next.
    handshake.flight = null;
    handshake.retransmitAt = undefined;
    step(core, connection, now, { name, message }, out);
    message = takeMessage(handshake.reassembly);
  }
}

/** Takes the ChangeCipherSpec that had overtaken what came now. */
function catchUp(core: Core, connection: Connection, now: Instant, out: Effects): void {
  const early = connection.handshake?.changeEarly === true;
  if (early && accepts(connection.association, 'change_cipher_spec'))
    changeCipher(core, connection, now, out);
}

function changeCipher(core: Core, connection: Connection, now: Instant, out: Effects): void {
  const handshake = required(connection.handshake, 'ChangeCipherSpec belongs to a handshake');
  step(core, connection, now, { name: 'change_cipher_spec' }, out);
  handshake.changeEarly = false;
  assert(handshake.read !== null, 'keys exist before ChangeCipherSpec is taken');
  connection.read = handshake.read;
  // Pieces that came in the clear do not become part of a message that must not.
  forgetPartials(handshake.reassembly);
}

function step(core: Core, connection: Connection, now: Instant, input: Input, out: Effects): void {
  apply(core, connection, now, advance(core, connection.association, input), out);
}

function beginFlight(
  core: Core,
  connection: Connection,
  handshake: Handshake,
  now: Instant,
  flight: Flight,
  out: Effects,
): void {
  handshake.flight = flight.items.length === 0 ? null : flight;
  handshake.repeats = 0;
  handshake.timeout = core.settings.retransmit;
  handshake.retransmitAt = flight.answered ? after(now, handshake.timeout) : undefined;
  if (handshake.flight !== null) transmit(core, connection, handshake, flight, now, out);
}

function transmit(
  core: Core,
  connection: Connection,
  kept: Repeatable,
  flight: Flight,
  now: Instant,
  out: Effects,
): void {
  kept.sentAt = now;
  const single = kept.repeats >= BACK_OFF_REPEATS;
  const mtu = single ? Math.min(core.settings.mtu, BACK_OFF_MTU_BYTES) : core.settings.mtu;
  for (const datagram of encodeFlight(flight, connection, core, { mtu, single })) {
    out.push({ kind: 'transmit', path: connection.path, datagram });
  }
}

const NAME_OF_TYPE: ReadonlyMap<number, HandshakeTypeName> = new Map(
  Object.entries(HANDSHAKE_TYPE).map(([name, type]) => [type, name as HandshakeTypeName]),
);
const FRAGMENT_HEADER_BYTES = 12;
/** RFC 6347 4.2.4.1: "no less than the 60 seconds maximum". */
const RETRANSMIT_MS_MAX = 60_000;
/** From the second repeat on, one small record per datagram: large datagrams may be what gets lost. */
const BACK_OFF_REPEATS = 2;
const BACK_OFF_MTU_BYTES = 512;
/** With the first timeout of a second: three seconds after the flight. */
const SILENT_REPEATS = 2;
