/** What people do with keys, codes and owners, against an admin interface of a few lines. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fromHex, toHex, utf8 } from '../../../src/base/index.ts';
import { pem } from '../../../src/crypto/index.ts';
import { encodeEnrolmentMessage } from '../../../src/enrolment/index.ts';
import { spkiOf, testKey } from '../../support/x509.ts';
import { type Answers, type FakeAdmin, fakeAdmin } from './fake-admin.ts';
import { postern } from './fake-terminal.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-enrolment-'));
after(() => rmSync(scratch, { recursive: true }));

const KEY = '000102030405060708090a0b0c0d0e0f';
const CODE = '7KQD-2M9X-RT4B';
const FINGERPRINT = 'ab'.repeat(32);
const LOCK = { id: 'dev-00000000000000000002', revision: 2, kind: 'device', name: 'lock-1', owner: null };
const PSK = { id: 'crd-1', kind: 'psk', revision: 5, identity: 'lock-1', identityHex: '6c6f636b2d31' };
const RPK = { id: 'crd-2', kind: 'rpk', revision: 6, fingerprint: 'cd'.repeat(32) };
const ANYWHERE = { gateway: null, gatewayKey: null } as const;
const KEY_NDEF = encodeEnrolmentMessage({
  kind: 'psk',
  device: 'lock-1',
  identity: utf8('lock-1'),
  key: fromHex(KEY) ?? utf8(''),
  ...ANYWHERE,
});
const CLAIM_NDEF = encodeEnrolmentMessage({ kind: 'claim', device: 'lock-1', code: CODE, ...ANYWHERE });
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const CLAIM = { claimCode: CODE, qrText: 'POSTERN:CLAIM:1:00:X', ndef: base64(CLAIM_NDEF) };
const WINDOW = { id: 'claim-window', state: 'open', unclaimed: 3, revision: 9 };

/** A gateway with one device that has these credentials. */
function gateway(credentials: readonly object[] = [PSK]): FakeAdmin {
  const answers: Answers = (method, url, body) => {
    const path = url.pathname;
    if (path === '/v1/gateway')
      return { status: 200, body: { fingerprint: FINGERPRINT, spoken: 'abab', publicKeyPem: 'PEM\n' } };
    if (method === 'GET' && path === '/v1/actors') return page([LOCK]);
    if (method === 'GET' && path === '/v1/credentials') return page(credentials);
    if (method === 'GET' && path === '/v1/sessions') return page([]);
    if (path === '/v1/credentials') return { status: 201, body: { ...PSK, keyHex: KEY } };
    if (path.endsWith('/rotate')) return { status: 201, body: { ...made(body, 'credential'), id: 'crd-9' } };
    if (path.endsWith('/transfer'))
      return { status: 200, body: { ...LOCK, credential: made(body, 'credential') } };
    if (path.endsWith('/reset'))
      return { status: 200, body: { ...LOCK, credential: made(body, 'credential'), ...CLAIM } };
    if (/\/(?:release|claim-code)$/.test(path)) return { status: 200, body: { ...LOCK, ...CLAIM } };
    if (path === '/v1/claims')
      return { status: 201, body: { device: LOCK.id, user: 'usr-1', relationship: 'rel-1', revision: 3 } };
    if (path === '/v1/claim-window') return { status: 200, body: windowOf(method, body) };
    if (method === 'POST' && path === '/v1/actors') return { status: 201, body: added(body) };
    return { status: 200, body: LOCK };
  };
  return fakeAdmin(answers);
}

const page = (items: readonly object[]) => ({ status: 200, body: { items, next: null } });

/** The credential that was wished for, its key with it if the gateway made it. */
function made(body: unknown, member: string): object {
  const wish = (body as Record<string, { kind: string; keyHex?: string }>)[member];
  if (wish?.kind !== 'psk') return RPK;
  return wish.keyHex === undefined
    ? { ...PSK, keyHex: KEY, qrText: 'POSTERN:PSK:1:00:00', ndef: base64(KEY_NDEF) }
    : PSK;
}

function added(body: unknown): object {
  const { name, claim } = body as { name: string; claim?: boolean };
  return {
    ...LOCK,
    name,
    ...(claim === true ? CLAIM : { credential: made(body, 'credential') }),
  };
}

