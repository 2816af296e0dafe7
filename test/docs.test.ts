import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { drifted } from '../tools/docgen.ts';
import { commandPaths } from '../tools/docgen/cli.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...globSync('{docs,config,certs,test,docker}/**/*.md'),
].filter((path) => existsSync(path));
const written = documents.filter((path) => !path.startsWith('docs/reference/'));

test('the reference pages and the JSON Schema say what the source says', () => {
  assert.deepEqual(drifted(), []);
});

describe('links lead somewhere', () => {
  for (const path of documents) {
    test(path, () => {
      const broken = linksOf(read(path)).filter((link) => !leadsSomewhere(path, link));
      assert.deepEqual(broken, []);
    });
  }

  test('a link to a missing file or heading would be found', () => {
    assert.equal(leadsSomewhere('docs/STYLE.md', 'NOWHERE.md'), false);
    assert.equal(leadsSomewhere('docs/STYLE.md', 'STYLE.md#no-such-heading'), false);
    assert.equal(leadsSomewhere('docs/STYLE.md', 'STYLE.md#what-is-never-committed'), true);
  });
});

describe('commands that the documents name exist', () => {
  const commands = new Set(commandPaths());
  for (const path of written) {
    test(path, () => {
      assert.deepEqual(unknownCommands(read(path), commands), []);
    });
  }

  test('an unknown command would be found', () => {
    const text = 'Run `npm run nothing`, then:\n\n```sh\nbin/postern device frobnicate x\n```\n';
    assert.deepEqual(unknownCommands(text, commands), ['npm run nothing', 'postern device frobnicate x']);
  });
});

test('docs/adr/dependencies.md gives a reason for each dependency, and for no other package', () => {
  const page = read('docs/adr/dependencies.md');
  const explained = [...page.matchAll(/^\| `([^`]+)` \| (\S.*) \|$/gm)].map(([, name]) => name);
  const [runtime = '', development = ''] = page.split('## In development');
  assert.deepEqual(
    explained.toSorted(),
    Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).toSorted(),
  );
  for (const name of Object.keys(manifest.dependencies)) assert.ok(runtime.includes(`\`${name}\``), name);
  for (const name of Object.keys(manifest.devDependencies))
    assert.ok(development.includes(`\`${name}\``), name);
});

test('docs/adr/README.md lists every decision', () => {
  const decisions = globSync('docs/adr/[0-9]*.md').map((path) => path.slice('docs/adr/'.length));
  const listed = linksOf(read('docs/adr/README.md')).filter((link) => /^\d/.test(link));
  assert.deepEqual(listed, decisions.toSorted());
  for (const path of decisions) {
    for (const part of ['Context', 'Decision', 'Consequences', 'How we would know it was wrong']) {
      assert.match(read(`docs/adr/${path}`), new RegExp(`^## ${part}$`, 'm'), `${path}: ${part}`);
    }
  }
});

describe('docs/THREATS.md', () => {
  const rows = [...read('docs/THREATS.md').matchAll(/^\| ([DKCPGA]\d\d) \|.*\|([^|]*)\|$/gm)];

  test('has every threat once', () => {
    const ids = rows.map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual([...new Set(ids.map((id) => id?.[0]))], ['D', 'K', 'C', 'P', 'G', 'A']);
  });

  for (const [, id, evidence = ''] of rows) {
    test(`${id} is shown by a test that exists, or says what will bring it`, () => {
      const named = [...evidence.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
      assert.ok(named.length > 0 || /not yet: \w/.test(evidence), evidence);
      for (const path of named) assert.ok(existsSync(path), path);
    });
  }
});

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Targets of Markdown links and images, outside code. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** Whether a link in the document `from` points at a file, and at a heading if it names one. Other sites: yes. */
function leadsSomewhere(from: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const [file = '', heading] = link.split('#');
  const target = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(target)) return false;
  return heading === undefined || headingsOf(read(target)).includes(heading);
}

/** Anchors as code hosts make them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

/** Commands in code, inline or in blocks, that neither package.json nor the command line knows. */
function unknownCommands(text: string, commands: ReadonlySet<string>): string[] {
  const code = [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(([piece]) => piece).join('\n');
  const scripts = [...code.matchAll(/\bnpm run ([\w:-]+)/g)]
    .filter(([, name = '']) => manifest.scripts[name] === undefined)
    .map(([command]) => command);
  // `postern ready …` is what the gateway prints, not a command.
  const named = [
    ...code.replaceAll('postern ready', '').matchAll(/(?:^|[`\s/])postern((?: [a-z][a-z-]*)+)/gm),
  ].map(([, words = '']) => `postern${words}`);
  return [...scripts, ...named.filter((command) => !isKnown(command, commands)).map((command) => command)];
}

/** Words that follow a command that has no subcommands are its arguments. */
function isKnown(command: string, commands: ReadonlySet<string>): boolean {
  const words = command.split(' ');
  for (let count = words.length; count > 1; count--) {
    const prefix = words.slice(0, count).join(' ');
    if (!commands.has(prefix)) continue;
    const hasChildren = [...commands].some((other) => other.startsWith(`${prefix} `));
    return count === words.length || !hasChildren;
  }
  return false;
}
