import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeLine } from '../../../src/cli/commands/device-request.ts';

const line = (code: string, payload: string | Uint8Array, contentFormat?: string | number): string =>
  codeLine({ code, payload: Buffer.from(payload), contentFormat, handshakeMs: 1, answerMs: 1 });

test('a success tells size and format', () => {
  assert.equal(line('2.05', 'hello', 'text/plain'), '2.05 Content, 5 bytes, text/plain');
  assert.equal(line('2.05', 'x', 65_000), '2.05 Content, 1 byte, content-format 65000');
  assert.equal(line('2.04', ''), '2.04 Changed, no payload');
});

test('RFC 7252 5.5.2: an error without a format has a diagnostic sentence, and the gateway a decision', () => {
  assert.equal(line('4.03', 'e863f68e-0-0-2'), '4.03 Forbidden, decision e863f68e-0-0-2');
  assert.equal(line('5.00', 'it broke'), '5.00 Internal Server Error, it broke');
});

test('an error with a format, or with bytes that are no text, is shown by its size', () => {
  assert.equal(line('4.03', 'e863f68e-0-0-2', 'text/plain'), '4.03 Forbidden, 14 bytes, text/plain');
  assert.equal(line('4.00', Uint8Array.of(0xff)), '4.00 Bad Request, 1 byte');
  assert.equal(line('4.00', '\u001b[31mred'), '4.00 Bad Request, 8 bytes');
});

test('a code that nobody registered is still shown', () => {
  assert.equal(line('7.31', ''), '7.31, no payload');
});