function windowOf(method: string, body: unknown): object {
  if (method === 'DELETE') return { ...WINDOW, state: 'closed', admits: null, notAfter: null };
  const { admits, notAfter } = (body ?? { admits: { kind: 'open', perMinuteMax: 5 }, notAfter: 0 }) as {
    admits: { kind: string; devices?: object[] };
    notAfter: number;
  };
  const devices = admits.devices === undefined ? {} : { devices: admits.devices.length };
  return { ...WINDOW, admits: { ...admits, ...devices }, notAfter };
}

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(scratch, name), content);
  return name;
};
const run = (admin: FakeAdmin, argv: readonly string[], input?: string) =>
  postern(argv, { ...admin, cwd: scratch, ...(input === undefined ? {} : { input }) });
describe('rotate', () => {
  test('a key of the gateway in place of the only one, at the revision that was seen', async () => {
    const admin = gateway();
    const { code, out } = await run(admin, ['device', 'rotate', 'lock-1']);
    assert.equal(code, 0);
    assert.match(
      out,
      /^device lock-1 has a new credential\nthe old one ends when the new one is first used\n/,
    );
    assert.match(out, new RegExp(`key {7}${KEY}\n\nThe key is shown this once`));
    assert.deepEqual(admin.asked.at(-1), 'POST /v1/credentials/crd-1/rotate');
    assert.deepEqual(admin.bodies, [{ credential: { kind: 'psk' } }]);
  });

  test('with an end, and an imported key that is not shown again', async () => {
    const admin = gateway();
    const argv = [
      'device',
      'rotate',
      'lock-1',
      '--identity',
      'new',
      '--key-file',
      '-',
      '--until',
      '2027-01-01',
    ];
    const { out } = await run(admin, argv, KEY);
    assert.match(out, /at the latest 2027-01-01 00:00 UTC\n/);
    assert.doesNotMatch(out, new RegExp(KEY));
    assert.deepEqual(admin.bodies, [
      { credential: { kind: 'psk', identity: 'new', keyHex: KEY }, until: Date.UTC(2027, 0, 1) },
    ]);
  });

  test('a device with a key of its own is not given a shared one by accident', async () => {
    const admin = gateway([RPK]);
    const { code, err } = await run(admin, ['device', 'rotate', 'lock-1']);
    assert.equal(code, 2);
    assert.match(err, /has a raw public key, which the gateway cannot make\n.*--rpk FILE/);
    const next = file('next.pub', pem('PUBLIC KEY', spkiOf(testKey())));
    assert.equal((await run(admin, ['device', 'rotate', 'lock-1', '--rpk', next])).code, 0);
    assert.equal((await run(admin, ['device', 'rotate', 'lock-1', '--psk'])).code, 0);
  });

  test('of several, one has to be named; those there are, are listed', async () => {
    const admin = gateway([PSK, RPK]);
    const { code, err } = await run(admin, ['device', 'rotate', 'lock-1']);
    assert.equal(code, 2);
    assert.match(err, /psk, identity lock-1, crd-1\n {2}rpk, fingerprint (?:cd)+, crd-2\n.*--credential ID/);
    assert.equal((await run(admin, ['device', 'rotate', 'lock-1', '--credential', 'crd-1'])).code, 0);
    assert.equal((await run(admin, ['device', 'rotate', 'lock-1', '--credential', 'crd-7'])).code, 2);
    assert.match(
      (await run(gateway([]), ['device', 'rotate', 'lock-1'])).err,
      /no credential\n.*device add-key lock-1/,
    );
  });

  test('the one that is being replaced already is not meant', async () => {
    const admin = gateway([PSK, { ...RPK, id: 'crd-3', successor: 'crd-1' }]);
    assert.equal((await run(admin, ['device', 'rotate', 'lock-1'])).code, 0);
    assert.equal(admin.asked.at(-1), 'POST /v1/credentials/crd-1/rotate');
    const { out } = await run(admin, ['device', 'show', 'lock-1']);
    assert.match(out, /crd-3, until crd-1 is used\n/);
  });

  test('add-key: one more, of any kind', async () => {
    const admin = gateway([]);
    const { out } = await run(admin, ['device', 'add-key', 'lock-1']);
    assert.match(
      out,
      new RegExp(`^device lock-1 has one more credential\nidentity {2}lock-1\nkey {7}${KEY}\n`),
    );
    assert.deepEqual(admin.bodies, [{ actor: LOCK.id, kind: 'psk' }]);
  });
});

