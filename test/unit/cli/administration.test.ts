import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pem } from '../../../src/crypto/index.ts';
import { pkcs8Of, spkiOf, testKey } from '../../support/x509.ts';
import { type Answers, fakeAdmin, nobodyThere } from './fake-admin.ts';
import { postern } from './fake-terminal.ts';

const ANN = { id: 'usr-00000000000000000001', revision: 1, kind: 'user', name: 'ann', owner: null };
const LAMP = {
  id: 'dev-00000000000000000002',
  revision: 2,
  kind: 'device',
  name: 'lamp-1',
  owner: ANN.id,
  state: 'suspended',
};
const PSK = { id: 'crd-00000000000000000003', kind: 'psk', identity: 'lamp-1', identityHex: '6c616d702d31' };

const twoActors: Answers = (method, url, body) => {
  const kind = url.searchParams.get('kind');
  if (method === 'GET' && url.pathname === '/v1/actors') {
    return { status: 200, body: { items: [kind === 'user' ? ANN : LAMP], next: null } };
  }
  if (method === 'GET' && url.pathname === '/v1/credentials')
    return { status: 200, body: { items: [PSK], next: null } };
  if (method === 'GET' && url.pathname === '/v1/sessions') {
    const session = {
      id: '0-1',
      principal: LAMP.id,
      path: '192.0.2.1:9',
      suite: 'TLS_PSK_WITH_AES_128_CCM_8',
    };
    const when = new Date(Date.now() - 5_000).toISOString();
    return { status: 200, body: { items: [{ ...session, since: when, lastSeen: when }], next: null } };
  }
  if (method === 'POST' && (body as { kind: string }).kind === 'device') {
    return {
      status: 201,
      body: { ...LAMP, credential: { ...PSK, keyHex: '000102', qrText: 'POSTERN:PSK:1:00:00' } },
    };
  }
  if (method === 'POST') return { status: 201, body: { ...ANN, name: (body as { name: string }).name } };
  return method === 'DELETE' ? { status: 204 } : undefined;
};

describe('users', () => {
  test('add, list, remove', async () => {
    const admin = fakeAdmin(twoActors);
    assert.equal((await postern(['user', 'add', 'bob'], admin)).out, 'user bob added\n');
    assert.equal((await postern(['user', 'list'], admin)).out, `NAME  ID\nann   ${ANN.id}\n`);
    assert.equal((await postern(['user', 'remove', 'ann'], admin)).out, 'user ann removed\n');
    assert.deepEqual(admin.bodies, [{ kind: 'user', name: 'bob' }]);
    assert.equal(admin.asked.at(-1), `DELETE /v1/actors/${ANN.id}`);
  });

  test('one who is not there is not removed', async () => {
    const admin = fakeAdmin(twoActors);
    const { code, err } = await postern(['user', 'remove', 'eve'], admin);
    assert.equal(code, 1);
    assert.equal(err, "postern: there is no user named 'eve'\n  see: postern user list\n");
    assert.ok(!admin.asked.some((asked) => asked.startsWith('DELETE')));
  });
});

