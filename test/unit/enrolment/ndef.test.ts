/**
 * NDEF as NFC Forum NDEF 1.0 has it. The golden bytes were written by two encoders that are not ours: the npm packages
 * `ndef` 0.2.0 (marked A) and `ndef-lib` 0.1.1 (marked B).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY, fromHex, toHex, utf8 } from '../../../src/base/index.ts';
import { decodeNdef, encodeNdef, type NdefRecord } from '../../../src/enrolment/ndef.ts';
import { uriOf, uriRecord } from '../../../src/enrolment/uri-record.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', '')) ?? assert.fail(hex);
const recordsOf = (hex: string): readonly NdefRecord[] => {
  const decoded = decodeNdef(bytes(hex));
  return decoded.kind === 'message' ? decoded.records : assert.fail(decoded.fault);
};
const faultOf = (hex: string): string => {
  const decoded = decodeNdef(bytes(hex));
  return decoded.kind === 'malformed' ? decoded.fault : assert.fail('it was taken');
};
const media = (type: string, payload: Uint8Array): NdefRecord => ({
  format: 'media',
  type,
  id: EMPTY,
  payload,
});

describe('bytes of strangers', () => {
  test('a URI record is written as A writes it', () => {
    const golden = 'd101185500636f6170733a2f2f67772e6578616d706c653a35363834';
    assert.equal(toHex(encodeNdef([uriRecord('coaps://gw.example:5684')])), golden);
    assert.equal(uriOf(recordsOf(golden)[0] as NdefRecord), 'coaps://gw.example:5684');
  });

  test('two records are written as B writes them', () => {
    const golden =
      '9101185500636f6170733a2f2f67772e6578616d706c653a35363834' +
      '5226036170706c69636174696f6e2f766e642e706f737465726e2e656e726f6c6d656e742b63626f72a10101';
    const records = [
      uriRecord('coaps://gw.example:5684'),
      media('application/vnd.postern.enrolment+cbor', bytes('a10101')),
    ];
    assert.equal(toHex(encodeNdef(records)), golden);
    assert.deepEqual(recordsOf(golden), records);
  });

  test('what A abbreviates is written out', () => {
    const [link] = recordsOf('d1010855026e66632e636f6d');
    assert.equal(uriOf(link as NdefRecord), 'https://www.nfc.com');
  });

  test('a long record of A, one with an id, and an empty one', () => {
    const long = `c2030000012c612f62${'5a'.repeat(300)}`;
    assert.equal(toHex(encodeNdef([media('a/b', new Uint8Array(300).fill(0x5a))])), long);
    assert.equal(recordsOf(long)[0]?.payload.length, 300);
    const named = 'dc0d03026578616d706c652e636f6d3a786931010203';
    const [record] = recordsOf(named);
    assert.deepEqual(record, {
      format: 'external',
      type: 'example.com:x',
      id: utf8('i1'),
      payload: bytes('010203'),
    });
    assert.equal(toHex(encodeNdef([record])), named);
    assert.deepEqual(recordsOf('d00000'), [{ format: 'empty', type: '', id: EMPTY, payload: EMPTY }]);
  });
});

test('255 bytes make a short record, 256 a long one (section 3.2.4)', () => {
  for (const [length, head] of [
    [255, 'd203ff612f62'],
    [256, 'c20300000100612f62'],
  ] as const) {
    const encoded = encodeNdef([media('a/b', new Uint8Array(length))]);
    assert.equal(toHex(encoded).slice(0, head.length), head);
    assert.equal(recordsOf(toHex(encoded))[0]?.payload.length, length);
  }
});

test('a long record with a short payload is taken as it is', () => {
  assert.deepEqual(recordsOf('c1010000000155 00'), recordsOf('d10101 55 00'));
});

test('what is decoded shares no memory with the input, a Buffer included', () => {
  const input = Buffer.from('dc0d03026578616d706c652e636f6d3a786931010203', 'hex');
  const decoded = decodeNdef(input);
  input.fill(0xff);
  assert.ok(decoded.kind === 'message');
  assert.deepEqual(decoded.records[0]?.payload, bytes('010203'));
});

describe('refused, each by its name', () => {
  const refusals: readonly (readonly [title: string, hex: string, fault: string])[] = [
    ['nothing at all', '', 'empty'],
    ['a header alone', 'd1', 'truncated'],
    ['a length that is cut off', 'c1010000', 'truncated'],
    ['a payload that is cut off', 'd1010555 0061', 'truncated'],
    ['a payload of four gigabytes', 'c101ffffffff55', 'truncated'],
    ['an id that is cut off', 'd90100 02 55 61', 'truncated'],
    ['a byte after the last record', 'd1010155 00 00', 'trailing-bytes'],
    ['a second message', 'd1010155 00 d1010155 00', 'trailing-bytes'],
    ['no begin', '51010155 00', 'bad-begin'],
    ['two begins', '91010155 00 d1010155 00', 'bad-begin'],
    ['no end', '91010155 00', 'truncated'],
    ['the first of several chunks', 'b1010155 00', 'chunked-record'],
    ['a chunk in the middle', 'd60001 00', 'chunked-record'],
    ['the reserved format', 'd70000', 'reserved-format'],
    ['an empty record with a type', 'd0010055', 'misplaced-field'],
    ['an empty record with a payload', 'd0000155', 'misplaced-field'],
    ['an empty record with an id', 'd800000155', 'misplaced-field'],
    ['an unknown record with a type', 'd5010055', 'misplaced-field'],
    ['a well-known record without a type', 'd1000100', 'missing-type'],
    ['a type with a space', 'd1010020', 'bad-type'],
    ['a type that is not ASCII', 'd10100e4', 'bad-type'],
    ['seventeen records', `90 0000${'10 0000'.repeat(15)}50 0000`, 'too-many-records'],
    ['more than 4096 bytes', '00'.repeat(4_097), 'too-large'],
  ];
  for (const [title, hex, fault] of refusals) test(title, () => assert.equal(faultOf(hex), fault));

  test('sixteen records are not too many', () => {
    assert.equal(recordsOf(`90 0000${'10 0000'.repeat(14)}50 0000`).length, 16);
  });
});
