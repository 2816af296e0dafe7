/** `postern authority`, and devices by the name in their certificates. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answers, fakeAdmin } from './fake-admin.ts';
import { postern } from './fake-terminal.ts';

const END = Date.UTC(2049, 0, 1);
const shown = {
  anchors: [{ fingerprint: 'ab'.repeat(32), subject: 'CN=Root', notAfter: END, rules: 2 }],
  revocationLists: [
    { issuer: 'CN=Root', number: '05', thisUpdate: 0, nextUpdate: END, revoked: 3, state: 'current' },
  ],
  problem: null as string | null,
};
const answers =
  (view: object, reload?: { status: number; body: object }): Answers =>
  (method) =>
    method === 'GET' ? { status: 200, body: view } : reload;

test('authorities and their lists, and what is wrong with the files', async () => {
  const { out } = await postern(['authority', 'list'], fakeAdmin(answers(shown)));
  assert.match(
    out,
    /^AUTHORITY {2}VALID UNTIL {11}RULES {2}SHA-256\nCN=Root {4}2049-01-01 00:00 UTC {2}2 {6}(?:ab){32}\n\n/,
  );
  assert.match(out, /\nCN=Root {13}05 {6}2049-01-01 00:00 UTC {2}3 {8}current\n$/);
  const wrong = await postern(['authority', 'list'], fakeAdmin(answers({ ...shown, problem: 'too old' })));
  assert.match(wrong.out, /\nnot in force {2}too old\n$/);
  const none = await postern(['authority', 'list'], fakeAdmin(answers({ ...shown, anchors: [] })));
  assert.equal(none.out, 'no authority is configured: dtls.trust_anchors\n');
});

test('a reload says what it changed, and fails with what was refused', async () => {
  const done = { changed: true, closed: 2, ...shown };
  const admin = fakeAdmin(answers(shown, { status: 200, body: done }));
  const { out } = await postern(['authority', 'reload'], admin);
  assert.equal(out, 'in force: 1 trust anchor, 1 revocation list; 2 sessions closed\n');
  assert.equal(admin.asked.at(-1), 'POST /v1/authorities/reload');
  const problem = {
    title: 'refused',
    status: 409,
    code: 'authorities-invalid',
    detail: 'root.crl: it is older',
  };
  const refused = await postern(
    ['authority', 'reload'],
    fakeAdmin(answers(shown, { status: 409, body: problem })),
  );
  assert.equal(refused.code, 1);
  assert.match(refused.err, /root\.crl: it is older/);
});

test('a device by the name in its certificate, of the only authority with rules or of a named one', async () => {
  const gateway = { fingerprint: 'ab', spoken: 'ab', publicKeyPem: 'PEM\n', certificates: [] };
  const device = { id: 'dev-1', revision: 2, kind: 'device', name: 'meter-1', owner: 'usr-1' };
  const credential = { id: 'crd-1', kind: 'x509', subject: 'name:meter-1' };
  const admin = fakeAdmin((method, url) =>
    url.pathname === '/v1/gateway'
      ? { status: 200, body: gateway }
      : method === 'POST'
        ? { status: 201, body: { ...device, credential } }
        : undefined,
  );
  const argv = ['device', 'add', 'meter-1', '--owner', 'ann', '--cert-by-name'];
  assert.match((await postern(argv, admin)).out, /^device meter-1 of ann added\nsubject {2}name:meter-1\n/);
  await postern([...argv, 'CN=Root'], admin);
  const wishes = admin.bodies.map((body) => (body as { credential: unknown }).credential);
  assert.deepEqual(wishes, [
    { kind: 'x509', byName: true },
    { kind: 'x509', byName: true, anchor: 'CN=Root' },
  ]);
  assert.equal((await postern([...argv, '--rpk', '-'], admin)).code, 2);
});