test('suspend and resume: the device, or one of its credentials', async () => {
  const admin = gateway();
  for (const verb of ['suspend', 'resume']) {
    assert.match(
      (await run(admin, ['device', verb, 'lock-1'])).out,
      new RegExp(`^device lock-1 ${verb}e?d: `),
    );
    assert.equal(admin.asked.at(-1), `POST /v1/actors/${LOCK.id}/${verb}`);
    const { out } = await run(admin, ['device', verb, 'lock-1', '--credential', 'crd-1']);
    assert.match(out, new RegExp(`^credential crd-1 of device lock-1 ${verb}e?d\n$`));
    assert.equal(admin.asked.at(-1), `POST /v1/credentials/crd-1/${verb}`);
  }
});

describe('owners', () => {
  test('transfer: the new owner, and the new key', async () => {
    const admin = gateway();
    const { code, out } = await run(admin, ['device', 'transfer', 'lock-1', '--to', 'bob']);
    assert.equal(code, 0);
    assert.match(out, /^device lock-1 belongs to bob now; its old keys have ended\n/);
    assert.match(out, new RegExp(KEY));
    assert.deepEqual(admin.bodies, [{ user: 'bob', credential: { kind: 'psk' } }]);
  });

  test('release and claim-code show the code this once, as a QR code where it is wanted', async () => {
    const admin = gateway();
    for (const verb of ['release', 'claim-code']) {
      assert.match((await run(admin, ['device', verb, 'lock-1'])).out, new RegExp(`claim code {2}${CODE}\n`));
      const { out, err } = await run(admin, ['device', verb, 'lock-1', '--qr', 'svg']);
      assert.match(out, /^<svg /);
      assert.match(err, new RegExp(CODE));
    }
    assert.deepEqual(admin.bodies, [{ established: 'printed' }, { established: 'printed' }]);
  });

  test('reset: the proof comes from a file, and never from the command line', async () => {
    const admin = gateway();
    const argv = [
      'device',
      'reset',
      'lock-1',
      '--proof-file',
      '-',
      '--rpk',
      file('r.pub', pem('PUBLIC KEY', spkiOf(testKey()))),
    ];
    const { code, out } = await run(admin, argv, 'proof of reset\n');
    assert.equal(code, 0);
    assert.match(out, new RegExp(`belongs to nobody now[^]*fingerprint[^]*claim code {2}${CODE}`));
    assert.equal((admin.bodies[0] as { proof: string }).proof, 'proof of reset');
    assert.equal((await run(admin, ['device', 'reset', 'lock-1'])).code, 2);
    assert.equal(
      (await run(admin, ['device', 'reset-proof', 'lock-1', '--proof-file', '-'], 'proof of reset')).code,
      0,
    );
    assert.equal(admin.asked.at(-1), `PUT /v1/actors/${LOCK.id}/reset-proof`);
  });

  test('claim: the code is read from standard input or a file', async () => {
    const admin = gateway();
    const { out } = await run(admin, ['claim', 'lock-1', '--user', 'ann'], `${CODE}\n`);
    assert.equal(out, 'device lock-1 belongs to ann now\n');
    await run(admin, ['claim', 'lock-1', '--user', 'ann', '--code-file', file('code', CODE)]);
    const body = { device: 'lock-1', code: CODE, user: 'ann' };
    assert.deepEqual(admin.bodies, [body, body]);
    assert.equal((await run(admin, ['claim', 'lock-1', '--user', 'ann'], '')).code, 2);
    assert.equal((await run(admin, ['claim', '--user', 'ann'], CODE)).code, 2);
    assert.equal(admin.bodies.length, 2);
  });

  test('add --claim: a device that waits for its first owner', async () => {
    const admin = gateway();
    const { out } = await run(admin, ['device', 'add', 'lock-9', '--claim']);
    assert.match(out, new RegExp(`^device lock-9 added, without owner\nclaim code {2}${CODE}\n`));
    assert.deepEqual(admin.bodies, [{ kind: 'device', name: 'lock-9', claim: true }]);
    for (const extra of [['--owner', 'ann'], ['--psk'], ['--rpk', 'x']])
      assert.equal((await run(admin, ['device', 'add', 'lock-9', '--claim', ...extra])).code, 2);
    assert.equal(admin.bodies.length, 1);
  });
});

