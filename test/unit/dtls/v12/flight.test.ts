import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, EMPTY, instant, required, Slab, toHex } from '../../../../src/base/index.ts';
import { nodeProvider } from '../../../../src/crypto/index.ts';
import { serverAssociation } from '../../../../src/dtls/association.ts';
import { type Connection, newConnection } from '../../../../src/dtls/connection-state.ts';
import type { ConnectionHandle } from '../../../../src/dtls/index.ts';
import { rawMessage } from '../../../../src/dtls/message/handshake.ts';
import { type Protection, RecordProtection } from '../../../../src/dtls/record/protection.ts';
import { encodeFlight, takeSequence } from '../../../../src/dtls/v12/flight.ts';
import type { Flight } from '../../../../src/dtls/v12/machine.ts';
import { CLIENT_PATH } from '../../../support/dtls-pair.ts';
import { fragmentsOf, recordsOf } from '../../../support/dtls-wire.ts';

const KEYS: Protection = {
  key: nodeProvider.aeadKey('aes-128-ccm-8', new Uint8Array(16)),
  iv: [0, 0, 0, 0],
  nonce: 'explicit',
  cid: EMPTY,
};
const records = new RecordProtection(nodeProvider, () => new Uint8Array(16));

function connection(firstSequence = 0): Connection {
  const begin = {
    association: serverAssociation(null),
    expires: instant(1),
    stack: 0,
    helloRandom: EMPTY,
    nextSeq: 0,
    firstSequence,
  };
  const made = newConnection(1 as ConnectionHandle, CLIENT_PATH, instant(0), begin);
  made.write = KEYS;
  return made;
}

const hello = rawMessage('server_hello', 1, new Uint8Array(80).fill(1));
const certificate = rawMessage(
  'certificate',
  2,
  Uint8Array.from({ length: 700 }, (_, i) => i & 0xff),
);
const done = rawMessage('server_hello_done', 3, EMPTY);
const finished = rawMessage('finished', 4, new Uint8Array(12));
const item = (raw: Uint8Array, epoch: 0 | 1 = 0) => ({ kind: 'handshake', epoch, raw }) as const;
const FLIGHT: Flight = { items: [item(hello), item(certificate), item(done)], answered: true };
const LAST: Flight = { items: [{ kind: 'change_cipher_spec' }, item(finished, 1)], answered: false };

function layOut(flight: Flight, on: Connection, mtu: number, single = false): Uint8Array[] {
  return encodeFlight(
    flight,
    on,
    { records, slab: new Slab(), scratch: new Uint8Array(mtu) },
    { mtu, single },
  );
}

/** The bytes of each message, put together from its fragments. */
function messagesIn(datagrams: readonly Uint8Array[]): string[] {
  const bodies = new Map<number, Uint8Array>();
  for (const { fragment } of datagrams.flatMap((datagram) => recordsOf(datagram))) {
    for (const piece of fragmentsOf(fragment)) {
      const before = bodies.get(piece.messageSeq) ?? EMPTY;
      assert.equal(piece.offset, before.length, 'fragments follow one another without gap or overlap');
      bodies.set(piece.messageSeq, concat(before, piece.bytes));
    }
  }
  return [...bodies.values()].map(toHex);
}

const bodies = [hello, certificate, done].map((raw) => toHex(raw.subarray(12)));

describe('a flight', () => {
  test('that fits is one datagram, one record for each message', () => {
    const datagrams = layOut(FLIGHT, connection(), 1_280);
    assert.equal(datagrams.length, 1);
    assert.deepEqual(
      recordsOf(required(datagrams[0], 'one')).map(({ sequence }) => sequence),
      [0, 1, 2],
    );
    assert.deepEqual(messagesIn(datagrams), bodies);
  });

  for (const mtu of [100, 150, 256, 512, 760, 800]) {
    test(`in datagrams of ${mtu} bytes is whole, and none is larger`, () => {
      const datagrams = layOut(FLIGHT, connection(), mtu);
      for (const { length } of datagrams) assert.ok(length <= mtu, `${length}`);
      assert.deepEqual(messagesIn(datagrams), bodies);
      const least = Math.ceil((13 + certificate.length) / mtu);
      assert.ok(datagrams.length >= least && datagrams.length <= 2 * least + 2, `${datagrams.length}`);
    });
  }

  test('of one record in each datagram, where large ones get lost', () => {
    for (const datagram of layOut(FLIGHT, connection(), 512, true))
      assert.equal(recordsOf(datagram).length, 1);
  });

  test('never leaves a ChangeCipherSpec alone in its datagram, not even then', () => {
    const flight = { items: [...FLIGHT.items, ...LAST.items], answered: true };
    const types = layOut(flight, connection(), 512, true).map((datagram) =>
      recordsOf(datagram).map(({ type }) => type),
    );
    assert.deepEqual(types.at(-1), [20, 22]);
    assert.ok(types.slice(0, -1).every((alone) => alone.length === 1));
  });

  test('respects what the peer takes in one record (RFC 8449 4)', () => {
    const small = connection();
    small.sendLimit = 64;
    const datagrams = layOut(FLIGHT, small, 1_280);
    for (const { fragment } of datagrams.flatMap((datagram) => recordsOf(datagram)))
      assert.ok(fragment.length <= 64);
    assert.deepEqual(messagesIn(datagrams), bodies);
  });

  test('has new record numbers and the same message numbers each time it is sent', () => {
    const one = connection(41);
    const first = layOut(FLIGHT, one, 256);
    const second = layOut(FLIGHT, one, 256);
    const numbers = (datagrams: readonly Uint8Array[]) =>
      datagrams.flatMap((datagram) => recordsOf(datagram)).map(({ sequence }) => sequence);
    const all = [...numbers(first), ...numbers(second)];
    assert.deepEqual(
      all,
      all.map((_, i) => 41 + i),
    );
    assert.deepEqual(messagesIn(second), messagesIn(first));
  });

  test('that changes the cipher goes on in epoch 1, from zero', () => {
    const one = connection(9);
    const [datagram] = layOut(LAST, one, 1_280);
    const shape = recordsOf(required(datagram, 'one')).map(({ type, epoch, sequence }) => [
      type,
      epoch,
      sequence,
    ]);
    assert.deepEqual(shape, [
      [20, 0, 9],
      [22, 1, 0],
    ]);
    assert.equal(one.writeEpoch, 1);
    const [again] = layOut(LAST, one, 1_280);
    assert.equal(recordsOf(required(again, 'one'))[1]?.sequence, 1);
  });

  test('of a client begins as 1.0, before a version is agreed', () => {
    const raw = rawMessage('client_hello', 0, new Uint8Array(60));
    const [datagram] = layOut({ items: [item(raw)], answered: true }, connection(), 1_280);
    assert.equal(recordsOf(required(datagram, 'one'))[0]?.version, 0xfeff);
  });
});

test('sequence numbers are taken once, each epoch its own', () => {
  const one = connection(5);
  assert.deepEqual(
    [0, 0, 1, 1, 0].map((epoch) => takeSequence(one, epoch as 0 | 1)),
    [5, 6, 0, 1, 7],
  );
});
