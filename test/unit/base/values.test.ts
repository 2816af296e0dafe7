/** Time, paths, secrets, faults, assertions: small values with one promise each. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import {
  AssertionFault,
  after,
  assert as ours,
  between,
  displayAddress,
  earliest,
  hours,
  instant,
  minutes,
  OperationalError,
  PeerFault,
  path,
  required,
  Secret,
  seconds,
  unreachable,
  utf8,
} from '../../../src/base/index.ts';

test('durations are milliseconds, and time moves by them', () => {
  assert.deepEqual([seconds(2), minutes(2), hours(2)], [2_000, 120_000, 7_200_000]);
  assert.equal(after(instant(5), seconds(1)), 1_005);
  assert.equal(between(instant(5), instant(3)), -2);
  assert.equal(earliest(undefined, instant(3)), 3);
  assert.equal(earliest(instant(3), undefined), 3);
  assert.equal(earliest(instant(4), instant(3)), 3);
  assert.equal(earliest(undefined, undefined), undefined);
});

describe('paths', () => {
  test('have equal keys exactly when they are equal', () => {
    const one = path(0, '192.0.2.1', 5_684);
    assert.equal(one.key, path(0, '::ffff:192.0.2.1', 5_684).key);
    assert.deepEqual(one.remote, path(0, '::ffff:192.0.2.1', 5_684).remote);
    const others = [path(1, '192.0.2.1', 5_684), path(0, '192.0.2.1', 5_685), path(0, '192.0.2.15', 684)];
    for (const other of [...others, path(0, '::ffff:c000:201', 5_684)]) assert.notEqual(one.key, other.key);
  });

  test('are shown as addresses are written', () => {
    assert.equal(displayAddress(path(0, '192.0.2.1', 1).remote), '192.0.2.1:1');
    assert.equal(displayAddress(path(0, '2001:db8::1', 2).remote), '[2001:db8::1]:2');
  });
});

describe('secrets', () => {
  const secret = new Secret(utf8('do not tell'));

  test('do not show in any way that things usually show', () => {
    const shown = [
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret, { depth: 9, showHidden: true }),
      JSON.stringify(Object.entries(secret)),
    ];
    for (const text of shown) assert.ok(!/tell|116|74656c6c/.test(text), text);
  });

  test('are a copy, and gone when disposed of', () => {
    const bytes = utf8('abc');
    const own = new Secret(bytes);
    bytes.fill(0);
    const revealed = own.reveal();
    assert.deepEqual(revealed, utf8('abc'));
    own.dispose();
    assert.deepEqual(revealed, new Uint8Array(3));
    assert.equal(own.length, 0);
  });
});

test('assertions throw what nobody mistakes for a fault of a peer', () => {
  assert.throws(() => ours(false, 'why'), new AssertionFault('why'));
  assert.equal(required(0, 'zero is there'), 0);
  for (const absent of [null, undefined]) assert.throws(() => required(absent, 'gone'), AssertionFault);
  assert.throws(() => unreachable('x' as never), AssertionFault);
  assert.equal(new PeerFault('bad-hello').reason, 'bad-hello');
  const failed = new OperationalError('PN_PORT', 'taken', { cause: 'x' });
  assert.deepEqual([failed.code, failed.retryable, failed.cause], ['PN_PORT', false, 'x']);
});
