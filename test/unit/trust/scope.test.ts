import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  beyond,
  covers,
  meetPatterns,
  meetScopes,
  parseScope,
  type Pattern,
  type Scope,
} from '../../../src/trust/scope.ts';

function scope(...resources: string[]): Scope {
  const parsed = parseScope([{ actions: ['read'], resources }]);
  assert.ok(!('problem' in parsed), JSON.stringify(parsed));
  return parsed;
}

const met = (p: string, q: string): string | undefined => meetPatterns(p as Pattern, q as Pattern);

describe('scope', () => {
  test('a pattern ends with its path, or holds everything below it by whole segments', () => {
    const cases: [string, string, boolean][] = [
      ['d/lock/state', 'd/lock/state', true],
      ['d/lock/state', 'd/lock/state/now', false],
      ['d/lock/state', 'd/lamp/state', false],
      ['d/lock/*', 'd/lock/', true],
      ['d/lock/*', 'd/lock/a/b', true],
      ['d/lock/*', 'd/lock2/a', false],
      ['d/lock/a/*', 'd/lock/a', true],
      ['d/lock/a/*', 'd/lock/ab', false],
      ['/a/*', 'd/lock/a/b', true],
      ['/a/*', 'backend/acme/a', true],
      ['/a', 'd/lock/a/b', false],
      ['/d/lock/a', 'd/lock/a', false],
      ['*', 'backend/acme/', true],
      ['backend/acme/*', 'backend/acme/in', true],
      ['backend/acme/*', 'd/acme/in', false],
      ['/%2A', 'd/lock/%2A', true],
    ];
    for (const [pattern, resource, expected] of cases) {
      assert.equal(covers(scope(pattern), 'read', resource), expected, `${pattern} ${resource}`);
    }
    assert.equal(covers(scope('*'), 'write', 'd/lock/a'), false, 'only the actions that are named');
  });

  test('what both patterns match is one pattern, or nothing', () => {
    const cases: [string, string, string | undefined][] = [
      ['/*', 'd/lock/a', 'd/lock/a'],
      ['d/lock/*', 'd/lock/a/*', 'd/lock/a/*'],
      ['d/lock/*', '/a/*', 'd/lock/a/*'],
      ['d/lock/a/*', '/*', 'd/lock/a/*'],
      ['d/lock/a/*', '/a/b', 'd/lock/a/b'],
      ['d/lock/a', '/a/b', undefined],
      ['d/lock/*', 'd/lamp/*', undefined],
      ['/a/*', '/a/*', '/a/*'],
      ['/a/*', '/b/*', undefined],
      ['/a', '/a/*', '/a'],
    ];
    for (const [p, q, expected] of cases) {
      assert.equal(met(p, q), expected, `${p} ${q}`);
      assert.equal(met(q, p), expected, `${q} ${p}`);
    }
  });

  test('the meet of scopes covers exactly what both cover, and lies within both', () => {
    const pattern = fc
      .tuple(
        fc.constantFrom('', 'd/a', 'd/b', 'backend/a'),
        fc.constantFrom('', '/x', '/x/y', '/z'),
        fc.boolean(),
      )
      .map(([place, path, open]) => `${place}${path}${open || path === '' ? '/*' : ''}`);
    const actions = fc.subarray(['read', 'write', 'execute'], { minLength: 1 });
    const wish = fc.array(
      fc.record({ actions, resources: fc.array(pattern, { minLength: 1, maxLength: 3 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    const universe = ['d/a', 'd/b', 'backend/a', 'd/new'].flatMap((place) =>
      ['/', '/x', '/x/y', '/x/new', '/x/y/z', '/z', '/z/new', '/new'].map((path) => `${place}${path}`),
    );
    fc.assert(
      fc.property(wish, wish, (p, q) => {
        const [a, b] = [parseScope(p) as Scope, parseScope(q) as Scope];
        const both = meetScopes(a, b);
        assert.equal(beyond(both, a), undefined);
        assert.equal(beyond(both, b), undefined);
        let within = true;
        for (const action of ['read', 'write', 'execute'] as const) {
          for (const resource of universe) {
            const given = covers(a, action, resource);
            assert.equal(covers(both, action, resource), given && covers(b, action, resource));
            if (given && !covers(b, action, resource)) within = false;
          }
        }
        assert.equal(beyond(a, b) === undefined, within);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  test('what is no scope is refused with the place of what is wrong', () => {
    const wrong: [string[], string[], string][] = [
      [[], ['*'], '/0/actions'],
      [['fly'], ['*'], '/0/actions'],
      [['read'], [], '/0/resources'],
      [['read'], ['*', ''], '/0/resources/1'],
      [['read'], ['lock'], '/0/resources/0'],
      [['read'], ['d/lock'], '/0/resources/0'],
      [['read'], ['d/lock/*/a'], '/0/resources/0'],
      [['read'], ['/a/../b'], '/0/resources/0'],
      [['read'], ['/.'], '/0/resources/0'],
      [['read'], ['/ä'], '/0/resources/0'],
      [['read'], ['/%2a'], '/0/resources/0'],
      [['read'], [`/${'a'.repeat(256)}`], '/0/resources/0'],
      [['read'], new Array(17).fill('/a'), '/0/resources'],
    ];
    for (const [actions, resources, field] of wrong) {
      const parsed = parseScope([{ actions, resources }]);
      assert.equal('problem' in parsed && parsed.field, field, JSON.stringify(resources));
    }
    assert.ok('problem' in parseScope([]));
  });
});
