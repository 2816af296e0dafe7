/** bin/postern itself: found from anywhere, runs on the right Node, and says what is missing when it cannot run. */
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run, start, temporaryDirectory } from '../../support/process.ts';

const executable = fileURLToPath(new URL('../../../bin/postern', import.meta.url));
const scratch = temporaryDirectory('executable');

test('it runs through symbolic links, from any directory, and prints no warning', async () => {
  mkdirSync(join(scratch, 'links/deeper'), { recursive: true });
  const relative = join(scratch, 'links/relative');
  symlinkSync(executable, join(scratch, 'absolute'));
  symlinkSync('../absolute', relative);
  const { code, stdout, stderr } = await run(relative, ['--version'], { cwd: tmpdir() });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

for (const version of ['v20.11.1', 'v24.14.0']) {
  test(`with a Node that is too old, ${version}, it says so in two lines and ends with 69`, async () => {
    const lonely = copyOf(`old-node-${version}`);
    const old = join(scratch, `path-of-${version}`);
    mkdirSync(old);
    writeFileSync(join(old, 'node'), `#!/bin/sh\necho ${version}\n`);
    chmodSync(join(old, 'node'), 0o755);
    const { code, stdout, stderr } = await run(lonely, ['--help'], { env: { PATH: `${old}:/usr/bin:/bin` } });
    assert.equal(code, 69);
    assert.equal(stdout, '');
    assert.ok(stderr.startsWith(`postern: needs Node 24.15 or later, ${version} is at /`), stderr);
    assert.match(stderr, /\n {2}.*nodejs\.org/);
    assert.equal(stderr.trimEnd().split('\n').length, 2);
  });
}

test('without any Node as well', async () => {
  const tools = join(scratch, 'no-node-path');
  mkdirSync(tools);
  for (const tool of ['sh', 'dirname', 'readlink']) symlinkSync(`/usr/bin/${tool}`, join(tools, tool));
  const { code, stderr } = await run(copyOf('no-node'), [], { env: { PATH: tools } });
  assert.equal(code, 69);
  assert.match(stderr, /^postern: needs Node 24\.15 or later, none is on the PATH\n/);
});

test('without its packages it names the one command that gets them', async () => {
  const bare = copyOf('no-packages');
  const root = dirname(dirname(bare));
  cpSync(fileURLToPath(new URL('../../../src', import.meta.url)), join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  const { code, stderr } = await run(bare, ['--help'], {
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
  });
  assert.equal(code, 69);
  assert.match(stderr, /^postern: Cannot find package 'commander'.*\n {2}run: cd \S+ && npm ci\n$/);
});

test('a half-copied tree is named', async () => {
  const { code, stderr } = await run(copyOf('half'), [], {
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
  });
  assert.equal(code, 69);
  assert.match(stderr, /is incomplete/);
});

test('it becomes the program: a signal sent to it reaches the program', async () => {
  const child = start(executable, [
    'device',
    'put',
    'coaps://192.0.2.1/',
    '--psk',
    'a:00',
    '--payload-file',
    '-',
  ]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { code, signal } = await child.stop('SIGTERM');
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGTERM' });
});

test('a reader that stops early is no failure', async () => {
  const { code, stderr } = await run('sh', ['-c', `'${executable}' --help | head -1; exit 0`]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
});

/** The executable alone, in a tree of its own. */
function copyOf(name: string): string {
  const copy = join(scratch, name, 'bin/postern');
  cpSync(executable, copy);
  return copy;
}
