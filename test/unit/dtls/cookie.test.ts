import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY, instant, path, utf8 } from '../../../src/base/index.ts';
import { nodeProvider, nodeEntropy } from '../../../src/crypto/index.ts';
import { CookieJar, helloVerifyRequest } from '../../../src/dtls/cookie.ts';
import type { HelloPrefix } from '../../../src/dtls/message/client-hello.ts';
import {
  decodeHelloVerifyRequest,
  encodeHelloVerifyRequest,
} from '../../../src/dtls/message/hello-verify-request.ts';
import { HANDSHAKE_TYPE } from '../../../src/dtls/message/handshake.ts';
import { RecordProtection } from '../../../src/dtls/record/protection.ts';
import { DtlsPair, seededEntropy } from '../../support/dtls-pair.ts';
import { fragmentsOf, message, plainRecord, recordsOf } from '../../support/dtls-wire.ts';

const LIFETIME_MS = 60_000;
const here = path(0, '192.0.2.1', 1_000);
const hello: HelloPrefix = {
  version: 0xfefd,
  random: new Uint8Array(32).fill(5),
  sessionId: new Uint8Array(0),
  cookie: new Uint8Array(0),
};

const jar = () => new CookieJar(nodeProvider, seededEntropy(3), LIFETIME_MS);
const at = (ms: number) => instant(ms);
const withCookie = (cookie: Uint8Array): HelloPrefix => ({ ...hello, cookie });

describe('cookies', () => {
  test('are good for the path and the hello they were made for', () => {
    const cookies = jar();
    const cookie = cookies.issue(at(0), here, hello);
    assert.equal(cookies.verify(at(1), here, withCookie(cookie)), true);
    for (const elsewhere of [
      path(0, '192.0.2.2', 1_000),
      path(0, '192.0.2.1', 1_001),
      path(1, '192.0.2.1', 1_000),
    ]) {
      assert.equal(cookies.verify(at(1), elsewhere, withCookie(cookie)), false, elsewhere.key);
    }
    const others: Partial<HelloPrefix>[] = [
      { version: 0xfeff },
      { random: new Uint8Array(32).fill(6) },
      { sessionId: utf8('s') },
    ];
    for (const other of others) {
      assert.equal(cookies.verify(at(1), here, { ...withCookie(cookie), ...other }), false);
    }
  });

  test('are not good when a bit or the length differs', () => {
    const cookies = jar();
    const cookie = cookies.issue(at(0), here, hello);
    for (let bit = 0; bit < 8 * cookie.length; bit++) {
      const forged = cookie.slice();
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(cookies.verify(at(0), here, withCookie(forged)), false, `bit ${bit}`);
    }
    for (const length of [0, 1, 31, 33, 255]) {
      assert.equal(cookies.verify(at(0), here, withCookie(new Uint8Array(length))), false);
    }
    assert.equal(cookies.verify(at(0), here, withCookie(cookie.subarray(0, 31))), false);
  });

  test('of two jars differ', () => {
    const other = new CookieJar(nodeProvider, seededEntropy(4), LIFETIME_MS);
    assert.equal(other.verify(at(0), here, withCookie(jar().issue(at(0), here, hello))), false);
  });

  test('stay good in their period and the next, and no longer', () => {
    const cookies = jar();
    const cookie = cookies.issue(at(0), here, hello);
    for (const ms of [1, LIFETIME_MS - 1, LIFETIME_MS, 2 * LIFETIME_MS - 1]) {
      assert.equal(cookies.verify(at(ms), here, withCookie(cookie)), true, `after ${ms}`);
    }
    assert.equal(cookies.verify(at(2 * LIFETIME_MS), here, withCookie(cookie)), false);
  });

  test('do not live longer because nobody asked when the period ended', () => {
    for (const asked of [LIFETIME_MS, LIFETIME_MS + 1, 2 * LIFETIME_MS - 1]) {
      const cookies = jar();
      const cookie = cookies.issue(at(0), here, hello);
      assert.equal(cookies.verify(at(asked), here, withCookie(cookie)), true);
      assert.equal(cookies.verify(at(2 * LIFETIME_MS), here, withCookie(cookie)), false, `asked at ${asked}`);
    }
  });

  test('are forgotten by an endpoint that was silent for long', () => {
    const cookies = jar();
    const cookie = cookies.issue(at(0), here, hello);
    assert.equal(cookies.verify(at(10 * LIFETIME_MS), here, withCookie(cookie)), false);
    const fresh = cookies.issue(at(10 * LIFETIME_MS), here, hello);
    assert.equal(cookies.verify(at(11 * LIFETIME_MS), here, withCookie(fresh)), true);
  });
});

test('a HelloVerifyRequest says 1.0 and repeats the numbers of its hello', () => {
  const cookie = utf8('0123456789abcdef0123456789abcdef');
  const asked = { messageSeq: 3, sequence: 0x1234_5678_9abc, bytes: 100 };
  const datagram = helloVerifyRequest(new RecordProtection(nodeProvider, nodeEntropy()), cookie, asked);
  const [record] = recordsOf(datagram);
  assert.equal(record?.version, 0xfeff);
  assert.equal(record?.sequence, asked.sequence);
  const [fragment] = fragmentsOf(record?.fragment ?? EMPTY);
  assert.equal(fragment?.messageSeq, 3);
  assert.deepEqual(decodeHelloVerifyRequest(fragment?.bytes ?? EMPTY), { version: 0xfeff, cookie });
});

test('a client gives up on a server that is content with no cookie', () => {
  const pair = new DtlsPair();
  let effects = pair.connect();
  let hellos = 0;
  for (let asked = 0; asked < 20; asked++) {
    const body = encodeHelloVerifyRequest({ version: 0xfeff, cookie: Uint8Array.of(asked) });
    const question = plainRecord(
      { sequence: asked },
      message(HANDSHAKE_TYPE.hello_verify_request, asked, body),
    );
    hellos += effects.filter(({ kind }) => kind === 'transmit').length;
    effects = pair.deliver('client', question);
    if (effects.some(({ kind }) => kind === 'failed')) break;
  }
  assert.equal(hellos, 5);
  assert.ok(effects.some((effect) => effect.kind === 'failed' && effect.reason === 'unexpected-message'));
});
