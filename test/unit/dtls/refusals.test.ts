import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, path } from '../../../src/base/index.ts';
import { Refusals } from '../../../src/dtls/refusals.ts';

const from = (address: string, port = 1) => path(0, address, port);

test('what failed last is remembered for an address, whatever the port, for two minutes', () => {
  const refusals = new Refusals();
  refusals.note(instant(0), from('192.0.2.1', 1), 'psk');
  assert.equal(refusals.last(instant(119_999), from('192.0.2.1', 2)), 'psk');
  assert.equal(refusals.last(instant(120_000), from('192.0.2.1', 2)), null);
  assert.equal(refusals.last(instant(0), from('192.0.2.2')), null);
});

test('the last one counts, and success ends it', () => {
  const refusals = new Refusals();
  refusals.note(instant(0), from('192.0.2.1'), 'psk');
  refusals.note(instant(1), from('192.0.2.1'), 'rpk');
  assert.equal(refusals.last(instant(2), from('192.0.2.1')), 'rpk');
  refusals.clear(from('192.0.2.1'));
  assert.equal(refusals.last(instant(3), from('192.0.2.1')), null);
});

test('addresses are bounded, the oldest is forgotten', () => {
  const refusals = new Refusals();
  for (let i = 0; i < 4_097; i++) refusals.note(instant(0), from(`10.0.${i >> 8}.${i & 0xff}`), 'psk');
  assert.equal(refusals.last(instant(1), from('10.0.0.0')), null);
  assert.equal(refusals.last(instant(1), from('10.0.0.1')), 'psk');
  assert.equal(refusals.last(instant(1), from('10.0.16.0')), 'psk');
});
