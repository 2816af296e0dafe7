/** The DER reader: what X.690 allows once is read, everything that says the same in another way is refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DerReader, derDocument, textOf } from '../../../../src/crypto/pki/der.ts';
import { decoding } from '../../../../src/crypto/pki/fault.ts';
import { bytes, der, integer, oid, sequence } from '../../../support/x509.ts';

/** The result of reading, or the name of the fault. */
function read<T>(input: string | Uint8Array, parse: (reader: DerReader) => T): unknown {
  const answer = decoding(() => {
    const reader = new DerReader(typeof input === 'string' ? bytes(input) : input);
    const result = parse(reader);
    reader.end();
    return { result };
  });
  return 'fault' in answer ? answer.fault : answer.result;
}

function table<T>(parse: (reader: DerReader) => T, rows: readonly (readonly [string, unknown])[]): void {
  for (const [input, expected] of rows) assert.deepEqual(read(input, parse), expected, input);
}

describe('elements', () => {
  test('lengths are definite, minimal and within the bytes', () => {
    table(
      (reader) => reader.any().content.length,
      [
        ['0400', 0],
        ['040100', 1],
        [`048180${'00'.repeat(128)}`, 128],
        [`04820100${'00'.repeat(256)}`, 256],
        ['0480', 'bad-length'],
        ['048101ff', 'bad-length'],
        [`0482007f${'00'.repeat(127)}`, 'bad-length'],
        [`048200ff${'00'.repeat(255)}`, 'bad-length'],
        ['04840000000100', 'bad-length'],
        ['0401', 'truncated'],
        ['0483ffffff00', 'truncated'],
        ['04', 'truncated'],
        ['', 'truncated'],
        ['0000', 'bad-tag'],
        ['1f8101', 'bad-tag'],
        ['040000', 'trailing-bytes'],
      ],
    );
  });

  test('another type than the one asked for is refused, an optional one is left', () => {
    assert.equal(
      read('0400', (reader) => reader.element(0x05)),
      'bad-tag',
    );
    assert.equal(
      read('', (reader) => reader.element(0x05)),
      'truncated',
    );
    assert.equal(
      read('0400', (reader) => {
        assert.equal(reader.optional(0x05), undefined);
        return reader.optional(0x04)?.length;
      }),
      0,
    );
  });

  test('nesting ends at sixteen levels', () => {
    const nested = (levels: number): Uint8Array =>
      Array.from({ length: levels }).reduce((inner: Uint8Array) => sequence(inner), new Uint8Array(0));
    const descend = (reader: DerReader): void => {
      if (!reader.done) descend(reader.sequence());
    };
    assert.equal(read(nested(16), descend), undefined);
    assert.equal(read(nested(17), descend), 'too-deep');
  });

  test('a document is one sequence of bounded size', () => {
    const fault = (input: string): unknown => {
      const answer = decoding(() => ({ kind: 'read', done: derDocument(bytes(input), 4).done }));
      return answer.kind === 'malformed' ? (answer as { fault: string }).fault : answer;
    };
    assert.deepEqual(fault('3000'), { kind: 'read', done: true });
    assert.equal(fault('300000'), 'trailing-bytes');
    assert.equal(fault('3003040100'), 'too-large');
    assert.equal(fault('3100'), 'bad-tag');
  });
});

describe('values', () => {
  test('integers are minimal and not negative', () => {
    table(
      (reader) => reader.small(),
      [
        ['020100', 0],
        ['02017f', 127],
        ['02020080', 128],
        ['02047fffffff', 0x7fffffff],
        ['0200', 'bad-integer'],
        ['020180', 'bad-integer'],
        ['0202007f', 'bad-integer'],
        ['02050080000000', 'bad-integer'],
      ],
    );
    assert.deepEqual(
      read(integer('ff'), (reader) => reader.unsigned(2)),
      bytes('00ff'),
    );
  });

  test('booleans have one encoding each', () => {
    table(
      (reader) => reader.boolean(),
      [
        ['010100', false],
        ['0101ff', true],
        ['010101', 'bad-boolean'],
        ['0100', 'bad-boolean'],
        ['01020000', 'bad-boolean'],
      ],
    );
  });

  test('bit strings of whole bytes', () => {
    table(
      (reader) => reader.octetsInBitString(),
      [
        ['03020001', bytes('01')],
        ['030100', bytes('')],
        ['03020700', 'bad-bit-string'],
        ['0300', 'bad-bit-string'],
      ],
    );
  });

  test('object identifiers', () => {
    for (const dotted of ['1.2.840.10045.2.1', '2.5.29.15', '0.9.2342.19200300.100.1.25', '2.999.3']) {
      assert.equal(
        read(oid(dotted), (reader) => reader.oid()),
        dotted,
      );
    }
    table(
      (reader) => reader.oid(),
      [
        ['0600', 'bad-oid'],
        ['060180', 'bad-oid'],
        ['06028001', 'bad-oid'],
        ['06032a8001', 'bad-oid'],
        [`060b2a${'ff'.repeat(9)}7f`, 'bad-oid'],
        [`0641${'2a'.repeat(65)}`, 'bad-oid'],
      ],
    );
  });

  test('times are UTC with seconds, and days that exist', () => {
    const utc = (text: string): Uint8Array => der(0x17, new TextEncoder().encode(text));
    const general = (text: string): Uint8Array => der(0x18, new TextEncoder().encode(text));
    const at = (input: Uint8Array): unknown => read(input, (reader) => reader.time());
    for (const [text, iso] of [
      ['700101000000Z', '1970-01-01T00:00:00Z'],
      ['491231235959Z', '2049-12-31T23:59:59Z'],
      ['500101000000Z', '1950-01-01T00:00:00Z'],
      ['240229120000Z', '2024-02-29T12:00:00Z'],
      ['000229000000Z', '2000-02-29T00:00:00Z'],
    ] as const) {
      assert.equal(at(utc(text)), Date.parse(iso), text);
    }
    assert.equal(at(general('99991231235959Z')), Date.parse('9999-12-31T23:59:59Z'));
    assert.equal(at(general('20260615120000Z')), Date.parse('2026-06-15T12:00:00Z'));
    for (const text of [
      '2606151200Z',
      '260615120000',
      '260615120000+0100',
      '260631000000Z',
      '261301000000Z',
    ]) {
      assert.equal(at(utc(text)), 'bad-time', text);
    }
    for (const text of ['20260615120000.5Z', '20230229000000Z', '20260615240000Z', '21000229000000Z', '٢٠']) {
      const wrong = at(general(text));
      assert.ok(wrong === 'bad-time' || wrong === 'bad-text', text);
    }
  });

  test('every day of four centuries is where the calendar has it', () => {
    for (let day = Date.UTC(1970, 0, 1); day < Date.UTC(2370, 0, 1); day += 86_400_000 * 13) {
      const digits = new Date(day).toISOString().slice(0, 10).replaceAll('-', '');
      const input = der(0x18, new TextEncoder().encode(`${digits}000000Z`));
      assert.equal(
        read(input, (reader) => reader.time()),
        day,
      );
    }
  });

  test('texts of the types that names use', () => {
    table(
      (reader) => textOf(reader.any()),
      [
        ['0c02c3a4', 'ä'],
        ['0c01c3', 'bad-text'],
        ['130141', 'A'],
        ['1601ff', 'bad-text'],
        ['1e0400410042', 'AB'],
        ['1e03004100', 'bad-text'],
        ['1e02d800', 'bad-text'],
        ['140141', undefined],
      ],
    );
  });
});