describe('tags', () => {
  test('a key goes onto a tag, as the gateway wrote it, in a file for its owner alone', async () => {
    const admin = gateway();
    const { code, out } = await run(admin, ['device', 'add', 'lock-1', '--owner', 'ann', '--ndef', 'a.ndef']);
    assert.equal(code, 0);
    assert.match(out, new RegExp(KEY));
    assert.equal(statSync(join(scratch, 'a.ndef')).mode & 0o777, 0o600);
    assert.deepEqual(new Uint8Array(readFileSync(join(scratch, 'a.ndef'))), KEY_NDEF);
    assert.deepEqual((admin.bodies[0] as { credential: object }).credential, {
      kind: 'psk',
      established: 'nfc',
    });
    const again = await run(admin, ['device', 'add', 'lock-1', '--owner', 'ann', '--ndef', 'a.ndef']);
    assert.equal(again.code, 2);
    assert.equal(admin.bodies.length, 1);
  });

  test('a claim code goes onto a tag, and a tag claims', async () => {
    const admin = gateway();
    await run(admin, ['device', 'claim-code', 'lock-1', '--ndef', 'c.ndef']);
    assert.deepEqual(admin.bodies, [{ established: 'nfc' }]);
    const { code } = await run(admin, ['claim', '--user', 'ann', '--ndef-import', 'c.ndef']);
    assert.equal(code, 0);
    assert.deepEqual(admin.bodies.at(-1), { device: 'lock-1', code: CODE, user: 'ann' });
  });

  test('the key of a tag is imported, under the name it has there or another', async () => {
    const admin = gateway();
    const key = {
      kind: 'psk',
      identity: utf8('m-7'),
      key: fromHex(KEY) ?? utf8(''),
      gateway: null,
      gatewayKey: null,
    } as const;
    file('m.ndef', encodeEnrolmentMessage({ ...key, device: 'meter-7' }));
    const argv = ['device', 'add', '--owner', 'ann', '--ndef-import', 'm.ndef'];
    assert.match((await run(admin, argv)).out, /^device meter-7 of ann added\n/);
    const credential = { kind: 'psk', identityHex: '6d2d37', keyHex: KEY, established: 'nfc' };
    assert.deepEqual(admin.bodies.at(-1), { kind: 'device', name: 'meter-7', owner: 'ann', credential });
    assert.match((await run(admin, [...argv, 'meter-8'])).out, /^device meter-8 of ann added\n/);
    file('anonymous.ndef', encodeEnrolmentMessage({ ...key, device: null }));
    assert.equal((await run(admin, [...argv.slice(0, -1), 'anonymous.ndef'])).code, 2);
  });

  test('the public key of a tag is imported', async () => {
    const admin = gateway();
    const publicKey = spkiOf(testKey());
    file('p.ndef', encodeEnrolmentMessage({ kind: 'rpk', device: 'lock-3', publicKey, ...ANYWHERE }));
    assert.equal((await run(admin, ['device', 'add', '--owner', 'ann', '--ndef-import', 'p.ndef'])).code, 0);
    const { credential } = admin.bodies[0] as { credential: object };
    assert.deepEqual(credential, {
      kind: 'rpk',
      publicKey: pem('PUBLIC KEY', publicKey),
      established: 'nfc',
    });
  });

  test('what is no tag of ours, or the wrong one, is said', async () => {
    const admin = gateway();
    file('broken.ndef', fromHex('d101') ?? '');
    const claim = { kind: 'claim', device: 'lock-1', code: CODE, ...ANYWHERE } as const;
    file('claim.ndef', encodeEnrolmentMessage(claim));
    file(
      'key.ndef',
      encodeEnrolmentMessage({ ...ANYWHERE, kind: 'rpk', device: null, publicKey: utf8('x') }),
    );
    const add = ['device', 'add', '--owner', 'ann', '--ndef-import'];
    const claiming = ['claim', '--user', 'ann', '--ndef-import'];
    for (const [argv, what] of [
      [[...add, 'broken.ndef'], /broken\.ndef ends inside a record\n/],
      [[...add, 'claim.ndef'], /holds a claim code, and no key[^]*postern claim/],
      [[...claiming, 'key.ndef'], /holds a key of a device[^]*device add/],
      [[...add, 'claim.ndef', '--psk'], /one kind of credential/],
      [[...add, 'absent.ndef'], /no such file: absent\.ndef/],
    ] as const) {
      const { code, err } = await run(admin, argv);
      assert.equal(code, 2);
      assert.match(err, what);
    }
    assert.deepEqual(admin.asked, []);
  });

  test('one thing at a time on standard output', async () => {
    const admin = gateway();
    const argv = ['device', 'add', 'lock-1', '--owner', 'ann'];
    for (const extra of [
      ['--qr', 'svg', '--ndef', '-'],
      ['--qr', 'svg', '--json'],
      ['--ndef', '-', '--json'],
    ])
      assert.match((await run(admin, [...argv, ...extra])).err, /only one thing fits on standard output/);
    assert.deepEqual(admin.asked, []);
    const { err } = await run(admin, [...argv, '--ndef', '-']);
    assert.match(err, new RegExp(KEY));
    const imported = await run(
      admin,
      [...argv, '--identity', 'x', '--key-file', '-', '--ndef', 'no.ndef'],
      toHex(utf8(KEY)),
    );
    assert.match(imported.err, /no NDEF message: nothing was made/);
    assert.throws(() => statSync(join(scratch, 'no.ndef')), { code: 'ENOENT' });
  });
});

