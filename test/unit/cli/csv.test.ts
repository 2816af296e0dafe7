import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCsv } from '../../../src/cli/batch/csv.ts';
import { utf8 } from '../../../src/base/index.ts';

const fieldsOf = (text: string): string[][] => {
  const csv = readCsv(utf8(text));
  assert.ok(csv.kind === 'csv');
  const show = ({ line, column, text: found }: { line: number; column: number; text: string }): string =>
    `${line}:${column} ${found}`;
  return [csv.head, ...csv.rows].map(({ fields }) => fields.map(show));
};
const problemOf = (bytes: Uint8Array): string => {
  const csv = readCsv(bytes);
  return csv.kind === 'problem' ? `${csv.line}:${csv.column} ${csv.problem}` : assert.fail('it was taken');
};

describe('every field knows its place', () => {
  test('plain, quoted, over several lines, after empty lines', () => {
    assert.deepEqual(fieldsOf('a,b\n\n  \n"x\ny", "q""z,"\n c ,\n'), [
      ['1:1 a', '1:3 b'],
      ['4:1 x\ny', '5:4 q"z,'],
      ['6:1 c', '6:5 '],
    ]);
  });

  test('with a byte order mark, and lines that end in CR LF, as spreadsheets write them', () => {
    assert.deepEqual(fieldsOf('\u{feff}a,b\r\n1,2\r\n\r\n3,4'), [
      ['1:1 a', '1:3 b'],
      ['2:1 1', '2:3 2'],
      ['4:1 3', '4:3 4'],
    ]);
  });
});

describe('what is no CSV of ours is said, with its place', () => {
  const cases: readonly (readonly [title: string, bytes: Uint8Array, problem: RegExp])[] = [
    ['nothing', utf8(''), /^1:1 there is nothing in it$/],
    ['semicolons', utf8('name;owner\na;b'), /^1:1 its columns are not separated by commas/],
    ['tabs', utf8('name\towner\na\tb'), /^1:1 its columns are not separated by commas/],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0]), /^1:1 is UTF-16/],
    ['Latin-1', new Uint8Array([0x6e, 0xe4, 0x2c, 0x61]), /^1:1 is not UTF-8/],
    ['a quote without end', utf8('a,b\n1,"2\n3,4\n'), /^2:3 a quote is opened and never closed$/],
    ['a quote in a field', utf8('a,b\n1,2\n3,SECRET"4\n'), /^3:3 a quote in the middle of a field/],
    ['more after a quote', utf8('a,b\n"1"x,2\n'), /^2:1 there is more after the closing quote/],
  ];
  for (const [title, bytes, problem] of cases) {
    test(title, () => {
      assert.match(problemOf(bytes), problem);
      assert.doesNotMatch(problemOf(bytes), /SECRET/);
    });
  }
});
