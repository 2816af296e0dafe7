import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Duration, EMPTY, instant, seconds, utf8 } from '../../../../src/base/index.ts';
import { nodeProvider } from '../../../../src/crypto/index.ts';
import { dtlsLimits } from '../../../../src/dtls/limits.ts';
import { encodeClientHello } from '../../../../src/dtls/message/client-hello.ts';
import type { Extensions } from '../../../../src/dtls/message/extension/registry.ts';
import { HANDSHAKE_TYPE, rawMessage } from '../../../../src/dtls/message/handshake.ts';
import { SessionCache, type TlsSession } from '../../../../src/dtls/v12/resumption.ts';
import { onClientHello } from '../../../../src/dtls/v12/server/expect-client-hello.ts';
import { seededEntropy, SETTINGS } from '../../../support/dtls-pair.ts';

function session(name: string, credential = 'c-1'): TlsSession {
  return {
    id: utf8(name),
    suite: 0xd001,
    master: new Uint8Array(48),
    claim: { kind: 'psk', identity: utf8('d') },
    credential,
  };
}

const cacheOf = (sessionsMax: number, lifetime: Duration, sessionBytesMax = 1_000) =>
  new SessionCache(lifetime, { sessionsMax, sessionBytesMax });

test('sessions are found for their time, by their whole id', () => {
  const cache = cacheOf(8, seconds(10));
  cache.remember(instant(0), session('one'));
  assert.equal(cache.find(instant(9_999), utf8('one'))?.credential, 'c-1');
  assert.equal(cache.find(instant(10_000), utf8('one')), undefined);
  assert.equal(cache.find(instant(0), utf8('on')), undefined);
});

test('the oldest gives way', () => {
  const cache = cacheOf(2, seconds(10));
  for (const name of ['one', 'two', 'three']) cache.remember(instant(0), session(name));
  assert.equal(cache.size, 2);
  assert.deepEqual(
    ['one', 'two', 'three'].map((name) => cache.find(instant(1), utf8(name)) !== undefined),
    [false, true, true],
  );
});

test('certificates are kept within their bound: the oldest of whatever kind gives way', () => {
  const cache = cacheOf(8, seconds(10), 1_000);
  const certified = (name: string, ...lengths: number[]): TlsSession => {
    const chain = lengths.map((length) => new Uint8Array(length));
    return { ...session(name), claim: { kind: 'x509', fingerprint: new Uint8Array(32), chain } };
  };
  const found = () => ['one', 'two', 'three'].filter((name) => cache.find(instant(1), utf8(name)));
  cache.remember(instant(0), certified('one', 300, 200));
  cache.remember(instant(0), certified('two', 500));
  assert.deepEqual(found(), ['one', 'two']);
  cache.remember(instant(0), certified('three', 400));
  assert.deepEqual(found(), ['two', 'three']);
  cache.forget(new Set(['c-1']));
  cache.remember(instant(0), certified('one', 1_000));
  assert.deepEqual(found(), ['one']);
  assert.equal(cache.remember(instant(0), certified('two', 1_001)), null);
  assert.deepEqual(found(), ['one']);
});

test('those whose time is over are gone, whether anybody asks for them or not', () => {
  const cache = cacheOf(8, seconds(10));
  for (const name of ['one', 'two']) cache.remember(instant(0), session(name));
  assert.equal(cache.find(instant(10_000), utf8('two')), undefined);
  assert.equal(cache.size, 1);
  cache.remember(instant(10_001), session('three'));
  assert.equal(cache.size, 1);
});

test('one alone is forgotten by the key that it was remembered with', () => {
  const cache = cacheOf(8, seconds(10));
  const key = cache.remember(instant(0), session('one'));
  cache.remember(instant(0), session('two'));
  cache.drop(key ?? '');
  assert.equal(cache.find(instant(0), utf8('one')), undefined);
  assert.notEqual(cache.find(instant(0), utf8('two')), undefined);
  assert.equal(cacheOf(8, seconds(0)).remember(instant(0), session('one')), null);
});

test('those of a credential that ended are gone, and no others', () => {
  const cache = cacheOf(8, seconds(10));
  cache.remember(instant(0), session('one', 'c-1'));
  cache.remember(instant(0), session('two', 'c-2'));
  cache.remember(instant(0), session('three', 'c-1'));
  cache.forget(new Set(['c-1']));
  assert.equal(cache.size, 1);
  assert.notEqual(cache.find(instant(0), utf8('two')), undefined);
});

test('where nothing is resumed nothing is kept', () => {
  const cache = cacheOf(8, seconds(0));
  cache.remember(instant(0), session('one'));
  assert.equal(cache.size, 0);
});

describe('a hello that asks for a session', () => {
  const GCM = 0xd001;
  const CBC = 0xc037;
  const BOUND: Extensions = { extendedMasterSecret: true, supportedGroups: [23] };

  /** What the server makes of it, where it has a session of that suite. */
  function asked(suite: number, suites: readonly number[], extensions: Extensions): string {
    const sessionId = utf8('one');
    const hello = { random: new Uint8Array(32), sessionId, cookie: EMPTY, suites, extensions };
    const body = encodeClientHello({ ...hello, version: 0xfefd, compression: Uint8Array.of(0) });
    const message = {
      type: HANDSHAKE_TYPE.client_hello,
      messageSeq: 1,
      raw: rawMessage('client_hello', 1, body),
    };
    const context = {
      settings: SETTINGS,
      limits: dtlsLimits(),
      crypto: nodeProvider,
      entropy: seededEntropy(1),
      findSession: () => ({ ...session('one'), suite }),
      newConnectionId: () => EMPTY,
    };
    const begin = { kind: 'expect-client-hello', avoid: null } as const;
    return onClientHello(context, begin, { name: 'client_hello', message }).next.kind;
  }

  test('resumes it with the same suite, whatever else it offers', () => {
    assert.equal(asked(GCM, [0xc0a8, GCM], BOUND), 'await-resumption');
  });

  test('begins anew where it does not offer that suite any more (RFC 5246 7.4.1.2)', () => {
    assert.equal(asked(GCM, [0xc0a8], BOUND), 'expect-client-key-exchange');
  });

  test('begins anew where it lacks what the suite needs (RFC 7366)', () => {
    assert.equal(asked(CBC, [CBC, GCM], { ...BOUND, encryptThenMac: true }), 'await-resumption');
    assert.equal(asked(CBC, [CBC, GCM], BOUND), 'expect-client-key-exchange');
  });

  test('is sent away without extended master secret (RFC 7627 5.3)', () => {
    const fault = { name: 'PeerFault', reason: 'extended-master-secret-required' };
    assert.throws(() => asked(GCM, [GCM], { supportedGroups: [23] }), fault);
  });
});
