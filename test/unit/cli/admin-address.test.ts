import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gatewayAddress } from '../../../src/cli/admin-address.ts';
import { CommandFault } from '../../../src/cli/fault.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-cli-'));
after(() => rmSync(scratch, { recursive: true }));

const state = join(scratch, 'var');
mkdirSync(state);
writeFileSync(join(state, 'admin.token'), 'from-file\n');

const at = (env: Record<string, string>, cwd = scratch): Terminal => ({
  env,
  cwd,
  interactive: false,
  attended: false,
  ask: () => undefined,
  write: () => undefined,
  note: () => undefined,
  input: async () => new Uint8Array(0),
  fetch,
});

test('flags go before the environment, which goes before the state directory', () => {
  const env = { POSTERN_URL: 'http://b:2/', POSTERN_TOKEN: 'env' };
  assert.deepEqual(gatewayAddress({ url: 'http://a:1', token: 'flag' }, at(env)), {
    url: 'http://a:1',
    token: 'flag',
  });
  assert.deepEqual(gatewayAddress({}, at(env)), { url: 'http://b:2', token: 'env' });
  assert.deepEqual(gatewayAddress({}, at({})), { url: 'http://127.0.0.1:8080', token: 'from-file' });
});

test('POSTERN_STATE moves the state directory', () => {
  assert.equal(gatewayAddress({}, at({ POSTERN_STATE: state }, '/nonexistent')).token, 'from-file');
});

test('no token says which file was looked for, and ends with 69', () => {
  assert.throws(
    () => gatewayAddress({}, at({}, '/nonexistent')),
    (thrown) => {
      assert.ok(thrown instanceof CommandFault);
      assert.equal(thrown.exit, 69);
      assert.match(thrown.message, /\/nonexistent\/var\/admin\.token is not there/);
      return true;
    },
  );
});

test('a URL that is none is a usage fault', () => {
  for (const url of ['127.0.0.1:8080', 'ftp://a', '']) {
    assert.throws(
      () => gatewayAddress({ url, token: 't' }, at({})),
      (thrown) => thrown instanceof CommandFault && thrown.exit === 2,
    );
  }
});