describe('devices', () => {
  test('a key made by the gateway is shown once, with a warning', async () => {
    const admin = fakeAdmin(twoActors);
    const { code, out } = await postern(['device', 'add', 'lamp-1', '--owner', 'ann'], admin);
    assert.equal(code, 0);
    assert.match(
      out,
      /^device lamp-1 of ann added\nidentity {2}lamp-1\nkey {7}000102\n\nThe key is shown this once/,
    );
    assert.deepEqual(admin.bodies, [
      { kind: 'device', name: 'lamp-1', owner: 'ann', credential: { kind: 'psk' } },
    ]);
  });

  test('an imported key comes from a file or standard input, never from the command line', async () => {
    const admin = fakeAdmin(twoActors);
    const argv = ['device', 'add', 'lamp-1', '--owner', 'ann', '--identity', 'hex:00FF', '--key-file', '-'];
    assert.equal((await postern(argv, { ...admin, input: ' 0A0B\n' })).code, 0);
    assert.deepEqual((admin.bodies[0] as { credential: unknown }).credential, {
      kind: 'psk',
      identityHex: '00FF',
      keyHex: '0a0b',
    });
    for (const input of ['', 'zz', '00\n11'])
      assert.equal((await postern(argv, { ...admin, input })).code, 2);
    const half = await postern(argv.slice(0, -2), admin);
    assert.equal(half.code, 2);
    assert.match(half.err, /both --identity and --key-file/);
    assert.equal(admin.bodies.length, 1);
  });

  test("a public key is read, checked and sent; the gateway's own is shown for pinning", async () => {
    const spki = spkiOf(testKey());
    const publicKey = pem('PUBLIC KEY', spki);
    const gateway = {
      fingerprint: 'ab'.repeat(32),
      spoken: 'abab abab',
      publicKeyPem: 'PEM\n',
      certificates: [],
    };
    const admin = fakeAdmin((method, url, body) => {
      if (url.pathname === '/v1/gateway') return { status: 200, body: gateway };
      if (method !== 'POST') return undefined;
      const credential = { id: PSK.id, kind: 'rpk', fingerprint: 'cd'.repeat(32) };
      return { status: 201, body: { ...LAMP, name: (body as { name: string }).name, credential } };
    });
    const argv = ['device', 'add', 'lock-1', '--owner', 'ann', '--rpk', '-'];
    const { code, out } = await postern(argv, { ...admin, input: publicKey });
    assert.equal(code, 0);
    assert.match(out, /^device lock-1 of ann added\nfingerprint {2}(?:cd){32}\n\ngateway key {2}abab abab\n/);
    assert.match(out, /PEM\n$/);
    assert.deepEqual((admin.bodies[0] as { credential: unknown }).credential, { kind: 'rpk', publicKey });
    const json = await postern([...argv, '--json'], { ...admin, input: publicKey });
    assert.deepEqual((JSON.parse(json.out) as { gateway: unknown }).gateway, gateway);
  });

  test('a private key never leaves this machine, and what was found is said', async () => {
    const admin = fakeAdmin(() => undefined);
    for (const kind of ['--rpk', '--cert']) {
      const argv = ['device', 'add', 'lock-1', '--owner', 'ann', kind, '-'];
      const { code, err } = await postern(argv, { ...admin, input: pkcs8Of(testKey()) });
      assert.equal(code, 2);
      assert.match(err, /^postern: standard input: found (?:a private key|PEM of the kind PRIVATE KEY)/);
    }
    const both = await postern(['device', 'add', 'a', '--owner', 'b', '--rpk', 'x', '--cert', 'y'], admin);
    assert.match(both.err, /one kind of credential/);
    assert.deepEqual(admin.asked, []);
  });

  test('a QR code goes to standard output alone', async () => {
    const admin = fakeAdmin(twoActors);
    const { out, err } = await postern(['device', 'add', 'lamp-1', '--owner', 'ann', '--qr', 'svg'], admin);
    assert.match(out, /^<svg /);
    assert.match(err, /key {7}000102/);
  });

  test('list and show name the owner', async () => {
    const admin = fakeAdmin(twoActors);
    assert.equal(
      (await postern(['device', 'list'], admin)).out,
      `NAME    OWNER  STATE      ID\nlamp-1  ann    suspended  ${LAMP.id}\n`,
    );
    const { out } = await postern(['device', 'show', 'lamp-1'], admin);
    assert.match(out, /^owner {7}ann$/m);
    assert.match(out, /^state {7}suspended$/m);
    assert.match(out, /^credential {2}psk, identity lamp-1, crd-/m);
    assert.match(out, /^session {5}192\.0\.2\.1:9, .*, last seen 5 s ago$/m);
  });
});

test('sessions are listed with the name of their device, and closed by id', async () => {
  const admin = fakeAdmin(twoActors);
  const { out } = await postern(['sessions', 'list'], admin);
  assert.match(out, /^0-1 {2}lamp-1 {2}192\.0\.2\.1:9 {2}PSK_WITH_AES_128_CCM_8 {2}5 s {4}5 s\n/m);
  assert.equal((await postern(['sessions', 'close', '0-1'], admin)).out, 'session 0-1 closed\n');
  assert.equal(admin.asked.at(-1), 'DELETE /v1/sessions/0-1');
});

test('lists are read to their last page', async () => {
  const admin = fakeAdmin((_, url) => {
    const second = url.searchParams.get('cursor') === 'more';
    return {
      status: 200,
      body: { items: [{ ...ANN, name: second ? 'zoe' : 'ann' }], next: second ? null : 'more' },
    };
  });
  const { out } = await postern(['user', 'list', '--json'], admin);
  assert.deepEqual(
    (JSON.parse(out) as { name: string }[]).map(({ name }) => name),
    ['ann', 'zoe'],
  );
});

describe('what goes wrong is said with what to do', () => {
  test('a refusal of the gateway: its sentence, our hint, exit 1, in JSON too', async () => {
    const problem = { code: 'name-taken', detail: 'there is a user named ann already' };
    const admin = fakeAdmin(() => ({ status: 409, body: problem }));
    const { code, out, err } = await postern(['user', 'add', 'ann', '--json'], admin);
    assert.equal(code, 1);
    assert.equal(
      err,
      'postern: there is a user named ann already\n  choose another name, or remove it first\n',
    );
    assert.equal((JSON.parse(out) as { error: string }).error, problem.detail);
  });

  test('a wrong token', async () => {
    const admin = fakeAdmin(twoActors);
    const { code, err } = await postern(['user', 'list', '--token', 'guess'], admin);
    assert.equal(code, 1);
    assert.match(err, /admin\.token/);
    assert.doesNotMatch(err, /guess/);
  });

  test('nobody there: 69', async () => {
    const { code, err } = await postern(['user', 'list'], nobodyThere);
    assert.equal(code, 69);
    assert.match(err, /no gateway answers at http:\/\/127\.0\.0\.1/);
  });

  test('somebody else there: 69', async () => {
    const admin = fakeAdmin(() => ({ status: 200, body: undefined }));
    const other = fakeAdmin(() => ({ status: 500, body: 'oops' }));
    assert.equal((await postern(['user', 'list'], other)).code, 69);
    const { code, err } = await postern(['user', 'list'], admin);
    assert.equal(code, 69);
    assert.match(err, /not a postern gateway/);
  });
});
