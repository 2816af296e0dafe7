/** Target: the decoder says what the plain decoder says, and what it reads encodes to the same meaning. */
import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/index.ts';
import { decode, encode, type Message } from '../../../src/coap/index.ts';
import { plainDecode } from './coap-plain-decoder.ts';

/** Returns the fault or the type, to count. */
export function decodeTarget(datagram: Uint8Array): string {
  const message = decode(datagram);
  const plain = plainDecode([...datagram]);
  if (typeof message === 'string') {
    assert.ok(message === plain, toHex(datagram));
    return message;
  }
  if (typeof plain === 'string') assert.fail(`${plain} was accepted: ${toHex(datagram)}`);
  const { type, code, messageId, token, options, payload } = message;
  assert.equal(type, ['CON', 'NON', 'ACK', 'RST'][plain.type], toHex(datagram));
  assert.equal(code, plain.code);
  assert.equal(messageId, plain.messageId);
  sameBytes(token, plain.token, datagram);
  sameBytes(payload, plain.payload, datagram);
  assert.equal(options.length, plain.options.length, toHex(datagram));
  for (const [index, option] of options.entries()) {
    assert.equal(option.number, plain.options[index]?.[0], toHex(datagram));
    sameBytes(option.value, plain.options[index]?.[1] ?? [], datagram);
  }
  sameMeaning(message, decode(encode(message)), datagram);
  return type;
}

/** Not the same bytes: an encoder takes the shortest form of a delta, which a peer need not have taken. */
function sameMeaning(message: Message, again: Message | string, datagram: Uint8Array): void {
  assert.equal(JSON.stringify(again), JSON.stringify(message), toHex(datagram));
}

function sameBytes(actual: Uint8Array, expected: readonly number[], datagram: Uint8Array): void {
  if (actual.length === expected.length && actual.every((byte, index) => byte === expected[index])) return;
  assert.fail(`other bytes in ${toHex(datagram)}`);
}
