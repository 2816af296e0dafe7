import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { postern } from './fake-terminal.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-check-'));
after(() => rmSync(scratch, { recursive: true }));

const file = join(scratch, 'gateway.yaml');
const checked = (yaml: string, ...more: string[]) => {
  writeFileSync(file, yaml);
  return postern(['check', '--config', file, ...more]);
};

test('a configuration that is in order is summed up', async () => {
  const { code, out, err } = await postern(['check', '--profile', 'dev']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^the configuration is valid\nprofile {2}dev\n/);
  assert.match(out, /^devices {2}coaps:\/\/127\.0\.0\.1:5684$/m);
  assert.match(out, /^route {4}vault: \/vault\/\* to demo\/vault\/\*$/m);
});

test('every error comes at once, with its line, and the exit code is 78', async () => {
  const { code, out, err } = await checked(
    'listeners:\n  - { address: 127.0.0.1, port: 99999 }\nbakends: {}\n',
  );
  assert.deepEqual([code, out], [78, '']);
  assert.match(err, /gateway\.yaml:2:\d+: \/listeners\/0\/port: .*99999/);
  assert.match(err, /gateway\.yaml:3:\d+: \/bakends: unknown key\n {2}hint: did you mean backends\?/);
});

test('for machines the errors are on standard output', async () => {
  const { code, out } = await checked('log: { level: loud }\n', '--json');
  assert.equal(code, 78);
  const { valid, problems } = JSON.parse(out) as { valid: boolean; problems: { pointer: string }[] };
  assert.equal(valid, false);
  assert.deepEqual(
    problems.map(({ pointer }) => pointer),
    ['/log/level'],
  );
});

test('a file that is not there is an error of configuration', async () => {
  const { code, err } = await postern(['check', '--config', join(scratch, 'missing.yaml')]);
  assert.equal(code, 78);
  assert.match(err, /no such file/);
});
