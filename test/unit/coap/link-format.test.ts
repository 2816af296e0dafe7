import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeLinks } from '../../../src/coap/index.ts';

test('no links are an empty text', () => assert.equal(encodeLinks([]), ''));

test('targets and attributes (RFC 6690 2, 5)', () => {
  const links = encodeLinks([
    {
      target: '/sensors/temp',
      attributes: [
        ['rt', 'temperature-c'],
        ['if', 'sensor'],
        ['ct', 50],
        ['obs', true],
      ],
    },
    { target: '/sensors/light', attributes: [] },
  ]);
  assert.equal(links, '</sensors/temp>;rt="temperature-c";if="sensor";ct=50;obs,</sensors/light>');
});

test('what would end a target or a text early is escaped', () => {
  assert.equal(
    encodeLinks([{ target: '/a>b,<c "d"\u0000\n', attributes: [['title', 'say "a\\b"']] }]),
    '</a%3Eb,%3Cc%20%22d%22%00%0A>;title="say \\"a\\\\b\\""',
  );
});

test('a target beyond ASCII is percent-encoded UTF-8', () => {
  assert.equal(encodeLinks([{ target: '/Grüße', attributes: [] }]), '</Gr%C3%BC%C3%9Fe>');
});

test('percent-encoding in a target stays as it is', () => {
  assert.equal(encodeLinks([{ target: '/a%2Fb', attributes: [] }]), '</a%2Fb>');
});
