import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, test } from 'node:test';
import { LAYERS } from '../tools/layers.ts';
import { ledgerFindings } from '../tools/tidy/ledger.ts';
import { lockFindings } from '../tools/tidy/lock-file.ts';
import { textFindings } from '../tools/tidy/text.ts';
import { findings, tidyRepository, waive } from '../tools/tidy.ts';

test('the repository is tidy', () => {
  assert.deepEqual(tidyRepository(), []);
});

test('every test file belongs to a layer, so that none is silently left out', () => {
  const known = new Set(LAYERS.flatMap((layer) => globSync(layer.files)));
  assert.deepEqual(
    globSync('test/**/*.test.ts').filter((path) => !known.has(path)),
    [],
  );
});

describe('who may import whom', () => {
  const doors = [
    'base',
    'base/wire',
    'crypto',
    'dtls',
    'coap',
    'trust',
    'daemon/ports',
    'adapters/store',
    'admin',
  ];
  const tree = doors.map((door) => ({ path: `src/${door}/index.ts`, text: 'export {};\n' }));
  const cases: readonly [path: string, line: string, expected: string | undefined][] = [
    ['src/dtls/a.ts', `import { a } from '../base/index.ts';`, undefined],
    ['src/dtls/record/a.ts', `import { a } from '../../base/wire/index.ts';`, undefined],
    ['src/dtls/a.ts', `import { a } from '../coap/index.ts';`, 'dtls may not import coap'],
    ['src/coap/a.ts', `import type { A } from '../crypto/index.ts';`, 'coap may not import crypto'],
    ['src/policy/a.ts', `import type { A } from '../trust/index.ts';`, undefined],
    ['src/policy/a.ts', `import { type A, type B } from '../trust/index.ts';`, undefined],
    ['src/policy/a.ts', `import { a } from '../trust/index.ts';`, undefined],
    ['src/policy/a.ts', `import { a } from '../relay/index.ts';`, 'policy may not import relay'],
    [
      'src/base/a.ts',
      `import { createHash } from 'node:crypto';`,
      'base may not import the package node:crypto',
    ],
    ['src/crypto/a.ts', `import { createHash } from 'node:crypto';`, undefined],
    ['src/dtls/a.ts', `const late = () => import('../coap/index.ts');`, 'dtls may not import coap'],
    ['src/dtls/a.ts', `export { b } from '../base/bytes.ts';`, 'enter src/base through its index.ts'],
    [
      'src/adapters/udp/a.ts',
      `import { b } from '../store/index.ts';`,
      'adapters/udp may not import adapters/store',
    ],
    ['src/adapters/store/a.ts', `import { b } from '../../daemon/ports/index.ts';`, undefined],
    ['src/main.ts', `import { b } from './admin/index.ts';`, undefined],
    ['src/main.ts', `import { b } from './dtls/endpoint.ts';`, 'enter src/dtls through its index.ts'],
    ['src/dtls/a.ts', `import { b } from '../base/index';`, '../base/index: write the extension .ts'],
    [
      'src/dtls/a.ts',
      `import { b } from '../../test/fakes/clock.ts';`,
      '../../test/fakes/clock.ts is outside src/',
    ],
    ['src/attic/a.ts', 'export {};', 'belongs to no room of tools/tidy/table.ts'],
  ];
  for (const [path, line, expected] of cases) {
    test(`${path}: ${line}`, () => {
      const found = findings([...tree, { path, text: `${line}\n` }]);
      assert.deepEqual(
        found.map(({ message }) => message),
        expected === undefined ? [] : [expected],
      );
    });
  }

  test('within a room, a folder with a door is entered through it, and left freely', () => {
    const found = findings([
      { path: 'src/dtls/index.ts', text: `import './record/index.ts';\n` },
      { path: 'src/dtls/record/index.ts', text: `import '../effect.ts';\n` },
      { path: 'src/dtls/effect.ts', text: `import './record/header.ts';\n` },
      { path: 'src/dtls/record/header.ts', text: 'export {};\n' },
    ]);
    assert.deepEqual(
      found.map(({ path, message }) => `${path}: ${message}`),
      ['src/dtls/effect.ts: enter src/dtls/record through its index.ts'],
    );
  });
});

