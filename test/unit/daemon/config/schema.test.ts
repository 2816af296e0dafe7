import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configSchema } from '../../../../src/daemon/config/index.ts';

type Node = {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly patternProperties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
};

function* nodes(node: Node, path = ''): Generator<[string, Node]> {
  yield [path, node];
  for (const [key, inner] of Object.entries(node.properties ?? {})) yield* nodes(inner, `${path}/${key}`);
  for (const inner of Object.values(node.patternProperties ?? {})) yield* nodes(inner, `${path}/*`);
  if (node.items !== undefined) yield* nodes(node.items, `${path}/0`);
}

describe('JSON Schema of the configuration', () => {
  const all = [...nodes(configSchema)];

  test('every key is described', () => {
    const keys = all.filter(([path]) => path !== '' && !/\/[0*]$/.test(path));
    assert.ok(keys.length > 30, `${keys.length} keys`);
    const silent = keys.filter(([, node]) => node.description === undefined).map(([path]) => path);
    assert.deepEqual(silent, []);
  });

  test('every number that is a quantity names its unit', () => {
    const numbers = all.filter(([, node]) => node.type === 'number').map(([path]) => path);
    const unitless = numbers.filter((path) => !/_(s|ms|bytes|per_second)$/.test(path));
    assert.deepEqual(unitless, []);
  });

  test('nothing that has a default is required', () => {
    for (const [path, node] of all) {
      for (const key of node.required ?? []) {
        assert.equal(node.properties?.[key]?.default, undefined, `${path}/${key}`);
      }
    }
    assert.equal((configSchema as Node).required, undefined, 'an empty file is a configuration');
  });

  test('is plain JSON', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(configSchema)), configSchema);
  });
});
