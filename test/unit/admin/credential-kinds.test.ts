/** Credentials of every kind through the admin interface. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../../src/base/index.ts';
import { nodeProvider, pem } from '../../../src/crypto/index.ts';
import { type AdminUnderTest, adminUnderTest, problemOf } from '../../support/admin.ts';
import { authority, device, name, pkcs8Of, spkiOf, subjectAltName, testKey } from '../../support/x509.ts';

const LONG = { notBefore: '2020-01-01T00:00:00Z', notAfter: '2049-01-01T00:00:00Z' };
const root = authority({ subject: 'Meters Root', ...LONG });
const other = authority({ subject: 'Other Root', ...LONG });
const sha256 = (bytes: Uint8Array): string => toHex(nodeProvider.hash('sha256', bytes));
const spki = spkiOf(testKey('p256', 'lock'));
const publicKey = pem('PUBLIC KEY', spki);

async function furnished(anchors: readonly Uint8Array[] = [root.der]): Promise<AdminUnderTest> {
  const admin = await adminUnderTest({ anchors });
  await admin.addUser('ann');
  await admin.addUser('bob');
  return admin;
}

const adding = (admin: AdminUnderTest, name: string, credential: object) =>
  admin.ask('/v1/actors', { body: { kind: 'device', name, owner: 'ann', credential } });

describe('raw public keys', () => {
  for (const [form, text] of [
    ['PEM', publicKey],
    ['base64', Buffer.from(spki).toString('base64')],
    [
      'JWK',
      JSON.stringify({
        kty: 'EC',
        crv: 'P-256',
        x: Buffer.from(spki.subarray(27, 59)).toString('base64url'),
        y: Buffer.from(spki.subarray(59)).toString('base64url'),
      }),
    ],
  ] as const) {
    test(`as ${form}: the device comes with its key, known by its fingerprint`, async () => {
      const admin = await furnished();
      const made = await adding(admin, 'lock', { kind: 'rpk', publicKey: text });
      assert.equal(made.statusCode, 201, made.body);
      const { credential } = made.json();
      assert.deepEqual(
        [credential.kind, credential.fingerprint, credential.established, credential.keyHex],
        ['rpk', sha256(spki), 'file', undefined],
      );
      const listed = await admin.ask(`/v1/credentials/${credential.id}`);
      assert.deepEqual(listed.json(), credential);
      const [shard] = admin.shards.started;
      assert.equal(
        shard?.received.some((message) => message.kind === 'apply' && message.keys.length > 0),
        false,
        'no secret travels',
      );
    });
  }

  test('one key never has two owners', async () => {
    const admin = await furnished();
    await adding(admin, 'lock', { kind: 'rpk', publicKey });
    const again = await adding(admin, 'lock-2', { kind: 'rpk', publicKey });
    assert.deepEqual(problemOf(again), [409, 'identity-taken']);
    assert.equal(again.json().field, '/credential/publicKey');
    const further = await admin.ask('/v1/credentials', { body: { actor: 'lock', kind: 'rpk', publicKey } });
    assert.deepEqual([...problemOf(further), further.json().field], [409, 'identity-taken', '/publicKey']);
    assert.equal((await admin.ask('/v1/actors?kind=device')).json().items.length, 1, 'nothing is half done');
  });

  for (const [what, text, found] of [
    ['a private key', pkcs8Of(testKey('p256', 'lock')), /^found a private key, which belongs on the device/],
    ['another curve', pem('PUBLIC KEY', spkiOf(testKey('p384'))), /^found .*P-384.*accepted are .*P-256/],
    ['an RSA key', pem('PUBLIC KEY', spkiOf(testKey('rsa2048'))), /^found .*RSA.*accepted are/],
    ['PEM of something else', pem('X509 CRL', spki), /^found PEM of the kind X509 CRL/],
    ['text', 'my key', /^found text that is neither PEM, JWK nor base64/],
  ] as const) {
    test(`${what}: refused, naming what was found and what is accepted`, async () => {
      const admin = await furnished();
      const answer = await adding(admin, 'lock', { kind: 'rpk', publicKey: text });
      assert.deepEqual(problemOf(answer), [400, 'key-invalid']);
      const { detail, field } = answer.json();
      assert.match(detail, found);
      assert.match(detail, /accepted are PEM/);
      assert.equal(field, '/credential/publicKey');
      assert.ok(!answer.body.includes('PRIVATE KEY-----'), 'nothing is repeated');
    });
  }
});

describe('certificates', () => {
  test('by subject: the authority by fingerprint, by name, or the only one', async () => {
    const admin = await furnished();
    for (const [name, anchor] of [
      ['a', sha256(root.der)],
      ['b', 'Meters Root'],
      ['c', 'CN=Meters Root'],
      ['d', undefined],
    ] as const) {
      const wish = { kind: 'x509', subject: `CN=${name}`, ...(anchor === undefined ? {} : { anchor }) };
      const made = await adding(admin, name, wish);
      assert.equal(made.statusCode, 201, made.body);
      const { credential } = made.json();
      assert.deepEqual(
        [credential.subject, credential.anchor, credential.established],
        [`CN=${name}`, sha256(root.der), 'ca'],
      );
    }
  });

  test('by the certificate itself, which has to be good', async () => {
    const admin = await furnished([root.der, other.der]);
    const own = device({ subject: 'lock-1', ...LONG }, other);
    const made = await adding(admin, 'lock', { kind: 'x509', certificate: pem('CERTIFICATE', own.der) });
    assert.deepEqual(
      [made.statusCode, made.json().credential.subject, made.json().credential.anchor],
      [201, 'CN=lock-1', sha256(other.der)],
    );
    const expired = device({ ...LONG, notAfter: '2021-01-01T00:00:00Z' }, root);
    const late = await adding(admin, 'late', { kind: 'x509', certificate: pem('CERTIFICATE', expired.der) });
    assert.deepEqual(problemOf(late), [400, 'key-invalid']);
    assert.match(late.json().detail, /CN=lock-1/);
    const stray = device({ ...LONG }, authority({ subject: 'Third Root', ...LONG }));
    const unknown = await adding(admin, 'x', { kind: 'x509', certificate: pem('CERTIFICATE', stray.der) });
    assert.match(unknown.json().detail, /nobody configured as an authority issued CN=lock-1/);
  });

  test('one subject of one authority never has two owners', async () => {
    const admin = await furnished([root.der, other.der]);
    const wish = { kind: 'x509', subject: 'CN=lock-1', anchor: 'Meters Root' };
    await adding(admin, 'lock', wish);
    const again = await adding(admin, 'lock-2', wish);
    assert.deepEqual(
      [...problemOf(again), again.json().field],
      [409, 'identity-taken', '/credential/subject'],
    );
    assert.equal((await adding(admin, 'lock-2', { ...wish, anchor: 'Other Root' })).statusCode, 201);
  });

  test('an authority that is not configured, or not meant clearly: refused, naming those there are', async () => {
    const admin = await furnished([root.der, other.der]);
    for (const anchor of ['Third Root', undefined]) {
      const wish = { kind: 'x509', subject: 'CN=a', ...(anchor === undefined ? {} : { anchor }) };
      const answer = await adding(admin, 'a', wish);
      assert.deepEqual(problemOf(answer), [400, 'key-invalid']);
      assert.match(answer.json().detail, /configured are CN=Meters Root .*CN=Other Root/);
    }
    const bare = await adding(await furnished([]), 'a', { kind: 'x509', subject: 'CN=a' });
    assert.match(bare.json().detail, /dtls\.trust_anchors/);
  });
});

test('a credential may act in the name of another user than the owner', async () => {
  const admin = await furnished();
  const bob = (await admin.ask('/v1/actors?kind=user&name=bob')).json().items[0].id;
  for (const [name, wish] of [
    ['psk', { kind: 'psk' }],
    ['rpk', { kind: 'rpk', publicKey }],
  ] as const) {
    const made = await adding(admin, name, { ...wish, user: 'bob' });
    assert.equal(made.json().credential.user, bob, made.body);
  }
  const nobody = await adding(admin, 'x', { kind: 'psk', user: 'nobody' });
  assert.deepEqual([...problemOf(nobody), nobody.json().field], [404, 'actor-unknown', '/credential/user']);
});

test('members of another kind are refused', async () => {
  const admin = await furnished();
  for (const [credential, field] of [
    [{ kind: 'rpk', publicKey, keyHex: '00' }, 'keyHex'],
    [{ kind: 'psk', publicKey }, 'publicKey'],
    [{ kind: 'rpk' }, 'publicKey'],
    [{ kind: 'x509' }, 'subject'],
    [{ kind: 'x509', subject: 'CN=a', certificate: 'x' }, 'certificate'],
  ] as const) {
    const answer = await adding(admin, 'lock', credential);
    assert.deepEqual(problemOf(answer), [400, 'request-invalid']);
    assert.equal(answer.json().field, `/credential/${field}`);
  }
});

describe('certificates by name', () => {
  const rule = { cn: 'site-{id}', template: '{id}' };
  const withRules = async (): Promise<AdminUnderTest> => {
    const admin = await adminUnderTest({
      anchors: [root.der, other.der],
      subjectRules: [{ anchorHex: sha256(root.der), rule }],
    });
    await admin.addUser('ann');
    return admin;
  };
  const byName = { kind: 'x509', byName: true } as const;

  test('a device is known by its name under the authority that has rules', async () => {
    const admin = await withRules();
    const made = await adding(admin, 'meter-1', byName);
    assert.equal(made.statusCode, 201, made.body);
    const { subject, anchor, established } = made.json().credential;
    assert.deepEqual([subject, anchor, established], ['name:meter-1', sha256(root.der), 'ca']);
    const again = await admin.ask('/v1/credentials', { body: { actor: 'meter-1', ...byName } });
    assert.equal(again.json().code, 'identity-taken');
  });

  test('is refused where no authority has rules, or another is named', async () => {
    const bare = await adding(await furnished(), 'meter-1', byName);
    assert.match(bare.json().detail, /no authority has rules .* dtls\.subject_rules/);
    const elsewhere = await adding(await withRules(), 'meter-1', { ...byName, anchor: 'Other Root' });
    assert.match(elsewhere.json().detail, /there is no such authority; configured are CN=Meters Root/);
    assert.equal(elsewhere.json().field, '/credential/anchor');
  });

  test('is for devices only, and no subject passes for it', async () => {
    const admin = await withRules();
    const platform = await admin.ask('/v1/actors', {
      body: { kind: 'platform', name: 'acme', credential: byName },
    });
    assert.equal(platform.json().code, 'credential-not-allowed', platform.body);
    const posing = await adding(admin, 'lock', {
      kind: 'x509',
      anchor: 'Meters Root',
      subject: 'name:meter-1',
    });
    assert.match(posing.json().detail, /a subject begins with a type/);
  });

  test('a certificate that is one device by its name is not registered for another', async () => {
    const admin = await withRules();
    await adding(admin, 'meter-1', byName);
    const certificate = pem('CERTIFICATE', device({ subject: 'site-meter-1', ...LONG }, root).der);
    const taken = await adding(admin, 'lock', { kind: 'x509', certificate });
    assert.equal(taken.json().code, 'identity-taken');
    assert.match(taken.json().detail, /meter-1's/);
    const own = await admin.ask('/v1/credentials', { body: { actor: 'meter-1', kind: 'x509', certificate } });
    assert.equal(own.statusCode, 201, own.body);
  });

  test('ends like any other', async () => {
    const admin = await withRules();
    const { credential } = (await adding(admin, 'meter-1', byName)).json();
    assert.equal((await admin.ask(`/v1/credentials/${credential.id}`, { method: 'DELETE' })).statusCode, 200);
    const again = await admin.ask('/v1/credentials', { body: { actor: 'meter-1', ...byName } });
    assert.equal(again.statusCode, 201, 'and the name is free');
  });
});

describe('a certificate without a subject', () => {
  test('is registered by its alternative names', async () => {
    const admin = await furnished();
    const extensions = [subjectAltName(['uri', 'urn:dev:1'])];
    const holder = device({ subject: name([]), extensions, ...LONG }, root);
    const made = await adding(admin, 'lock', { kind: 'x509', certificate: pem('CERTIFICATE', holder.der) });
    assert.equal(made.json().credential?.subject, 'subjectAltName=uri:urn:dev:1', made.body);
    const nobody = device({ subject: name([]), extensions: undefined, ...LONG }, root);
    const refused = await adding(admin, 'lock-2', {
      kind: 'x509',
      certificate: pem('CERTIFICATE', nobody.der),
    });
    assert.match(refused.json().detail, /neither a subject nor alternative names/);
  });
});
