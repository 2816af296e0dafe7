import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { AssertionFault, EMPTY, toHex, utf8 } from '../../../../src/base/index.ts';
import { encodeEmpty } from '../../../../src/coap/codec/index.ts';
import {
  CODE,
  type Code,
  decode,
  encode,
  type Message,
  type MessageType,
  messageId,
  OPTION,
  optionsOf,
} from '../../../../src/coap/index.ts';

const message = (parts: Partial<Message>): Message => ({
  type: 'CON',
  code: CODE.GET,
  messageId: messageId(1),
  token: EMPTY,
  options: [],
  payload: EMPTY,
  ...parts,
});

test('the request and response of RFC 7252 figure 16', () => {
  const options = optionsOf([OPTION.URI_PATH, 'temperature']);
  assert.equal(
    toHex(encode(message({ messageId: messageId(0x7d34), options }))),
    '40017d34bb74656d7065726174757265',
  );
  const response = message({
    type: 'ACK',
    code: CODE.CONTENT,
    messageId: messageId(0x7d34),
    payload: utf8('22.3 C'),
  });
  assert.equal(toHex(encode(response)), '60457d34ff32322e332043');
});

test('empty messages', () => {
  assert.equal(toHex(encodeEmpty('ACK', messageId(0x7d34))), '60007d34');
  assert.equal(toHex(encodeEmpty('RST', messageId(0xffff))), '7000ffff');
  assert.equal(toHex(encodeEmpty('CON', messageId(0))), '40000000');
});

describe('options', () => {
  const written = (...pairs: readonly (readonly [number, string])[]): string =>
    toHex(encode(message({ options: optionsOf(...pairs) }))).slice(8);

  test('deltas at the edges of their forms', () => {
    assert.equal(written([12, '']), 'c0');
    assert.equal(written([13, '']), 'd000');
    assert.equal(written([268, '']), 'd0ff');
    assert.equal(written([269, '']), 'e00000');
    assert.equal(written([65_535, '']), 'e0fef2');
  });

  test('lengths at the edges of their forms', () => {
    assert.equal(written([0, 'a'.repeat(12)]), `0c${'61'.repeat(12)}`);
    assert.equal(written([0, 'a'.repeat(13)]), `0d00${'61'.repeat(13)}`);
    assert.equal(written([0, 'a'.repeat(268)]), `0dff${'61'.repeat(268)}`);
    assert.equal(written([0, 'a'.repeat(269)]), `0e0000${'61'.repeat(269)}`);
  });

  test('out of order are put in order, equal numbers keep theirs', () => {
    const options = [
      { number: 12, value: EMPTY },
      { number: 11, value: utf8('b') },
      { number: 11, value: utf8('a') },
    ];
    assert.equal(toHex(encode(message({ options }))).slice(8), 'b162016110');
  });
});

test('what cannot be written is our own fault', () => {
  assert.throws(() => encode(message({ token: new Uint8Array(9) })), AssertionFault);
  assert.throws(() => encode(message({ options: [{ number: 65_536, value: EMPTY }] })), AssertionFault);
  assert.throws(
    () => encode(message({ options: [{ number: 1, value: new Uint8Array(65_536 + 269) }] })),
    AssertionFault,
  );
});

test('every message decodes to itself', () => {
  const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Uint8Array.from(array));
  const option = fc.record(
    { number: fc.integer({ min: 0, max: 65_535 }), value: anyBytes(300) },
    { noNullPrototype: true },
  );
  const anyMessage = fc.record(
    {
      type: fc.constantFrom<MessageType>('CON', 'NON', 'ACK', 'RST'),
      code: fc.integer({ min: 1, max: 255 }).map((code) => code as Code),
      messageId: fc.integer({ min: 0, max: 65_535 }).map(messageId),
      token: anyBytes(8),
      options: fc.array(option, { maxLength: 8 }).map((list) => list.toSorted((a, b) => a.number - b.number)),
      payload: anyBytes(100),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(anyMessage, (original) => {
      assert.deepEqual(decode(encode(original)), original);
    }),
    { numRuns: 500, seed: 7252 },
  );
});
