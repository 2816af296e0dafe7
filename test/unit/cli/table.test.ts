import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayAge, facts, table } from '../../../src/cli/table.ts';

test('a column is as wide as its widest cell, and no line ends in blanks', () => {
  assert.equal(
    table(
      ['name', 'id'],
      [
        ['a', '1'],
        ['long-one', ''],
      ],
    ),
    'NAME      ID\na         1\nlong-one\n',
  );
});

test('facts line up their values', () => {
  assert.equal(
    facts([
      ['a', '1'],
      ['bcd', '2'],
    ]),
    'a    1\nbcd  2\n',
  );
});

test('ages come in the unit a person would take, and never negative', () => {
  const ages = [-5, 999, 119_000, 120_000, 7_199_000, 7_200_000, 172_800_000].map(displayAge);
  assert.deepEqual(ages, ['0 s', '1 s', '119 s', '2 min', '120 min', '2 h', '2 d']);
});
