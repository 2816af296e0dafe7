import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encode } from 'cborg';
import { concat, EMPTY, fromHex, toHex, utf8 } from '../../../src/base/index.ts';
import {
  claimQrText,
  decodeEnrolmentMessage,
  type Enrolment,
  ENROLMENT_FAULTS,
  ENROLMENT_MEDIA_TYPE,
  encodeEnrolmentMessage,
  enrolmentUri,
  labelHead,
  labelLines,
  pskQrText,
} from '../../../src/enrolment/index.ts';
import { encodeNdef, type NdefRecord } from '../../../src/enrolment/ndef.ts';
import { uriRecord } from '../../../src/enrolment/uri-record.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', '')) ?? assert.fail(hex);
const KEY = bytes('000102030405060708090a0b0c0d0e0f');
const PSK: Enrolment = {
  kind: 'psk',
  device: 'lamp-1',
  gateway: 'coaps://gw.example:5684',
  gatewayKey: null,
  identity: utf8('lamp-1'),
  key: KEY,
};
const KINDS: readonly Enrolment[] = [
  PSK,
  { ...PSK, device: null, gateway: null, gatewayKey: new Uint8Array(32).fill(7), identity: bytes('00ff') },
  { kind: 'claim', device: 'lock-1', code: '7KQD-2M9X-RT4B', gateway: null, gatewayKey: null },
  { kind: 'rpk', device: null, publicKey: bytes('3000'), gateway: null, gatewayKey: null },
];

const record = (payload: Uint8Array): NdefRecord => ({
  format: 'media',
  type: ENROLMENT_MEDIA_TYPE,
  id: EMPTY,
  payload,
});
const messageOf = (...payloads: readonly Uint8Array[]): Uint8Array => encodeNdef(payloads.map(record));
const faultOf = (message: Uint8Array): string => {
  const decoded = decodeEnrolmentMessage(message);
  return decoded.kind === 'malformed' ? decoded.fault : assert.fail('it was taken');
};

describe('an enrolment on a tag', () => {
  test('each kind comes back as it was', () => {
    for (const enrolment of KINDS) {
      const decoded = decodeEnrolmentMessage(encodeEnrolmentMessage(enrolment));
      assert.deepEqual(decoded, { kind: 'enrolment', enrolment, uri: enrolmentUri(enrolment) });
    }
  });

  test('its bytes, worked out by hand from RFC 8949 section 4.2.1', () => {
    const cbor =
      'a5 01 01 02 66 6c616d702d31 03 77 636f6170733a2f2f67772e6578616d706c653a35363834' +
      ' 05 46 6c616d702d31 06 50 000102030405060708090a0b0c0d0e0f';
    assert.deepEqual(
      encodeEnrolmentMessage(PSK),
      encodeNdef([uriRecord('coaps://gw.example:5684'), record(bytes(cbor))]),
    );
  });

  test('the URI, which phones pass on, holds no secret', () => {
    for (const enrolment of KINDS) {
      const uri = enrolmentUri(enrolment);
      assert.doesNotMatch(uri, /7KQD|00010203/i);
      assert.match(uri, /^(?:coaps:\/\/|postern:)/);
    }
    assert.equal(enrolmentUri({ device: 'lock-1', gateway: null }), 'postern:device/lock-1');
  });

  test('other records on the tag are passed over, and a media type in capitals is the same', () => {
    const loud = { ...record(bytes('a2 01 01 08 41 00')), type: ENROLMENT_MEDIA_TYPE.toUpperCase() };
    const decoded = decodeEnrolmentMessage(encodeNdef([{ ...loud, type: 'text/plain' }, loud]));
    assert.ok(decoded.kind === 'enrolment');
    assert.deepEqual([decoded.uri, decoded.enrolment.kind, decoded.enrolment.device], [null, 'rpk', null]);
  });
});