describe('the claim window', () => {
  test('opens for anybody at a rate, or for a list; shows itself; closes', async () => {
    const admin = gateway();
    const open = ['claim-window', 'open', '--for', '2027-01-01'];
    const { out } = await run(admin, [...open, '--rate', '5']);
    assert.match(out, /open\nfor +anybody, 5 a minute\nuntil +2027-01-01 00:00 UTC\nunclaimed +3 devices/);
    const list = file('list.csv', `claim_code,fingerprint\n${CODE},"${FINGERPRINT}"\n,${'00'.repeat(32)}\n`);
    assert.match((await run(admin, [...open, '--list', list])).out, /for +2 listed keys/);
    assert.deepEqual(admin.bodies.at(-1), {
      admits: {
        kind: 'listed',
        devices: [{ claimCode: CODE, fingerprint: FINGERPRINT }, { fingerprint: '00'.repeat(32) }],
      },
      notAfter: Date.UTC(2027, 0, 1),
    });
    assert.match((await run(admin, ['claim-window'])).out, /^claim window {2}open\n/);
    assert.match((await run(admin, ['claim-window', 'close'])).out, /^claim window {2}closed\n/);
    await run(admin, ['claim-window', 'close', '--remove-newcomers']);
    assert.equal(admin.asked.at(-1), 'DELETE /v1/claim-window?newcomers=remove');
  });

  test('somebody has to be let in, and one kind of them', async () => {
    const admin = gateway();
    for (const extra of [
      [],
      ['--rate', '5', '--list', 'x'],
      ['--rate', '0'],
      ['--rate', 'x'],
      ['--for', 'soon'],
    ])
      assert.equal((await run(admin, ['claim-window', 'open', '--for', '1h', ...extra])).code, 2);
    assert.deepEqual(admin.asked, []);
  });

  test('what the gateway refuses in a list is said with its place', async () => {
    const problem = {
      code: 'key-invalid',
      detail: 'not a fingerprint',
      field: '/admits/devices/1/fingerprint',
    };
    const admin = fakeAdmin(() => ({ status: 400, body: problem }));
    const list = file('bad.csv', `claim_code,fingerprint\n,${'00'.repeat(32)}\n${CODE},zz\n`);
    const { code, err } = await run(admin, ['claim-window', 'open', '--for', '1h', '--list', list]);
    assert.equal(code, 1);
    assert.match(err, /bad\.csv:3:16: not a fingerprint/);
    assert.doesNotMatch(err, new RegExp(CODE));
  });
});
