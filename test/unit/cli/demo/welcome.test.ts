import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayOutcome, displayWelcome } from '../../../../src/cli/demo/welcome.ts';

const welcome = {
  identity: 'demo-lamp',
  key: 'abcdefghijklmnop',
  keyHex: '6162636465666768696a6b6c6d6e6f70',
  coapsPort: 40_001,
  adminUrl: 'http://127.0.0.1:40002',
  tokenFile: 'var/admin.token',
  backendPort: 40_003,
  executable: 'bin/postern',
};

test('three commands, with the ports and keys of this very start', () => {
  const page = displayWelcome(welcome);
  const uri = 'coaps://127.0.0.1:40001/demo/hello';
  assert.ok(page.includes(`bin/postern device get ${uri} --psk demo-lamp:${welcome.keyHex}\n`));
  assert.ok(page.includes(`coap-client-openssl -m get -u demo-lamp -k abcdefghijklmnop ${uri}\n`));
  assert.match(page, /openssl s_client [^]*-connect 127\.0\.0\.1:40001 -psk_identity demo-lamp -psk 6162/);
  assert.ok(page.split('\n').every((line) => line.length <= 120));
});

test('a first request that failed is not called a success', () => {
  assert.match(
    displayOutcome(welcome, { ok: true, output: '2.05 Content\nhello' }),
    /just now:\n[^]*\n {2}hello\n/,
  );
  assert.match(
    displayOutcome(welcome, { ok: false, output: 'postern: no' }),
    /failed:\n[^]*\n {2}postern: no\n/,
  );
});
