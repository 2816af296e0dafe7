import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { utf8 } from '../../../src/base/index.ts';
import { actionOf, isCanonicalSegment, pathText, resourceName } from '../../../src/policy/index.ts';

describe('the canonical request', () => {
  test('each method of RFC 7252 and RFC 8132 has its action', () => {
    const actions = [1, 2, 3, 4, 5, 6, 7].map((method) => actionOf(method, false));
    assert.deepEqual(actions, ['read', 'execute', 'write', 'delete', 'fetch', 'write', 'write']);
  });

  test('a method that does not exist has none', () => {
    for (let method = 8; method < 32; method++) assert.equal(actionOf(method, false), undefined);
    assert.equal(actionOf(0, true), undefined);
  });

  test('observing is an action of GET only', () => {
    assert.equal(actionOf(1, true), 'observe');
    assert.equal(actionOf(5, true), 'fetch');
    assert.equal(actionOf(3, true), 'write');
  });

  test('path texts keep different paths different', () => {
    const paths = [
      [],
      [''],
      ['', ''],
      ['a'],
      ['a', ''],
      ['', 'a'],
      ['a', 'b'],
      ['a/b'],
      ['a%2Fb'],
      ['A'],
      ['a b'],
      ['ä'],
    ].map((segments) => segments.map(utf8));
    const texts = new Set(paths.map(pathText));
    assert.equal(texts.size, paths.length - 1, 'only the root and one empty segment share a text');
    assert.equal(pathText([utf8('a/b'), utf8('%')]), '/a%2Fb/%25');
    assert.equal(resourceName({ route: 'r', backend: 'b', segments: [utf8('x')] }), 'backend/b/x');
  });

  test('dots and broken UTF-8 are no segments of a canonical path', () => {
    for (const text of ['', 'a', '...', '.a', 'a.', 'ä', '%2e%2e', 'a/b']) {
      assert.equal(isCanonicalSegment(utf8(text)), true, text);
    }
    for (const bytes of [[0x2e], [0x2e, 0x2e], [0x80], [0xc0, 0xae], [0xed, 0xa0, 0x80]]) {
      assert.equal(isCanonicalSegment(Uint8Array.from(bytes)), false, String(bytes));
    }
  });
});
