import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswers } from '../../../../src/cli/probe/answers.ts';

/** A record of epoch 0: type, DTLS 1.2, epoch and sequence number, length, fragment (RFC 6347 4.1). */
const record = (type: string, fragment: string, epoch = '0000'): string =>
  `${type}fefd${epoch}000000000001${length(fragment, 4)}${fragment}`;
/** A whole handshake message (RFC 6347 4.2.2). */
const message = (type: string, body: string): string =>
  `${type}${length(body, 6)}0000000000${length(body, 6)}${body}`;
const length = (hex: string, digits: number): string => (hex.length / 2).toString(16).padStart(digits, '0');
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

const HELLO_VERIFY = record('16', message('03', 'feff04aabbccdd'));
const SERVER_HELLO = message('02', `fefd${'11'.repeat(32)}00c0a800000900170000ff01000100`);
const KEY_EXCHANGE = message('0c', '000467617465');
const HELLO_DONE = message('0e', '');

test('a flight in one datagram, several records, several messages', () => {
  const flight = bytes(record('16', SERVER_HELLO) + record('16', KEY_EXCHANGE + HELLO_DONE));
  assert.deepEqual(readAnswers([bytes(HELLO_VERIFY), flight]), {
    cookie: true,
    hello: {
      version: 'DTLS 1.2',
      suite: 0xc0a8,
      extensions: ['extended_master_secret', 'renegotiation_info'],
      resumable: false,
    },
    pskHint: 'gate',
    asksForCertificate: false,
    done: true,
    alert: undefined,
  });
});

test('alerts are named, encrypted records are passed over', () => {
  assert.equal(readAnswers([bytes(record('15', '0228'))]).alert, 'handshake_failure');
  assert.equal(readAnswers([bytes(record('15', '02fa'))]).alert, 'alert 250');
  assert.equal(readAnswers([bytes(record('15', '0228', '0001'))]).alert, undefined);
});

test('nothing that a server sends makes it throw: every prefix, and every byte changed', () => {
  const whole = bytes(HELLO_VERIFY + record('16', SERVER_HELLO + KEY_EXCHANGE) + record('15', '0228'));
  for (let end = 0; end <= whole.length; end++) readAnswers([whole.subarray(0, end)]);
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 0x7f, 0xff]) readAnswers([whole.with(at, value)]);
  }
});
