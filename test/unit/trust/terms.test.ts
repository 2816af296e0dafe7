import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import { type Scope, parseScope } from '../../../src/trust/scope.ts';
import { type Bounds, excess, isDuring, isEmptySpan, meet, reaches } from '../../../src/trust/terms.ts';

const all = parseScope([{ actions: ['*'], resources: ['*'] }]) as Scope;
const some = parseScope([{ actions: ['read'], resources: ['/a/*'] }]) as Scope;
const bounds = (more: Partial<Bounds> = {}): Bounds => ({
  scope: all,
  level: 'manage',
  notBefore: null,
  notAfter: null,
  ...more,
});

describe('terms', () => {
  test('the meet takes the narrower of everything', () => {
    const a = bounds({ notBefore: wallTime(5), notAfter: wallTime(9) });
    const b = bounds({ scope: some, level: 'operate', notBefore: wallTime(3), notAfter: wallTime(8) });
    const expected = { scope: some, level: 'operate', notBefore: 5, notAfter: 8 };
    assert.deepEqual(meet(a, b), expected);
    assert.deepEqual(meet(b, a), expected);
    assert.deepEqual(meet(a, bounds()), a);
  });

  test('what goes beyond bounds is named', () => {
    const limit = bounds({ scope: some, notBefore: wallTime(5), notAfter: wallTime(9) });
    assert.equal(excess(limit, limit), undefined);
    assert.equal(excess({ ...limit, scope: all }, limit), 'scope');
    assert.equal(excess({ ...limit, level: 'administer' }, limit), 'level');
    assert.equal(excess({ ...limit, notBefore: wallTime(4) }, limit), 'notBefore');
    assert.equal(excess({ ...limit, notBefore: null }, limit), 'notBefore');
    assert.equal(excess({ ...limit, notAfter: wallTime(10) }, limit), 'notAfter');
    assert.equal(excess({ ...limit, notAfter: null }, limit), 'notAfter');
    assert.equal(
      excess({ ...limit, level: 'view', notBefore: wallTime(6), notAfter: wallTime(7) }, limit),
      undefined,
    );
  });

  test('validity begins with its first moment and ends before its last', () => {
    const week = bounds({ notBefore: wallTime(5), notAfter: wallTime(9) });
    assert.deepEqual(
      [4, 5, 8, 9].map((t) => isDuring(week, wallTime(t))),
      [false, true, true, false],
    );
    assert.ok(isEmptySpan({ notBefore: wallTime(5), notAfter: wallTime(5) }));
    assert.ok(!isEmptySpan({ notBefore: wallTime(5), notAfter: wallTime(6) }));
    assert.ok(!isEmptySpan({ notBefore: wallTime(5), notAfter: null }));
  });

  test('levels ascend', () => {
    assert.ok(reaches('administer', 'view'));
    assert.ok(reaches('operate', 'operate'));
    assert.ok(!reaches('view', 'operate'));
  });
});