describe('refused, each by its name', () => {
  const members = (...pairs: readonly (readonly [unknown, unknown])[]): Uint8Array =>
    messageOf(encode(new Map([[1, 1] as const, ...pairs])));
  const refusals: readonly (readonly [title: string, message: Uint8Array, fault: string])[] = [
    ['no record of ours', encodeNdef([uriRecord('coaps://a')]), 'no-enrolment'],
    ['two of ours', messageOf(bytes('a2 01 01 08 41 00'), bytes('a2 01 01 08 41 00')), 'two-enrolments'],
    ['a broken message', bytes('d1'), 'truncated'],
    ['an empty payload', messageOf(EMPTY), 'bad-cbor'],
    ['bytes after the map', messageOf(bytes('a2 01 01 08 41 00 00')), 'bad-cbor'],
    ['an integer that is not minimal', messageOf(bytes('a2 01 18 01 08 41 00')), 'bad-cbor'],
    ['a length that is indefinite', messageOf(bytes('bf 01 01 08 41 00 ff')), 'bad-cbor'],
    ['a member twice', messageOf(bytes('a3 01 01 08 41 00 08 41 00')), 'bad-cbor'],
    ['members in another order', messageOf(bytes('a2 08 41 00 01 01')), 'bad-cbor'],
    ['text that is not UTF-8', messageOf(bytes('a3 01 01 02 61 ff 08 41 00')), 'bad-cbor'],
    ['a tag', messageOf(bytes('c0 a2 01 01 08 41 00')), 'bad-cbor'],
    ['nothing but brackets', messageOf(new Uint8Array(1_000).fill(0x81)), 'bad-cbor'],
    ['an array', messageOf(bytes('80')), 'not-a-map'],
    ['another version', messageOf(bytes('a2 01 02 08 41 00')), 'unknown-version'],
    ['no version', messageOf(bytes('a1 08 41 00')), 'unknown-version'],
    ['a member that nobody knows', members([9, 1]), 'unknown-member'],
    ['a member with a name in text', members(['key', KEY]), 'unknown-member'],
    ['none of the kinds', members([2, 'lamp-1']), 'unclear-kind'],
    ['two of the kinds', members([5, KEY], [6, KEY], [8, KEY]), 'unclear-kind'],
    ['an identity without a key', members([5, KEY]), 'unclear-kind'],
    ['a key without an identity', members([6, KEY]), 'unclear-kind'],
    ['a code without a device', members([7, 'ABCD']), 'unclear-kind'],
    ['a key of seven bytes', members([5, KEY], [6, KEY.subarray(9)]), 'bad-member'],
    ['a key of 65 bytes', members([5, KEY], [6, new Uint8Array(65)]), 'bad-member'],
    ['an identity of no bytes', members([5, EMPTY], [6, KEY]), 'bad-member'],
    ['an identity that is text', members([5, 'lamp'], [6, KEY]), 'bad-member'],
    ['a pin of 31 bytes', members([4, new Uint8Array(31)], [8, KEY]), 'bad-member'],
    ['a name with a line feed', members([2, 'a\nb'], [8, KEY]), 'bad-member'],
    ['a record of more than 1024 bytes', messageOf(new Uint8Array(1_025)), 'too-large'],
    [
      'a URI that is not UTF-8',
      encodeNdef([
        { format: 'well-known', type: 'U', id: EMPTY, payload: bytes('00 ff') },
        record(bytes('a2 01 01 08 41 00')),
      ]),
      'bad-uri',
    ],
  ];
  for (const [title, message, fault] of refusals) test(title, () => assert.equal(faultOf(message), fault));

  test('no sentence about a fault can hold a secret: they are fixed', () => {
    const shown = JSON.stringify(
      decodeEnrolmentMessage(concat(encodeEnrolmentMessage(PSK), EMPTY).fill(0, 40)),
    );
    assert.doesNotMatch(shown, new RegExp(toHex(KEY)));
    for (const words of Object.values(ENROLMENT_FAULTS)) assert.match(words, /^[a-z][\w ,-]+$/i);
  });
});

test('texts of QR codes stay within the characters that are packed tightest', () => {
  assert.equal(pskQrText('6c616d70', '00ff'), 'POSTERN:PSK:1:6C616D70:00FF');
  assert.equal(claimQrText('lamp', '7KQD-2M9X-RT4B'), 'POSTERN:CLAIM:1:6C616D70:7KQD-2M9X-RT4B');
});

test('labels are CSV that every printer driver reads, whatever an identity is', () => {
  const label = {
    name: 'lamp-1',
    owner: 'ann',
    identity: 'a,"b"',
    identityHex: '612c226222',
    keyHex: '00ff',
  };
  assert.equal(
    labelHead() + labelLines([label]),
    'name,owner,identity,key,qr\r\nlamp-1,ann,"a,""b""",00ff,POSTERN:PSK:1:612C226222:00FF\r\n',
  );
});
