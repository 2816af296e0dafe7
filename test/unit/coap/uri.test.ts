import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { fromHex, toHex, utf8 } from '../../../src/base/index.ts';
import {
  isDotSegment,
  OPTION,
  optionsOf,
  parsePath,
  parseQuery,
  pathOf,
  pathOptions,
  queryOf,
  queryOptions,
} from '../../../src/coap/index.ts';

const path = (...segments: (string | Uint8Array)[]) =>
  pathOf(segments.flatMap((segment) => optionsOf([OPTION.URI_PATH, segment])));
const query = (...parts: (string | Uint8Array)[]) =>
  queryOf(parts.flatMap((part) => optionsOf([OPTION.URI_QUERY, part])));
const hexes = (segments: readonly Uint8Array[] | undefined) => segments?.map(toHex);

describe('options to text (RFC 7252 6.5)', () => {
  test('nothing is the root', () => assert.equal(path(), '/'));
  test('segments', () => assert.equal(path('lock', 'state'), '/lock/state'));
  test('a trailing slash is an empty segment', () => assert.equal(path('a', ''), '/a/'));
  test('a slash within a segment is not a separator', () => assert.equal(path('a/b'), '/a%2Fb'));
  test('percent, question mark, space, non-ASCII, control', () =>
    assert.equal(path('100%', 'a?b c', 'Grüße', '\u0000'), '/100%25/a%3Fb%20c/Gr%C3%BC%C3%9Fe/%00'));
  test('what a path may hold stays as it is', () =>
    assert.equal(path("a-._~!$&'()*+,;=:@"), "/a-._~!$&'()*+,;=:@"));
  test('bytes that are no UTF-8', () => assert.equal(path(new Uint8Array([0xff, 0x41])), '/%FFA'));
  test('queries', () => {
    assert.equal(query(), undefined);
    assert.equal(query('a=1', 'b=2'), 'a=1&b=2');
    assert.equal(query('a=1&2'), 'a=1%262');
    assert.equal(query('a/b?c'), 'a/b?c');
    assert.equal(query('', ''), '&');
  });
});

describe('text to options (RFC 7252 6.4)', () => {
  test('the root has no segments', () => assert.deepEqual(parsePath('/'), []));
  test('segments, decoded after splitting', () => {
    assert.deepEqual(hexes(parsePath('/a%2Fb/c')), ['612f62', '63']);
    assert.deepEqual(hexes(parsePath('/a/')), ['61', '']);
    assert.deepEqual(hexes(parsePath('//')), ['', '']);
    assert.deepEqual(hexes(parsePath('/Gr%C3%BCße')), [toHex(utf8('Grüße'))]);
    assert.deepEqual(hexes(parsePath('/%ff%00')), ['ff00']);
  });
  for (const bad of [
    '',
    'a',
    'a/b',
    '/%',
    '/%4',
    '/%zz',
    '/a%2',
    '/.',
    '/..',
    '/a/../b',
    '/%2e%2E',
    '/%2E',
  ]) {
    test(`"${bad}" is no path`, () => assert.equal(parsePath(bad), undefined));
  }
  test('a segment has at most 255 bytes', () => {
    assert.equal(parsePath(`/${'a'.repeat(255)}`)?.length, 1);
    assert.equal(parsePath(`/${'a'.repeat(256)}`), undefined);
    assert.equal(parsePath(`/${'%61'.repeat(255)}`)?.length, 1);
  });
  test('dots beside other bytes are names like any other', () => {
    assert.deepEqual(hexes(parsePath('/.well-known/...')), [toHex(utf8('.well-known')), '2e2e2e']);
    assert.equal(isDotSegment(utf8('..')), true);
    assert.equal(isDotSegment(utf8('.a')), false);
    assert.equal(isDotSegment(utf8('')), false);
  });
  test('queries', () => {
    assert.deepEqual(hexes(parseQuery('a=1&b=%26')), [toHex(utf8('a=1')), toHex(utf8('b=&'))]);
    assert.equal(parseQuery('a=%2'), undefined);
    assert.deepEqual(queryOptions('a&b'), optionsOf([OPTION.URI_QUERY, 'a'], [OPTION.URI_QUERY, 'b']));
    assert.deepEqual(pathOptions('/a/b'), optionsOf([OPTION.URI_PATH, 'a'], [OPTION.URI_PATH, 'b']));
    assert.equal(pathOptions('a'), undefined);
  });
});

test('text and options are one to one, but for a single empty segment, which is the root', () => {
  const segment = fc.uint8Array({ maxLength: 8 }).map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 4 }), (segments) => {
      fc.pre(!segments.some(isDotSegment));
      fc.pre(!(segments.length === 1 && segments[0]?.length === 0));
      assert.deepEqual(parsePath(path(...segments)), segments);
      if (segments.length > 0) assert.deepEqual(parseQuery(query(...segments) ?? ''), segments);
    }),
    { numRuns: 500, seed: 64 },
  );
  assert.equal(path(''), '/');
  assert.deepEqual(fromHex(''), parsePath('//')?.[0]);
});
