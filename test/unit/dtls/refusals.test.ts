import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, path, utf8 } from '../../../src/base/index.ts';
import { Refusals, stackOf } from '../../../src/dtls/refusals.ts';

const from = (address: string, port = 1) => path(0, address, port);
const STACK = 1;
const NEIGHBOUR = 2;

test('what failed last is remembered for an address, whatever the port, for two minutes', () => {
  const refusals = new Refusals();
  refusals.note(instant(0), from('192.0.2.1', 1), STACK, 'psk');
  assert.equal(refusals.last(instant(119_999), from('192.0.2.1', 2), STACK), 'psk');
  assert.equal(refusals.last(instant(120_000), from('192.0.2.1', 2), STACK), null);
  assert.equal(refusals.last(instant(0), from('192.0.2.2'), STACK), null);
});

test('the last one counts, and success ends it', () => {
  const refusals = new Refusals();
  refusals.note(instant(0), from('192.0.2.1'), STACK, 'psk');
  refusals.note(instant(1), from('192.0.2.1'), STACK, 'rpk');
  assert.equal(refusals.last(instant(2), from('192.0.2.1'), STACK), 'rpk');
  refusals.clear(from('192.0.2.1'), STACK);
  assert.equal(refusals.last(instant(3), from('192.0.2.1'), STACK), null);
});

test('addresses are bounded, the oldest is forgotten', () => {
  const refusals = new Refusals();
  for (let i = 0; i < 4_097; i++) refusals.note(instant(0), from(`10.0.${i >> 8}.${i & 0xff}`), STACK, 'psk');
  assert.equal(refusals.last(instant(1), from('10.0.0.0'), STACK), null);
  assert.equal(refusals.last(instant(1), from('10.0.0.1'), STACK), 'psk');
  assert.equal(refusals.last(instant(1), from('10.0.16.0'), STACK), 'psk');
});

test('neighbours behind one address are told apart by what their stacks offer', () => {
  const refusals = new Refusals();
  refusals.note(instant(0), from('192.0.2.1', 1), STACK, 'psk');
  refusals.note(instant(0), from('192.0.2.1', 2), NEIGHBOUR, 'rpk');
  assert.equal(refusals.last(instant(1), from('192.0.2.1', 3), STACK), 'psk');
  assert.equal(refusals.last(instant(1), from('192.0.2.1', 3), NEIGHBOUR), 'rpk');
  refusals.clear(from('192.0.2.1', 4), NEIGHBOUR);
  assert.equal(refusals.last(instant(1), from('192.0.2.1', 3), STACK), 'psk');
  assert.equal(refusals.last(instant(1), from('192.0.2.1', 3), NEIGHBOUR), null);
});

test('of one address eight stacks are kept, and it pushes out no other address', () => {
  const refusals = new Refusals();
  refusals.note(instant(0), from('192.0.2.1'), STACK, 'psk');
  for (let stack = 0; stack < 5_000; stack++) refusals.note(instant(0), from('192.0.2.2'), stack, 'psk');
  const kept = Array.from({ length: 5_000 }, (_, stack) =>
    refusals.last(instant(1), from('192.0.2.2'), stack),
  );
  assert.deepEqual(
    kept.flatMap((kind, stack) => (kind === null ? [] : stack)),
    [4_992, 4_993, 4_994, 4_995, 4_996, 4_997, 4_998, 4_999],
  );
  assert.equal(refusals.last(instant(1), from('192.0.2.1'), STACK), 'psk');
});

test('a stack is what it offers, in its order', () => {
  assert.equal(stackOf(utf8('ab')), stackOf(utf8('ab')));
  assert.notEqual(stackOf(utf8('ab')), stackOf(utf8('ba')));
  assert.notEqual(stackOf(utf8('')), stackOf(utf8('a')));
});
