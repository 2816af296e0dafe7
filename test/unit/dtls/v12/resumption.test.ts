import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, seconds, utf8 } from '../../../../src/base/index.ts';
import { SessionCache, type TlsSession } from '../../../../src/dtls/v12/resumption.ts';

function session(name: string, credential = 'c-1'): TlsSession {
  return {
    id: utf8(name),
    suite: 0xd001,
    master: new Uint8Array(48),
    claim: { kind: 'psk', identity: utf8('d') },
    credential,
  };
}

test('sessions are found for their time, by their whole id', () => {
  const cache = new SessionCache(8, seconds(10));
  cache.remember(instant(0), session('one'));
  assert.equal(cache.find(instant(9_999), utf8('one'))?.credential, 'c-1');
  assert.equal(cache.find(instant(10_000), utf8('one')), undefined);
  assert.equal(cache.find(instant(0), utf8('on')), undefined);
});

test('the oldest gives way', () => {
  const cache = new SessionCache(2, seconds(10));
  for (const name of ['one', 'two', 'three']) cache.remember(instant(0), session(name));
  assert.equal(cache.size, 2);
  assert.deepEqual(
    ['one', 'two', 'three'].map((name) => cache.find(instant(1), utf8(name)) !== undefined),
    [false, true, true],
  );
});

test('those of a credential that ended are gone, and no others', () => {
  const cache = new SessionCache(8, seconds(10));
  cache.remember(instant(0), session('one', 'c-1'));
  cache.remember(instant(0), session('two', 'c-2'));
  cache.remember(instant(0), session('three', 'c-1'));
  cache.forget(new Set(['c-1']));
  assert.equal(cache.size, 1);
  assert.notEqual(cache.find(instant(0), utf8('two')), undefined);
});

test('where nothing is resumed nothing is kept', () => {
  const cache = new SessionCache(8, seconds(0));
  cache.remember(instant(0), session('one'));
  assert.equal(cache.size, 0);
});
