import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../../../src/base/index.ts';
import { pathText } from '../../../src/policy/index.ts';
import { compileRoutes, matchRoute, parseTemplate, type RouteTable } from '../../../src/relay/index.ts';
import { pathThrough } from '../../../src/relay/route.ts';

type Rule = [path: string, rewrite: string];

function table(...rules: Rule[]): RouteTable {
  const compiled = compileRoutes(
    rules.map(([path, rewrite]) => ({ name: path, path, backend: 'b', rewrite })),
  );
  assert.ok(!Array.isArray(compiled), JSON.stringify(compiled));
  return compiled as RouteTable;
}

const segments = (path: string): Uint8Array[] => (path === '/' ? [] : path.slice(1).split('/').map(utf8));

/** `route -> backend path`, or `-`. */
function match(routes: RouteTable, path: string): string {
  const found = matchRoute(routes, segments(path));
  return found === undefined ? '-' : `${found.route.name} -> ${pathText(found.resource.segments)}`;
}

describe('routes', () => {
  test('an exact template matches its path only', () => {
    const routes = table(['/status', '/health/now']);
    assert.equal(match(routes, '/status'), '/status -> /health/now');
    for (const other of ['/', '/status/', '/status/x', '/Status', '/statu', '/statuss', '/x/status']) {
      assert.equal(match(routes, other), '-', other);
    }
  });

  test('an open template matches itself and everything below', () => {
    const routes = table(['/in/*', '/store/x/*']);
    assert.equal(match(routes, '/in'), '/in/* -> /store/x');
    assert.equal(match(routes, '/in/a/b'), '/in/* -> /store/x/a/b');
    assert.equal(match(routes, '/in/'), '/in/* -> /store/x/');
    assert.equal(match(routes, '/inn'), '-');
  });

  test('the longest match wins, in whatever order the rules are', () => {
    const rules: Rule[] = [
      ['/*', '/0/*'],
      ['/a/*', '/1/*'],
      ['/a/b/*', '/2/*'],
      ['/a/b', '/3'],
      ['/a/b/c/d', '/4'],
    ];
    for (const ordered of [rules, rules.toReversed()]) {
      const routes = table(...ordered);
      assert.equal(match(routes, '/'), '/* -> /0');
      assert.equal(match(routes, '/x'), '/* -> /0/x');
      assert.equal(match(routes, '/a/x'), '/a/* -> /1/x');
      assert.equal(match(routes, '/a/b'), '/a/b -> /3');
      assert.equal(match(routes, '/a/b/c'), '/a/b/* -> /2/c');
      assert.equal(match(routes, '/a/b/c/d'), '/a/b/c/d -> /4');
      assert.equal(match(routes, '/a/b/c/d/e'), '/a/b/* -> /2/c/d/e');
    }
  });

  test('bytes are compared, never their encodings', () => {
    const routes = table(['/a%2Fb/*', '/x/*'], ['/%C3%A4', '/y']);
    assert.equal(match(routes, '/a/b'), '-');
    assert.equal(matchRoute(routes, [utf8('a/b')])?.route.name, '/a%2Fb/*');
    assert.equal(matchRoute(routes, [utf8('a%2Fb')]), undefined);
    assert.equal(matchRoute(routes, [utf8('ä')])?.route.name, '/%C3%A4');
    assert.equal(matchRoute(routes, [utf8('a\u0308')]), undefined, 'no Unicode normalisation');
  });

  test('nothing but what the rules say is reachable', () => {
    const routes = table(['/demo/*', '/public/*'], ['/one', '/single']);
    const segment = fc.oneof(fc.constantFrom('demo', 'one', 'public', '', '%2e', '*'), fc.string());
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (path) => {
        const found = matchRoute(routes, path.map(utf8));
        const expected =
          path[0] === 'demo'
            ? ['public', ...path.slice(1)]
            : path.length === 1 && path[0] === 'one'
              ? ['single']
              : undefined;
        assert.deepEqual(found?.resource.segments, expected?.map(utf8));
      }),
    );
  });

  test('a path of the backend becomes the path that leads there', () => {
    const routes = table(['/demo/*', '/v1/*'], ['/one', '/v1/single']);
    const demo = matchRoute(routes, segments('/demo'))?.route;
    const one = matchRoute(routes, segments('/one'))?.route;
    assert.ok(demo !== undefined && one !== undefined);
    assert.equal(pathText(pathThrough(demo, segments('/v1/things/5')) ?? []), '/demo/things/5');
    assert.equal(pathThrough(demo, segments('/v2/things/5')), undefined);
    assert.equal(pathThrough(demo, []), undefined);
    assert.equal(pathText(pathThrough(one, segments('/v1/single')) ?? []), '/one');
    assert.equal(pathThrough(one, segments('/v1/single/more')), undefined);
  });

  test('all problems of all rules are told', () => {
    const bad: Rule[] = [
      ['a', '/b'],
      ['/a', 'b'],
      ['/a/*/b', '/x'],
      ['/a*', '/x'],
      ['/a/*', '/x'],
      ['/b', '/x/*'],
      ['/%zz', '/x'],
      ['/../x', '/x'],
      ['/%2e%2E', '/x'],
      ['/%ff', '/x'],
      [`/${'a'.repeat(256)}`, '/x'],
    ];
    const problems = compileRoutes(
      bad.map(([path, rewrite], i) => ({ name: `r${i}`, path, backend: 'b', rewrite })),
    );
    assert.ok(Array.isArray(problems));
    assert.deepEqual(
      problems.map(({ route }) => route),
      bad.map((_, i) => `r${i}`),
    );
  });

  test('two routes for one path are a problem that names both', () => {
    const rule = { path: '/a/*', backend: 'b', rewrite: '/x/*' };
    const problems = compileRoutes([
      { ...rule, name: 'first' },
      { ...rule, name: 'second' },
    ]);
    assert.deepEqual(problems, [{ route: 'second', problem: 'path /a/* is already taken by route first' }]);
  });

  test('templates', () => {
    assert.deepEqual(parseTemplate('/'), { segments: [], open: false });
    assert.deepEqual(parseTemplate('/*'), { segments: [], open: true });
    assert.deepEqual(parseTemplate('/a/'), { segments: [utf8('a'), utf8('')], open: false });
    assert.equal(parseTemplate(''), undefined);
  });
});
