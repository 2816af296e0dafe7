/**
 * The states that only some key exchanges have, each with every handshake message x {valid, early, far, duplicate,
 * truncated, garbled}, and what else may come in the clear. What is verified is verified elsewhere: here the null
 * provider finds every signature good, so that nothing but order and shape decides.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY, fromUtf8, instant, required } from '../../src/base/index.ts';
import type { ConnectionHandle } from '../../src/dtls/index.ts';
import { HANDSHAKE_TYPE } from '../../src/dtls/message/handshake.ts';
import { NULL_CASTS } from '../support/dtls-casts.ts';
import { writeScript } from '../support/dtls-script.ts';
import { connectionOf, type Scene } from '../support/dtls-states.ts';
import { type Cast, Conversation, everybodyIsKnown, type Side, TAPE_START } from '../support/dtls-tape.ts';
import { fragmentsOf, message, plainRecord, recordsOf } from '../support/dtls-wire.ts';
import { HANDSHAKE_MESSAGES, HANDSHAKE_VARIANTS, type HandshakeName, type Variant } from './dtls-cells.ts';
import { observe } from './dtls-observed.ts';

interface Place {
  readonly role: Side;
  readonly cast: Cast;
  /** How many messages this side has heard, the first hello or the challenge included. */
  readonly heard: number;
  readonly state: string;
  /** What belongs here. */
  readonly accepts: readonly HandshakeName[];
  /** Whether a flight of ours waits for an answer. */
  readonly keepsFlight: boolean;
  /** Whether what belongs behind ChangeCipherSpec may have come early. */
  readonly keepsEarly: boolean;
}

const rpk = cast('rpk');
const ecdhePsk = cast('ecdhe-psk');
/** Where a driver leaves a question about this key open, for ever. */
const silentAbout = (name: string): Cast => ({
  ...rpk,
  answer: (ask) =>
    ask.kind === 'rpk' && fromUtf8(ask.spki)?.endsWith(name) ? undefined : everybodyIsKnown(ask),
});
const resumption: Cast = {
  ...cast('resumption'),
  answer: (ask) => (ask.kind === 'resume' ? undefined : everybodyIsKnown(ask)),
};

const PLACES: Readonly<Record<string, Place>> = {
  'server, raw keys: Certificate': server(rpk, 2, 'expect-certificate', ['certificate'], true),
  'server, raw keys: ClientKeyExchange': server(rpk, 3, 'expect-client-key-exchange', [
    'client_key_exchange',
  ]),
  'server, raw keys: CertificateVerify': server(rpk, 4, 'expect-certificate-verify', ['certificate_verify']),
  'server, raw keys: the driver': server(silentAbout('lock'), 5, 'await-credential', []),
  'server, ECDHE_PSK: ClientKeyExchange': server(
    ecdhePsk,
    2,
    'expect-client-key-exchange',
    ['client_key_exchange'],
    true,
  ),
  'server, resumption: the driver': { ...server(resumption, 2, 'await-resumption', []), keepsEarly: false },
  'client, raw keys: Certificate': client(rpk, 2, ['certificate']),
  'client, raw keys: ServerKeyExchange': client(rpk, 3, ['server_key_exchange']),
  'client, raw keys: CertificateRequest': client(rpk, 4, ['certificate_request', 'server_hello_done']),
  'client, raw keys: ServerHelloDone': client(rpk, 5, ['server_hello_done']),
  'client, raw keys: the driver': { ...client(silentAbout('gateway'), 6, []), state: 'await-credential' },
  'client, ECDHE_PSK: ServerKeyExchange': client(ecdhePsk, 2, ['server_key_exchange']),
  'client, ECDHE_PSK: ServerHelloDone': client(ecdhePsk, 3, ['server_hello_done']),
};

const script = writeScript();

describe('DTLS, states of some key exchanges', () => {
  for (const [name, place] of Object.entries(PLACES)) {
    const bodies = bodiesOf(place);
    test(`${name}: handshake messages`, () => {
      const wrong = HANDSHAKE_MESSAGES.flatMap((message) =>
        HANDSHAKE_VARIANTS.flatMap((variant) => check(place, message, variant, bodies)),
      );
      assert.deepEqual(wrong, []);
    });

    test(`${name}: everything else`, () => {
      const early = place.keepsEarly ? 'keep' : undefined;
      const other: [string, Uint8Array, string][] = [
        ['ChangeCipherSpec', plainRecord({ type: 20 }, Uint8Array.of(1)), early ?? 'drop stale-ccs'],
        ['two of them in one', plainRecord({ type: 20 }, Uint8Array.of(1, 1)), 'drop stale-ccs'],
        ['warning', plainRecord({ type: 21 }, Uint8Array.of(1, 90)), 'drop unauthenticated-alert'],
        [
          'fatal alert',
          plainRecord({ type: 21 }, Uint8Array.of(2, 40)),
          place.role === 'client' ? 'fail peer-alert silent' : 'drop unauthenticated-alert',
        ],
        ['data', plainRecord({ type: 23 }, Uint8Array.of(1)), 'drop plaintext-application-data'],
        [
          'data ahead',
          plainRecord({ type: 23, epoch: 1 }, new Uint8Array(30)),
          // Beside a connection that is to be resumed, it is for that one, which has a connection ID.
          early ?? (place.state === 'await-resumption' ? 'drop missing-cid' : 'drop wrong-epoch'),
        ],
        ['epoch 2', plainRecord({ type: 22, epoch: 2 }, new Uint8Array(30)), 'drop wrong-epoch'],
        ['no content', plainRecord({ type: 22 }, EMPTY), 'drop empty-record'],
      ];
      const wrong = other.flatMap(([what, datagram, expected]) => verdict(place, what, datagram, expected));
      assert.deepEqual(wrong, []);
    });
  }
});

