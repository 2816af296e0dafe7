import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY, utf8 } from '../../../src/base/index.ts';
import { CODE, codeOf, OPTION, type OptionValue, optionName, optionsOf } from '../../../src/coap/index.ts';
import { compileRoutes, matchRoute, type RouteTable } from '../../../src/relay/index.ts';
import { passBack, takeApart } from '../../../src/relay/translate.ts';

type Pair = readonly [number: number, value: OptionValue];

const apart = (...options: Pair[]): ReturnType<typeof takeApart> =>
  takeApart({ code: CODE.GET, options: optionsOf(...options), payload: EMPTY, confirmable: true });

/** What travels on: `Name=hex`, in order. */
function forwarded(...options: Pair[]): string[] {
  const inbound = apart(...options);
  assert.ok(typeof inbound !== 'string');
  return inbound.options.map(
    ({ number, value }) => `${optionName(number)}=${Buffer.from(value).toString('hex')}`,
  );
}

const route = matchRoute(
  compileRoutes([{ name: 'r', path: '/demo/*', backend: 'b', rewrite: '/v1/*' }]) as RouteTable,
  [utf8('demo')],
)?.route;

describe('a request taken apart', () => {
  test('its path leaves the options, everything else keeps its order', () => {
    const inbound = apart(
      [OPTION.IF_MATCH, Uint8Array.of(1)],
      [OPTION.URI_PATH, 'a'],
      [OPTION.URI_PATH, 'b'],
      [OPTION.CONTENT_FORMAT, 60],
      [OPTION.URI_QUERY, 'x=1'],
      [OPTION.URI_QUERY, 'y=2'],
      [OPTION.ACCEPT, 50],
      [OPTION.BLOCK2, 6],
      [OPTION.REQUEST_TAG, Uint8Array.of(9)],
    );
    assert.ok(typeof inbound !== 'string');
    assert.deepEqual(inbound.segments, [utf8('a'), utf8('b')]);
    assert.deepEqual(
      inbound.options.map(({ number }) => number),
      [
        OPTION.IF_MATCH,
        OPTION.CONTENT_FORMAT,
        OPTION.URI_QUERY,
        OPTION.URI_QUERY,
        OPTION.HOP_LIMIT,
        OPTION.ACCEPT,
        OPTION.BLOCK2,
        OPTION.REQUEST_TAG,
      ],
    );
  });

  test('host and port end here', () => {
    assert.deepEqual(forwarded([OPTION.URI_HOST, 'gateway.example'], [OPTION.URI_PORT, 5_684]), [
      'Hop-Limit=10',
    ]);
  });

  test('Observe and No-Response end here; registering and cancelling are told apart', () => {
    assert.deepEqual(forwarded([OPTION.OBSERVE, 0], [OPTION.NO_RESPONSE, 2]), ['Hop-Limit=10']);
    const observing = (value: OptionValue): unknown => {
      const inbound = apart([OPTION.OBSERVE, value]);
      return typeof inbound !== 'string' && inbound.observing;
    };
    assert.equal(observing(0), true);
    assert.equal(observing(Uint8Array.of(0, 0)), true, 'leading zeros mean nothing (RFC 7252 3.2)');
    assert.equal(observing(1), false);
  });

  test('one empty segment is the root', () => {
    const inbound = apart([OPTION.URI_PATH, '']);
    assert.ok(typeof inbound !== 'string');
    assert.deepEqual(inbound.segments, []);
    const two = apart([OPTION.URI_PATH, ''], [OPTION.URI_PATH, '']);
    assert.ok(typeof two !== 'string');
    assert.equal(two.segments.length, 2);
  });

  test('unknown options: safe ones travel on, unsafe ones are refused (RFC 7252 5.7.1)', () => {
    const safe = 0x8000 + 4; // elective, safe to forward
    const unsafe = 0x8000 + 2; // elective, unsafe
    assert.deepEqual(forwarded([safe, 'x']), ['Hop-Limit=10', `option-${safe}=78`]);
    assert.equal(apart([unsafe, 'x']), 'unsafe-option');
    assert.equal(apart([OPTION.Q_BLOCK1, 0]), 'unsafe-option', 'known, but not to this relay');
    assert.deepEqual(forwarded([OPTION.OSCORE, Uint8Array.of(1)]), ['OSCORE=01', 'Hop-Limit=10']);
  });
});

describe('a response passed back', () => {
  const pass = (code: number, ...options: Pair[]): ReturnType<typeof passBack> => {
    assert.ok(route !== undefined);
    return passBack({ code: code as never, options: optionsOf(...options), payload: utf8('p') }, route);
  };

  test('keeps code, options and payload', () => {
    const options: Pair[] = [
      [OPTION.ETAG, Uint8Array.of(7)],
      [OPTION.CONTENT_FORMAT, 60],
      [OPTION.MAX_AGE, 30],
      [OPTION.BLOCK2, 14],
      [OPTION.SIZE2, 100],
      [OPTION.ECHO, Uint8Array.of(1)],
    ];
    for (const code of [CODE.CONTENT, CODE.VALID, CODE.NOT_FOUND, CODE.CONTINUE, codeOf(5, 0)]) {
      assert.deepEqual(pass(code, ...options), {
        code,
        options: optionsOf(...options),
        payload: utf8('p'),
      });
    }
  });

  test('what is no response is not passed', () => {
    for (const code of [0x00, 0x01, 0x20, 0x61, 0xc0, 0xe1]) assert.equal(pass(code), undefined, `0x${code}`);
  });

  test('an unsafe option that nobody here knows is not passed', () => {
    assert.equal(pass(CODE.CONTENT, [0x8000 + 2, 'x']), undefined);
    assert.equal(pass(CODE.CONTENT, [OPTION.PROXY_URI, 'coap://x/']), undefined);
    assert.notEqual(pass(CODE.CONTENT, [0x8000 + 4, 'x']), undefined);
  });

  test('an Observe of the backend ends here', () => {
    assert.deepEqual(pass(CODE.CONTENT, [OPTION.OBSERVE, 5], [OPTION.MAX_AGE, 1])?.options, [
      ...optionsOf([OPTION.MAX_AGE, 1]),
    ]);
  });

  test('a location becomes the path of the gateway, or is left out', () => {
    const located = (...path: string[]): unknown =>
      pass(
        CODE.CREATED,
        [OPTION.ETAG, Uint8Array.of(1)],
        ...path.map((segment): Pair => [OPTION.LOCATION_PATH, segment]),
        [OPTION.CONTENT_FORMAT, 0],
        [OPTION.LOCATION_QUERY, 'q'],
      )?.options;
    const around = (path: string[], ...query: Pair[]): unknown =>
      optionsOf(
        [OPTION.ETAG, Uint8Array.of(1)],
        ...path.map((segment): Pair => [OPTION.LOCATION_PATH, segment]),
        [OPTION.CONTENT_FORMAT, 0],
        ...query,
      );
    assert.deepEqual(
      located('v1', 'things', '5'),
      around(['demo', 'things', '5'], [OPTION.LOCATION_QUERY, 'q']),
    );
    assert.deepEqual(located('v2', 'things'), around([]));
  });
});
