import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { fromHex, toHex, utf8 } from '../../../../src/base/index.ts';
import { type DecodeFault, decode, encode, type Message } from '../../../../src/coap/index.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', '')) ?? assert.fail(hex);

function good(hex: string): Message {
  const message = decode(bytes(hex));
  if (typeof message === 'string') assert.fail(`${hex}: ${message}`);
  return message;
}

test('the request and response of RFC 7252 figure 16', () => {
  const request = good('4001 7d34 bb 74656d7065726174757265');
  assert.deepEqual(request, {
    type: 'CON',
    code: 1,
    messageId: 0x7d34,
    token: new Uint8Array(0),
    options: [{ number: 11, value: utf8('temperature') }],
    payload: new Uint8Array(0),
  });
  const response = good('6045 7d34 ff 32322e332043');
  assert.equal(response.type, 'ACK');
  assert.equal(response.code, 0x45);
  assert.deepEqual(response.payload, utf8('22.3 C'));
});

test('types, codes, Message IDs, tokens of every length', () => {
  assert.deepEqual(
    ['40', '50', '60', '70'].map((first) => good(`${first}00 ffff`).type),
    ['CON', 'NON', 'ACK', 'RST'],
  );
  for (let length = 0; length <= 8; length++) {
    const token = 'a1b2c3d4e5f60718'.slice(0, 2 * length);
    assert.equal(toHex(good(`4${length}01 0001 ${token}`).token), token);
  }
});

describe('options', () => {
  test('deltas and lengths in one, two and three bytes', () => {
    const long = 'ab'.repeat(300);
    const { options } = good(`4001 0001 01aa d1 0caa e1 0000aa dd 00 00 ${'cd'.repeat(13)} 0e 001f ${long}`);
    assert.deepEqual(
      options.map(({ number, value }) => [number, value.length]),
      [
        [0, 1],
        [25, 1],
        [294, 1],
        [307, 13],
        [307, 300],
      ],
    );
  });

  test('the largest number there is, and one more', () => {
    assert.equal(good('4001 0001 e0 fef2').options[0]?.number, 0xffff);
    assert.equal(decode(bytes('4001 0001 e0 fef3')), 'malformed');
    assert.equal(decode(bytes('4001 0001 e0 fef2 10')), 'malformed');
    assert.equal(decode(bytes('4001 0001 e0 ffff')), 'malformed');
  });

  test('repeated options keep their order', () => {
    const { options } = good('4001 0001 b161 0162 0161');
    assert.deepEqual(
      options.map(({ value }) => String.fromCharCode(...value)),
      ['a', 'b', 'a'],
    );
  });

  test('an empty value, a value of 0xff, a payload of 0xff', () => {
    const message = good('4001 0001 b0 01ff ff ff');
    assert.deepEqual(
      message.options.map(({ value }) => toHex(value)),
      ['', 'ff'],
    );
    assert.equal(toHex(message.payload), 'ff');
  });
});

describe('faults', () => {
  const cases: readonly (readonly [string, DecodeFault, string])[] = [
    ['', 'too-short', 'nothing'],
    ['400100', 'too-short', 'three bytes'],
    ['00010001', 'unknown-version', 'version 0'],
    ['80010001', 'unknown-version', 'version 2'],
    ['c0010001', 'unknown-version', 'version 3'],
    ['4901 0001 000000000000000000', 'malformed', 'token length 9'],
    ['4f01 0001 000000000000000000000000000000', 'malformed', 'token length 15'],
    ['4101 0001', 'malformed', 'token missing'],
    ['4801 0001 00000000000000', 'malformed', 'token cut off'],
    ['4000 0001 ff', 'malformed', 'empty message with a marker'],
    ['4100 0001 00', 'malformed', 'empty message with a token'],
    ['4000 0001 b161', 'malformed', 'empty message with an option'],
    ['4001 0001 ff', 'malformed', 'payload marker without payload'],
    ['4001 0001 b161 ff', 'malformed', 'payload marker without payload after an option'],
    ['4001 0001 f0', 'malformed', 'delta 15'],
    ['4001 0001 0f', 'malformed', 'length 15'],
    ['4001 0001 f1', 'malformed', 'delta 15 with length 1'],
    ['4001 0001 d0', 'malformed', 'extended delta missing'],
    ['4001 0001 e000', 'malformed', 'extended delta cut off'],
    ['4001 0001 0d', 'malformed', 'extended length missing'],
    ['4001 0001 0e00', 'malformed', 'extended length cut off'],
    ['4001 0001 dd00', 'malformed', 'extended length after an extended delta missing'],
    ['4001 0001 b261', 'malformed', 'value cut off'],
    ['4001 0001 0effff', 'malformed', 'value of 65,804 bytes in a short message'],
  ];
  for (const [hex, fault, what] of cases) test(what, () => assert.equal(decode(bytes(hex)), fault));

  test('every proper prefix of a message is a fault or a shorter message, never an exception', () => {
    const whole = bytes('4401 0001 01020304 b4 73746174 d2 31 0102 ff 00112233');
    for (let end = 0; end < whole.length; end++) {
      const message = decode(whole.subarray(0, end));
      if (typeof message !== 'string') assert.deepEqual(encode(message), whole.slice(0, end));
    }
  });
});

test('caps on options stop the reading', () => {
  const caps = { optionsMax: 3, optionBytesMax: 4 };
  assert.equal(typeof decode(bytes('4001 0001 b161 0162 0163'), caps), 'object');
  assert.equal(decode(bytes('4001 0001 b161 0162 0163 00'), caps), 'too-many-options');
  assert.equal(typeof decode(bytes('4001 0001 b461626364'), caps), 'object');
  assert.equal(decode(bytes('4001 0001 b461626364 0165'), caps), 'too-many-options');
});

test('nothing refers to the datagram, not even when it is a Buffer', () => {
  const datagram = Buffer.from('44010001010203 04b461626364ff0506'.replace(' ', ''), 'hex');
  const message = decode(datagram);
  const before = JSON.stringify(message);
  datagram.fill(0xaa);
  assert.equal(JSON.stringify(message), before);
  if (typeof message === 'string') assert.fail(message);
  assert.equal(Object.getPrototypeOf(message.token), Uint8Array.prototype);
});