function check(
  place: Place,
  name: HandshakeName,
  variant: Variant,
  bodies: Map<number, Uint8Array>,
): string[] {
  // Hellos take a way of their own: see dtls-handshake.test.ts.
  if (name === 'client_hello') return [];
  const scene = sceneOf(place);
  const type = name === 'unknown_handshake' ? 99 : HANDSHAKE_TYPE[name];
  const next = required(connectionOf(scene)?.handshake, 'a handshake is under way').reassembly.next;
  const body = bodies.get(type) ?? EMPTY;
  const datagram = plainRecord({ sequence: 40 }, bytesOf(type, next, body, variant));
  const expected = expectedReaction(place, name, variant);
  return verdict(place, `${variant} ${name}`, datagram, expected);
}

function bytesOf(type: number, next: number, body: Uint8Array, variant: Variant): Uint8Array {
  switch (variant) {
    case 'valid':
      return message(type, next, body);
    case 'early':
      return message(type, next + 1, body);
    case 'far':
      return message(type, next + 8, body);
    case 'duplicate':
      return message(type, next - 1, body);
    case 'truncated':
      return message(type, next, new Uint8Array(64)).subarray(0, 40);
    case 'garbled':
      return message(type, next, body.length === 0 ? Uint8Array.of(0) : body.subarray(0, -1));
  }
}

function expectedReaction(place: Place, name: HandshakeName, variant: Variant): string {
  const accepted = place.accepts.includes(name);
  switch (variant) {
    case 'truncated':
      return 'drop malformed-fragment';
    case 'duplicate':
      return place.keepsFlight ? 'drop duplicate-message + repeat' : 'drop duplicate-message';
    case 'early':
      return 'keep';
    case 'far':
      return 'drop future-message';
    case 'valid':
      return accepted ? 'advance' : 'fail unexpected-message unexpected_message';
    case 'garbled': {
      // That ServerHelloDone is empty is looked at before what is still missing.
      const looked = place.state === 'expect-server-flight' && name === 'server_hello_done';
      return accepted || looked
        ? 'fail malformed-message decode_error'
        : 'fail unexpected-message unexpected_message';
    }
  }
}

/** Nothing, when the reaction is as expected and a dropped message left no trace. */
function verdict(place: Place, what: string, datagram: Uint8Array, expected: string): string[] {
  const { reaction, changed } = observe(sceneOf(place), datagram);
  if (reaction !== expected) return [`${what}: expected ${expected}, observed ${reaction}`];
  const allowed = reaction.includes('+') ? ['sentPlain', 'handshake'] : [];
  // A server notes an alert that it does not believe: a hint for the next attempt.
  if (reaction === 'drop unauthenticated-alert') allowed.push('handshake');
  const disturbed = reaction.startsWith('drop') ? changed.filter((name) => !allowed.includes(name)) : [];
  return disturbed.length > 0 ? [`${what}: ${reaction} changed ${disturbed.join(', ')}`] : [];
}

/** Runs the conversation until this side has heard so many messages, and stops. */
function sceneOf({ role, cast: parts, heard, state }: Place): Scene {
  const talk = new Conversation(parts);
  talk.connect();
  let count = 0;
  for (let at = 0; at < talk.steps.length && count < heard; at++) {
    const step = required(talk.steps[at], 'there is more to say');
    if (step.to !== role) {
      talk.deliver(step);
      continue;
    }
    for (const record of recordsOf(step.datagram, role === 'server' ? 8 : 0)) {
      if (count === heard) break;
      count++;
      talk.deliver({ to: role, datagram: record.whole });
    }
  }
  const endpoint = talk[role];
  const handle = newestHandle(talk, role);
  assert.equal(endpoint.inspect(handle)?.association.state.kind, state);
  return { role, endpoint, script, handle, now: instant(TAPE_START + 300) };
}

function newestHandle(talk: Conversation, role: Side): ConnectionHandle {
  for (let handle = 4; handle > 0; handle--)
    if (talk[role].inspect(handle as ConnectionHandle) !== undefined) return handle as ConnectionHandle;
  throw new RangeError('no connection');
}

/** Bodies of everything the other side says in the clear in this conversation, by type. */
function bodiesOf({ cast: parts, role }: Place): Map<number, Uint8Array> {
  const talk = new Conversation({ ...parts, answer: everybodyIsKnown });
  talk.connect();
  talk.runAll();
  const bodies = new Map<number, Uint8Array>();
  for (const { to, datagram } of talk.steps) {
    if (to !== role) continue;
    for (const { type, epoch, fragment } of recordsOf(datagram, role === 'server' ? 8 : 0)) {
      if (type !== 22 || epoch !== 0) continue;
      for (const piece of fragmentsOf(fragment)) bodies.set(piece.type, piece.bytes.slice());
    }
  }
  return bodies;
}

function cast(name: string): Cast {
  return required(NULL_CASTS[name], 'a cast of that name');
}

function server(
  parts: Cast,
  heard: number,
  state: string,
  accepts: readonly HandshakeName[],
  keepsFlight = false,
): Place {
  return { role: 'server', cast: parts, heard, state, accepts, keepsFlight, keepsEarly: true };
}

function client(parts: Cast, heard: number, accepts: readonly HandshakeName[]): Place {
  const state = 'expect-server-flight';
  return { role: 'client', cast: parts, heard, state, accepts, keepsFlight: false, keepsEarly: false };
}