describe('what may be written in the pure rooms', () => {
  for (const [name, text] of Object.entries({
    waiting: 'export const f = async () => { await g(); };',
    clock: 'export const now = () => Date.now();',
    dice: 'export const roll = () => Math.random();',
    timer: 'export const later = () => { setTimeout(f, 1); };',
    process: 'export const id = () => process.pid;',
    buffer: `export const bytes = () => Buffer.from('a');`,
  })) {
    test(`${name} is refused in dtls, and allowed in an adapter`, () => {
      assert.ok(rulesBroken('src/dtls/a.ts', text).includes('purity'));
      assert.deepEqual(rulesBroken('src/adapters/udp/a.ts', text), []);
    });
  }

  test('the same words as keys, properties and in comments are harmless', () => {
    const text = [
      '/** Date, process and setTimeout are mentioned here. */',
      'export interface Ports { readonly process: number; readonly Date: string }',
      `export const f = (ports: Ports): unknown => ({ process: ports.process, performance: 'Buffer' });`,
    ].join('\n');
    assert.deepEqual(rulesBroken('src/dtls/a.ts', text), []);
  });

  test('a collection kept in an object needs a bound; a constant table and a local do not', () => {
    assert.deepEqual(rulesBroken('src/coap/a.ts', 'export class A { readonly #kept = new Map(); }'), [
      'unbounded',
    ]);
    assert.deepEqual(rulesBroken('src/coap/a.ts', 'export const f = () => ({ kept: new Set() });'), [
      'unbounded',
    ]);
    assert.deepEqual(
      rulesBroken('src/coap/a.ts', 'const T: ReadonlySet<number> = new Set([1]);\nexport { T };'),
      [],
    );
    assert.deepEqual(
      rulesBroken('src/coap/a.ts', 'export const f = () => { const seen = new Set(); g(seen); };'),
      [],
    );
  });

  test('no inheritance, no emitters', () => {
    assert.deepEqual(rulesBroken('src/relay/a.ts', 'export class B extends A {}'), ['banned']);
    assert.deepEqual(rulesBroken('src/relay/a.ts', 'export interface B extends A {}'), []);
    assert.deepEqual(rulesBroken('src/relay/a.ts', 'export const e = new EventEmitter();'), ['banned']);
  });
});

describe('what may be written below src/', () => {
  for (const [name, text] of Object.entries({
    'a bare Error': `export const f = () => { throw new Error('no'); };`,
    any: 'export const f = (a: any): void => g(a);',
    'a default export': 'export default 1;',
    console: `export const f = () => console.log('hello');`,
    'a test-only branch': `export const f = () => process.env['NODE_ENV'];`,
    'a silenced compiler': '// @ts-expect-error because\nexport const a: number = f();',
  })) {
    test(`${name} is refused`, () => {
      assert.deepEqual(rulesBroken('src/admin/a.ts', text), ['banned']);
    });
  }

  test('the command line may print', () => {
    assert.deepEqual(rulesBroken('src/cli/a.ts', `export const f = () => console.log('hello');`), []);
  });

  test('module-level mutable state is refused', () => {
    for (const text of ['let n = 0;', 'export const m = new Map();', 'const list: string[] = [];']) {
      assert.deepEqual(rulesBroken('src/admin/a.ts', text), ['state'], text);
    }
    assert.deepEqual(rulesBroken('src/admin/a.ts', 'export class A { static count = 0; }'), ['state']);
    assert.deepEqual(rulesBroken('src/admin/a.ts', 'export const NAMES = ["a"] as const;'), []);
  });

  test('names that say nothing are refused', () => {
    assert.deepEqual(rulesBroken('src/admin/a.ts', 'export class SessionManager {}'), ['names']);
    assert.deepEqual(rulesBroken('src/dtls/a.ts', 'export const handleRecord = 1;'), ['names']);
    assert.deepEqual(rulesBroken('src/dtls/string-utils.ts', 'export {};'), ['names']);
    assert.deepEqual(rulesBroken('src/dtls/camelCase.ts', 'export {};'), ['names']);
    assert.deepEqual(rulesBroken('src/adapters/udp/a.ts', 'export const f = (data: string) => g(data);'), []);
  });

  test('files, functions and lines have a size', () => {
    assert.deepEqual(rulesBroken('src/admin/a.ts', 'export {};\n'.repeat(400)), []);
    assert.deepEqual(rulesBroken('src/admin/a.ts', 'export {};\n'.repeat(401)), ['size']);
    const body = (lines: number): string => `export function f() {\n${'  g();\n'.repeat(lines - 2)}}\n`;
    assert.deepEqual(rulesBroken('src/admin/a.ts', body(60)), []);
    assert.deepEqual(rulesBroken('src/admin/a.ts', body(61)), ['size']);
    assert.deepEqual(rulesBroken('src/admin/a.ts', `// ${'word '.repeat(24)}`), ['width']);
  });
});

