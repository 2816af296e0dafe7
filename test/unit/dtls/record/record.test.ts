import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, toHex, utf8 } from '../../../../src/base/index.ts';
import { nodeProvider } from '../../../../src/crypto/index.ts';
import { parseRecord, type RecordHeader } from '../../../../src/dtls/record/header.ts';
import {
  type Protection,
  RecordProtection,
  recordLength,
  unwrapInner,
} from '../../../../src/dtls/record/protection.ts';
import { SUITES } from '../../../../src/dtls/suite/registry.ts';
import { ivLength } from '../../../../src/dtls/suite/aead.ts';
import { AEADS } from '../../../../src/crypto/index.ts';
import { plainRecord, recordsOf } from '../../../support/dtls-wire.ts';

const dropOf = (datagram: Uint8Array, cidLength = 0) => {
  const parsed = parseRecord(datagram, 0, cidLength);
  return 'drop' in parsed ? [parsed.drop, parsed.next] : 'record';
};

describe('record headers', () => {
  test('are read as they are written', () => {
    const datagram = plainRecord({ type: 23, epoch: 1, sequence: 0x0102_0304_0506 }, Uint8Array.of(7, 8));
    assert.equal(toHex(datagram), '17fefd000101020304050600020708');
    const [record] = recordsOf(datagram);
    assert.deepEqual(
      [record?.type, record?.version, record?.epoch, record?.sequence, record?.start, record?.end],
      [23, 0xfefd, 1, 0x0102_0304_0506, 13, 15],
    );
  });

  test('hold the largest sequence number exactly', () => {
    const [record] = recordsOf(plainRecord({ sequence: 2 ** 48 - 1 }, new Uint8Array(0)));
    assert.equal(record?.sequence, 2 ** 48 - 1);
  });

  test('that are cut, or promise more than there is, end the datagram', () => {
    const datagram = plainRecord({}, new Uint8Array(5));
    for (let length = 1; length < datagram.length; length++)
      assert.deepEqual(dropOf(datagram.subarray(0, length)), ['malformed-record', length]);
  });

  test('of an unknown type, a wrong version or too long are passed over', () => {
    for (const type of [0, 19, 24, 25, 26, 255])
      assert.deepEqual(dropOf(plainRecord({ type }, new Uint8Array(3))), ['unknown-content-type', 16]);
    for (const version of [0x0303, 0xfefc, 0xfefe, 0x0100])
      assert.deepEqual(dropOf(plainRecord({ version }, new Uint8Array(3))), ['wrong-version', 16]);
    assert.deepEqual(dropOf(plainRecord({ version: 0xfeff, epoch: 1 }, new Uint8Array(3))), [
      'wrong-version',
      16,
    ]);
    assert.equal(dropOf(plainRecord({ version: 0xfeff }, new Uint8Array(3))), 'record');
    assert.deepEqual(dropOf(plainRecord({}, new Uint8Array(18_433))), ['oversized-record', 18_446]);
    assert.equal(dropOf(plainRecord({}, new Uint8Array(18_432))), 'record');
  });

  test('with a connection ID are known where connection IDs are', () => {
    const head = Uint8Array.of(25, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0xa, 0xb, 0xc, 0, 2, 5, 6);
    const parsed = parseRecord(head, 0, 3);
    assert.ok('record' in parsed);
    assert.deepEqual([...parsed.record.cid], [0xa, 0xb, 0xc]);
    assert.deepEqual([parsed.record.start, parsed.record.end, parsed.record.sequence], [16, 18, 9]);
    assert.equal(dropOf(head, 0)[0], 'malformed-record');
    head[4] = 0;
    assert.deepEqual(dropOf(head, 3), ['wrong-epoch', 18]);
  });
});

function protection(row: (typeof SUITES)[number], cid = new Uint8Array(0)): Protection {
  const { keyLength, macKeyLength } = AEADS[row.aead];
  const key = nodeProvider.aeadKey(row.aead, new Uint8Array(keyLength + macKeyLength).fill(1));
  return { key, iv: new Array<number>(ivLength(row.nonce)).fill(2), nonce: row.nonce, cid };
}

describe('record protection', () => {
  const records = () => new RecordProtection(nodeProvider, () => new Uint8Array(16).fill(9));
  const head = { type: 23, epoch: 1, sequence: 7, version: 0xfefd } as const;

  for (const row of new Map(SUITES.map((suite) => [suite.aead, suite])).values()) {
    for (const cid of [new Uint8Array(0), Uint8Array.of(1, 2, 3, 4)]) {
      const form = cid.length > 0 ? 'with' : 'without';
      test(`${row.aead}, ${form} a connection ID: opens what it wrote, where it wrote it`, () => {
        const keys = protection(row, cid);
        const plaintext = utf8('temperature 21');
        const out = new Uint8Array(5 + recordLength(keys, plaintext.length));
        const end = records().write(out, 5, head, keys, plaintext);
        assert.equal(end, out.length);
        const parsed = parseRecord(out, 5, cid.length);
        assert.ok('record' in parsed);
        const opened = records().open(out, parsed.record, keys);
        const content = cid.length > 0 ? unwrapInner(opened as Uint8Array)?.plaintext : opened;
        assert.deepEqual(content, plaintext);
        for (const [at, name] of [
          [5 + 4, 'epoch'],
          [5 + 10, 'sequence'],
          [out.length - 1, 'tag'],
        ] as const) {
          const forged = out.slice();
          forged[at] = (forged[at] as number) ^ 2;
          const again = parseRecord(forged, 5, cid.length);
          assert.ok('record' in again);
          assert.equal(records().open(forged, again.record, keys), undefined, name);
        }
      });
    }
  }

  test('another type is another record', () => {
    const keys = protection(SUITES[0]);
    const out = new Uint8Array(recordLength(keys, 1));
    records().write(out, 0, head, keys, Uint8Array.of(1));
    out[0] = 21;
    const [record] = recordsOf(out);
    assert.equal(records().open(out, record as RecordHeader, keys), undefined);
  });

  test('what is shorter than nonce and tag opens to nothing', () => {
    const keys = protection(SUITES[0]);
    for (let length = 0; length < 16; length++) {
      const datagram = plainRecord({ type: 23, epoch: 1 }, new Uint8Array(length));
      assert.equal(records().open(datagram, recordsOf(datagram)[0] as RecordHeader, keys), undefined);
    }
  });

  test('the inner plaintext ends in its type, behind which there may be zeros (RFC 9146 4)', () => {
    const inner = concat(utf8('x'), Uint8Array.of(23), new Uint8Array(9));
    assert.deepEqual(unwrapInner(inner), { type: 23, plaintext: utf8('x') });
    assert.equal(unwrapInner(new Uint8Array(9)), undefined);
    assert.deepEqual(unwrapInner(Uint8Array.of(21)), { type: 21, plaintext: new Uint8Array(0) });
  });
});
