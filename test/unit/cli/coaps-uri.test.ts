import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCoapsUri } from '../../../src/cli/device/coaps-uri.ts';
import { CommandFault } from '../../../src/cli/fault.ts';

describe('RFC 7252 6.4: a coaps URI taken apart', () => {
  test('the port is 5684 unless it is given', () => {
    assert.deepEqual(parseCoapsUri('coaps://gateway'), { host: 'gateway', port: 5684, path: [], query: [] });
    assert.equal(parseCoapsUri('coaps://gateway:1/').port, 1);
  });
  test('an IPv6 address loses its brackets', () => {
    assert.equal(parseCoapsUri('coaps://[::1]:9/').host, '::1');
  });
  test('path and query are split first and decoded afterwards', () => {
    const uri = parseCoapsUri('coaps://h/a%2Fb//c%20d/?x=1&y=%26');
    assert.deepEqual(uri.path, ['a/b', '', 'c d', '']);
    assert.deepEqual(uri.query, ['x=1', 'y=&']);
  });
});

for (const wrong of [
  '',
  'gateway',
  'coap://h/',
  'https://h/',
  'coaps:///x',
  'coaps://h/%zz',
  'coaps://h/#a',
  'coaps://u@h/',
]) {
  test(`'${wrong}' is a usage fault`, () => {
    assert.throws(
      () => parseCoapsUri(wrong),
      (thrown) => thrown instanceof CommandFault && thrown.exit === 2 && thrown.hint !== undefined,
    );
  });
}