describe('what may be committed', () => {
  const slash = '/';
  const dashes = '-----';
  for (const [rule, text] of Object.entries({
    'machine-path': `see ${slash}home${slash}someone`,
    registry: 'https://registry.' + 'example.com/',
    'private-key': `${dashes}BEGIN EC PRIVATE ` + `KEY${dashes}`,
    unfinished: '// TO' + 'DO later',
    conflict: `${'<'.repeat(7)} HEAD`,
  })) {
    test(`${rule} is refused`, () => {
      assert.deepEqual(
        textFindings({ path: 'src/a.ts', text }).map((found) => found.rule),
        [rule],
      );
    });
  }

  test('a certificate, a URL and a path below the project are fine', () => {
    const text = `${dashes}BEGIN CERTIFICATE${dashes} https://example.com${slash}work${slash}a ./tmp/a`;
    assert.deepEqual(textFindings({ path: 'docs/a.md', text }), []);
  });

  test('the lock file names no address, holds every platform, and versions are pinned', () => {
    const found = lockFindings(
      {
        packages: {
          'node_modules/a': {
            version: '1.0.0',
            resolved: 'somewhere',
            optionalDependencies: { 'a-linux': '1.0.0' },
          },
        },
      },
      { dependencies: { a: '^1.0.0' } },
    );
    assert.equal(found.length, 3);
  });

  test('tests that the ledger names exist', () => {
    const ledger = { path: 'test/rfc/ledger.md', text: '| 4.1 | `test/rfc/a.test.ts` "4.1 holds" |\n' };
    const named = { path: 'test/rfc/a.test.ts', text: `test('4.1 holds', () => {});` };
    assert.deepEqual(ledgerFindings([ledger, named]), []);
    assert.equal(
      ledgerFindings([ledger, { ...named, text: '' }])[0]?.message,
      'no such test: test/rfc/a.test.ts "4.1 holds"',
    );
    assert.equal(ledgerFindings([ledger])[0]?.message, 'no such test: test/rfc/a.test.ts');
  });
});

test('a waiver excuses its line only, and an idle one is reported', () => {
  const finding = { rule: 'size', path: 'src/a.ts', line: 3, message: 'long' };
  const waiver = { rule: 'size', path: 'src/a.ts', line: 'function f', because: 'a table' };
  assert.deepEqual(
    waive([finding], [waiver], () => 'function f() {'),
    { standing: [], idle: [] },
  );
  assert.deepEqual(
    waive([finding], [waiver], () => 'function g() {'),
    { standing: [finding], idle: [waiver] },
  );
});

function rulesBroken(path: string, text: string): string[] {
  const found = findings([{ path, text: `${text}\n` }]);
  return [...new Set(found.map(({ rule }) => rule))];
}
