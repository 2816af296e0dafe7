import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, EMPTY, toHex, utf8 } from '../../../../src/base/index.ts';
import { alertName, decodeAlert } from '../../../../src/dtls/message/alert.ts';
import {
  decodeClientHello,
  encodeClientHello,
  readHelloPrefix,
} from '../../../../src/dtls/message/client-hello.ts';
import { bodyOf, fragmentOf, parseFragment, rawMessage } from '../../../../src/dtls/message/handshake.ts';
import {
  decodeHelloVerifyRequest,
  encodeHelloVerifyRequest,
} from '../../../../src/dtls/message/hello-verify-request.ts';
import { decodePskLabel, encodePskLabel } from '../../../../src/dtls/message/key-exchange.ts';
import { ALERT_OF_VIOLATION } from '../../../../src/dtls/violation.ts';
import { FAILURE_REASONS } from '../../../../src/dtls/index.ts';

const hello = {
  version: 0xfefd,
  random: Uint8Array.from({ length: 32 }, (_, i) => i),
  sessionId: utf8('session'),
  cookie: utf8('cookie'),
  suites: [0xc0a8, 0x00ff],
  compression: Uint8Array.of(0),
  extensions: { extendedMasterSecret: true },
} as const;
const malformed = { reason: 'malformed-message' };

describe('a ClientHello', () => {
  const body = encodeClientHello(hello);

  test('is laid out as RFC 6347 4.2.1 says', () => {
    const expected = concat(
      Uint8Array.of(0xfe, 0xfd),
      hello.random,
      Uint8Array.of(7),
      hello.sessionId,
      Uint8Array.of(6),
      hello.cookie,
      Uint8Array.of(0, 4, 0xc0, 0xa8, 0, 0xff, 1, 0, 0, 4, 0, 23, 0, 0),
    );
    assert.equal(toHex(body), toHex(expected));
    assert.deepEqual(decodeClientHello(body), hello);
  });

  test('is a hello only when it is whole', () => {
    // Cut behind the compression it is a hello without extensions.
    const bare = body.length - 6;
    for (let length = 0; length < body.length; length++) {
      if (length === bare) assert.deepEqual(decodeClientHello(body.subarray(0, length)).extensions, {});
      else assert.throws(() => decodeClientHello(body.subarray(0, length)), malformed, `${length}`);
    }
    assert.throws(() => decodeClientHello(concat(body, Uint8Array.of(0))), malformed);
  });

  test('shows its cookie as soon as that is there', () => {
    const enough = 2 + 32 + 1 + 7 + 1 + 6;
    for (let length = 0; length < enough; length++)
      assert.equal(readHelloPrefix(body.subarray(0, length)), undefined);
    const { version, random, sessionId, cookie } = hello;
    assert.deepEqual(readHelloPrefix(body.subarray(0, enough)), { version, random, sessionId, cookie });
  });

  test('keeps nothing of the input alive', () => {
    const input = body.slice();
    const read = decodeClientHello(input);
    input.fill(0xee);
    assert.deepEqual(read, hello);
  });
});

describe('handshake framing', () => {
  const raw = rawMessage('finished', 0x0102, utf8('abc'));

  test('is type, length, number, offset, length', () => {
    assert.equal(toHex(raw), '14000003010200000000000361'.concat('6263'));
    assert.deepEqual(bodyOf(raw), utf8('abc'));
    const fragment = parseFragment(concat(utf8('??'), raw), 2);
    assert.deepEqual(fragment, { type: 20, length: 3, messageSeq: 0x0102, offset: 0, bytes: utf8('abc') });
  });

  test('does not reach beyond its message or its record', () => {
    for (let length = 0; length < raw.length; length++)
      assert.equal(parseFragment(raw.subarray(0, length), 0), undefined);
    const beyond = fragmentOf({ type: 20, length: 3, messageSeq: 0, offset: 1, bytes: utf8('abc') });
    assert.equal(parseFragment(beyond, 0), undefined);
  });
});

test('a HelloVerifyRequest holds a version and a cookie, and ends there', () => {
  const body = encodeHelloVerifyRequest({ version: 0xfeff, cookie: utf8('c') });
  assert.equal(toHex(body), 'feff0163');
  for (const broken of [body.subarray(0, 3), EMPTY, concat(body, EMPTY, utf8('x'))])
    assert.throws(() => decodeHelloVerifyRequest(broken), malformed);
});

test('a PSK identity is bytes with a length, and nothing behind it', () => {
  assert.equal(toHex(encodePskLabel(Uint8Array.of(0, 255))), '000200ff');
  assert.deepEqual(decodePskLabel(Uint8Array.of(0, 0)), EMPTY);
  for (const broken of [EMPTY, Uint8Array.of(0), Uint8Array.of(0, 2, 1), Uint8Array.of(0, 0, 0)])
    assert.throws(() => decodePskLabel(broken), malformed);
});

describe('alerts', () => {
  test('have names where they are registered', () => {
    assert.equal(alertName(51), 'decrypt_error');
    assert.equal(alertName(200), 'alert-200');
    assert.equal(decodeAlert(Uint8Array.of(2, 200))?.description, 200);
  });

  test('of violations: a wrong key and an unknown identity are one and the same', () => {
    assert.equal(ALERT_OF_VIOLATION['wrong-key'], ALERT_OF_VIOLATION['unknown-identity']);
    for (const reason of Object.keys(ALERT_OF_VIOLATION))
      assert.ok((FAILURE_REASONS as readonly string[]).includes(reason), reason);
  });
});
