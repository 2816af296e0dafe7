import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { adminUnderTest, problemOf } from '../../support/admin.ts';

const post = { method: 'POST' } as const;
const at = (revision: number) => ({ headers: { 'if-match': `"${revision}"` } });

const STALE = [412, 'revision-stale'];
const RAW_KEY =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==';

describe('admin: rotation of credentials', () => {
  test('a successor comes with a key of its own; both are there until the old one ends', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const { credential: old } = await admin.addDevice('lamp');
    const until = Date.now() + 60_000;
    const path = `/v1/credentials/${old.id}/rotate`;
    const made = await admin.ask(path, { body: { credential: { kind: 'psk' }, until } });
    assert.equal(made.statusCode, 201, made.body);
    const successor = made.json();
    assert.match(successor.keyHex, /^[0-9a-f]{32}$/);
    assert.notEqual(successor.keyHex, old.keyHex);
    assert.equal(made.headers['location'], `/v1/credentials/${successor.id}`);
    const { items } = (await admin.ask('/v1/credentials')).json();
    const shown = items.map((each: { id: string; notAfter: number; successor: string }) => [
      each.id,
      each.notAfter,
      each.successor,
    ]);
    assert.deepEqual(
      new Map(shown.map(([id, ...rest]: [string]) => [id, rest])),
      new Map([
        [old.id, [until, successor.id]],
        [successor.id, [null, null]],
      ]),
    );
    const again = await admin.ask(path, { body: { credential: { kind: 'psk' } } });
    assert.deepEqual(problemOf(again), [409, 'credential-replaced']);
    assert.deepEqual(again.json().missing, { successor: successor.id });
  });
});

describe('admin: credentials suspended and resumed', () => {
  test('reversible, guarded by the revision', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const { credential } = await admin.addDevice('lamp');
    const path = `/v1/credentials/${credential.id}`;
    assert.deepEqual(problemOf(await admin.ask(`${path}/suspend`, { ...post, ...at(1) })), STALE);
    const off = (await admin.ask(`${path}/suspend`, { ...post, ...at(2) })).json();
    assert.deepEqual([off.state, off.revision], ['suspended', 3]);
    const on = (await admin.ask(`${path}/resume`, post)).json();
    assert.deepEqual([on.state, on.revision], ['active', 4]);
    const unknown = await admin.ask('/v1/credentials/crd-none/suspend', post);
    assert.deepEqual(problemOf(unknown), [404, 'credential-unknown']);
  });
});

describe('admin: the claim window', () => {
  test('closed by default, opened, shown, closed; each by its revision', async () => {
    const admin = await adminUnderTest();
    const first = await admin.ask('/v1/claim-window');
    const closed = { id: 'claim-window', state: 'closed', admits: null, notAfter: null, unclaimed: 0 };
    assert.deepEqual(first.json(), { ...closed, revision: 0 });
    assert.equal(first.headers['etag'], '"0"');
    const notAfter = Date.now() + 60_000;
    const body = { admits: { kind: 'open', perMinuteMax: 5 }, notAfter };
    const put = (over: object = {}) => admin.ask('/v1/claim-window', { method: 'PUT', body, ...over });
    const opened = await put(at(0));
    assert.equal(opened.statusCode, 200, opened.body);
    assert.deepEqual(opened.json(), { ...closed, ...body, state: 'open', revision: 1 });
    assert.deepEqual(problemOf(await put(at(0))), STALE);
    assert.deepEqual(problemOf(await put({ body: { ...body, notAfter: 1 } })), [400, 'validity-empty']);
    const shut = await admin.ask('/v1/claim-window', { method: 'DELETE', ...at(1) });
    assert.deepEqual(shut.json(), { ...closed, revision: 2 });
    assert.equal(admin.control.snapshot.claimWindow, null);
  });

  test('A12: closed with its newcomers where strangers have filled it; who waits for an owner stays', async () => {
    const admin = await adminUnderTest();
    const body = { admits: { kind: 'open', perMinuteMax: 600 }, notAfter: Date.now() + 60_000 };
    assert.equal((await admin.ask('/v1/claim-window', { method: 'PUT', body })).statusCode, 200);
    for (let n = 0; n < 20; n++) {
      const fingerprintHex = (100 + n).toString(16).padEnd(64, '0');
      const knock = { kind: 'admit-device', fingerprintHex, spkiHex: '30'.repeat(91) } as const;
      assert.equal((await admin.control.run(knock, { kind: 'gateway' })).kind, 'done');
    }
    await admin.ask('/v1/actors', { body: { kind: 'device', name: 'expected', claim: true } });
    const close = (query: string) => admin.ask(`/v1/claim-window${query}`, { method: 'DELETE' });
    assert.equal((await close('')).json().unclaimed, 21);
    assert.equal((await close('?newcomers=some')).statusCode, 400);
    assert.equal((await close('?newcomers=remove')).json().unclaimed, 1);
    const { items } = (await admin.ask('/v1/actors')).json();
    assert.deepEqual(
      items.map(({ name }: { name: string }) => name),
      ['expected'],
    );
  });

  test("a manufacturer's list keeps hashes only, and every bad line is named", async () => {
    const admin = await adminUnderTest();
    const fingerprint = 'ab'.repeat(32);
    const notAfter = Date.now() + 60_000;
    const put = (devices: readonly object[]) =>
      admin.ask('/v1/claim-window', {
        method: 'PUT',
        body: { admits: { kind: 'listed', devices }, notAfter },
      });
    const bad = await put([
      { fingerprint },
      { fingerprint: 'zz' },
      { fingerprint: fingerprint.toUpperCase() },
    ]);
    assert.deepEqual(problemOf(bad), [422, 'rows-refused']);
    assert.deepEqual(
      bad.json().errors.map(({ index, code, field }: Row) => [index, code, field]),
      [
        [1, 'key-invalid', '/fingerprint'],
        [2, 'identity-taken', '/fingerprint'],
      ],
    );
    const spoken = fingerprint.replaceAll(/(....)/g, '$1 ').trim();
    const claimCode = 'AAAA-BBBB-CCCC';
    const good = await put([{ fingerprint: spoken, claimCode, resetProof: 'a reset proof' }]);
    assert.deepEqual(good.json().admits, { kind: 'listed', devices: 1 });
    const log = await admin.ask('/v1/audit');
    for (const secret of [claimCode, 'a reset proof', 'HashHex'])
      assert.ok(!log.body.includes(secret), secret);
    assert.ok(!JSON.stringify(admin.control.snapshot.claimWindow).includes('AAAA'));
  });
});

describe('admin: devices of a manufacturer', () => {
  const der = Buffer.from(RAW_KEY, 'base64');
  const sha256 = (of: string | Buffer) => createHash('sha256').update(of).digest('hex');
  const code = 'aaaa-bbbb-cccc';
  const proof = 'what only a reset device knows';

  /** A listed device that has shown up at the door. */
  async function admitted(listed: object) {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const fingerprint = sha256(der);
    const body = {
      admits: { kind: 'listed', devices: [{ fingerprint, ...listed }] },
      notAfter: Date.now() + 60_000,
    };
    assert.equal((await admin.ask('/v1/claim-window', { method: 'PUT', body })).statusCode, 200);
    const newcomer = {
      kind: 'admit-device',
      fingerprintHex: fingerprint,
      spkiHex: der.toString('hex'),
    } as const;
    const outcome = await admin.control.run(newcomer, { kind: 'gateway' });
    assert.ok(outcome.kind === 'done' && outcome.actor !== undefined && outcome.credential !== undefined);
    return { admin, device: outcome.actor, credential: outcome.credential };
  }

  for (const [form, listed] of [
    ['secrets', { claimCode: code, resetProof: proof }],
    ['hashes', { claimCodeHash: sha256('AAAABBBBCCCC').toUpperCase(), resetProofHash: sha256(proof) }],
  ] as const) {
    test(`a list of ${form}: claimed by the code, and freed by the proof whatever key it has by then`, async () => {
      const { admin, device, credential } = await admitted(listed);
      const claim = (shown: string) =>
        admin.ask('/v1/claims', { body: { device: device.name, user: 'ann', code: shown } });
      assert.deepEqual(problemOf(await claim('aaaa-bbbb-cccd')), [403, 'claim-code-wrong']);
      assert.equal((await claim(code)).statusCode, 201);
      const rotated = await admin.ask(`/v1/credentials/${credential.id}/rotate`, {
        body: { credential: { kind: 'psk' } },
      });
      assert.equal(rotated.statusCode, 201, rotated.body);
      assert.equal(
        (await admin.ask(`/v1/credentials/${credential.id}`, { method: 'DELETE' })).statusCode,
        200,
      );
      const reset = (shown: string) => admin.ask(`/v1/actors/${device.id}/reset`, { body: { proof: shown } });
      assert.deepEqual(problemOf(await reset(`${proof}.`)), [403, 'reset-proof-wrong']);
      const done = await reset(proof);
      assert.deepEqual([done.statusCode, done.json().owner], [200, null], done.body);
    });
  }
});

describe('admin: devices change hands', () => {
  test('transfer: a new key, a new owner, and nothing of what stood on it before', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const bob = await admin.addUser('bob');
    const { id, revision, credential: old } = await admin.addDevice('lamp');
    const path = `/v1/actors/${id}/transfer`;
    assert.deepEqual(problemOf(await admin.ask(path, { body: { user: 'bob' }, ...at(1) })), STALE);
    const done = await admin.ask(path, { body: { user: 'bob' }, ...at(revision) });
    assert.equal(done.statusCode, 200, done.body);
    const device = done.json();
    assert.equal(device.owner, bob);
    assert.notEqual(device.credential.keyHex, old.keyHex);
    const { items } = (await admin.ask('/v1/credentials')).json();
    assert.deepEqual(
      items.map((each: { id: string }) => each.id),
      [device.credential.id],
    );
    const left = (await admin.ask('/v1/relationships')).json();
    assert.deepEqual(
      left.items.map((each: { trustor: string; trustee: string }) => [each.trustor, each.trustee]),
      [[id, bob]],
    );
    const reused = {
      user: 'ann',
      credential: { kind: 'psk', identity: 'x', keyHex: device.credential.keyHex },
    };
    assert.deepEqual(problemOf(await admin.ask(path, { body: reused })), [409, 'key-reused']);
  });

  test('claim codes and resets: single use, counted, shown once', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const { id } = await admin.addDevice('lamp');
    const path = `/v1/actors/${id}`;
    const owned = await admin.ask(`${path}/claim-code`, { body: { established: 'nfc' } });
    assert.deepEqual(problemOf(owned), [409, 'already-owned']);
    const reset = (proof: string) => admin.ask(`${path}/reset`, { body: { proof } });
    assert.deepEqual(problemOf(await reset('not set yet')), [409, 'reset-proof-missing']);
    const proof = 'found inside of the device';
    const set = await admin.ask(`${path}/reset-proof`, { method: 'PUT', body: { proof } });
    assert.equal(set.statusCode, 200, set.body);
    assert.deepEqual(problemOf(await reset('found elsewhere')), [403, 'reset-proof-wrong']);
    const done = await reset(proof);
    assert.equal(done.statusCode, 200, done.body);
    const { owner, claimCode, credential } = done.json();
    assert.equal(owner, null);
    assert.ok(credential.keyHex.length === 32 && claimCode.length === 14);
    const code = await admin.ask(`${path}/claim-code`, {
      body: { established: 'nfc', notAfter: Date.now() + 60_000 },
    });
    assert.equal(code.statusCode, 200, code.body);
    const claim = (shown: string) =>
      admin.ask('/v1/claims', { body: { device: 'lamp', user: 'ann', code: shown } });
    assert.deepEqual(problemOf(await claim(claimCode)), [403, 'claim-code-wrong']);
    assert.equal((await claim(code.json().claimCode)).statusCode, 201);
    assert.deepEqual(problemOf(await claim(code.json().claimCode)), [409, 'already-owned']);
    const log = await admin.ask('/v1/audit');
    for (const secret of [proof, claimCode, credential.keyHex]) assert.ok(!log.body.includes(secret));
  });
});

describe('admin: batches', () => {
  const row = (i: number, over: object = {}) => ({ name: `lamp-${i}`, owner: 'ann', ...over });
  const key = (digit: string) => `${`${digit}1`.repeat(15)}00`;

  async function batched(devices: readonly object[], over: object = {}) {
    const admin = await adminUnderTest({ shards: 2 });
    await admin.addUser('ann');
    const answer = await admin.ask('/v1/devices/batch', { body: { devices, ...over } });
    return { admin, answer };
  }

  test('all of them in one revision, each with its key', async () => {
    const { admin, answer } = await batched([
      row(1),
      row(2, { identity: 'two', keyHex: key('2') }),
      row(3, { publicKey: RAW_KEY }),
    ]);
    assert.equal(answer.statusCode, 201, answer.body);
    const { revision, devices, refused } = answer.json();
    assert.deepEqual([revision, admin.control.snapshot.revision, refused], [2, 2, []]);
    assert.deepEqual(
      devices.map(({ index, name, credential }: Made) => [
        index,
        name,
        credential.kind,
        credential.identity,
        credential.keyHex?.length,
      ]),
      [
        [0, 'lamp-1', 'psk', 'lamp-1', 32],
        [1, 'lamp-2', 'psk', 'two', undefined],
        [2, 'lamp-3', 'rpk', undefined, undefined],
      ],
    );
    assert.equal((await admin.ask('/v1/relationships?of=ann')).json().items.length, 3);
  });

  test('one bad row, and nothing is done; every bad row is named', async () => {
    const devices = [
      row(1),
      row(1),
      row(2, { owner: 'nobody' }),
      row(3, { name: 'not a name' }),
      row(4, { identity: 'four', keyHex: 'zz' }),
      row(5, { identity: 'five', keyHex: key('5') }),
      row(6, { identity: 'five', keyHex: key('6') }),
      row(7, { identity: 'seven', keyHex: key('5').toUpperCase() }),
      row(8, { publicKey: 'none' }),
      row(9, { publicKey: RAW_KEY }),
      row(10, { publicKey: RAW_KEY }),
      row(11, { publicKey: RAW_KEY, keyHex: key('7') }),
      row(12, { identity: 'a', identityHex: '61' }),
      row(13, { identityHex: 'x' }),
    ];
    const { admin, answer } = await batched(devices);
    assert.deepEqual(problemOf(answer), [422, 'rows-refused']);
    assert.deepEqual(
      answer.json().errors.map(({ index, code, field }: Row) => [index, code, field]),
      [
        [1, 'name-taken', '/name'],
        [2, 'owner-unknown', '/owner'],
        [3, 'name-invalid', '/name'],
        [4, 'key-invalid', '/keyHex'],
        [6, 'identity-taken', '/identity'],
        [7, 'key-reused', '/keyHex'],
        [8, 'key-invalid', '/publicKey'],
        [10, 'identity-taken', '/publicKey'],
        [11, 'key-invalid', '/keyHex'],
        [12, 'key-invalid', '/identityHex'],
        [13, 'identity-invalid', '/identity'],
      ],
    );
    assert.equal(admin.control.snapshot.revision, 1);
    const some = await admin.ask('/v1/devices/batch', { body: { devices, partial: true } });
    assert.equal(some.statusCode, 201, some.body);
    assert.deepEqual(
      some.json().devices.map(({ index }: Row) => index),
      [0, 5, 9],
    );
    assert.equal(some.json().refused.length, 11);
    assert.equal(admin.control.snapshot.revision, 2);
  });

  test('what the store has already is found as well: names, identities, keys', async () => {
    const { admin } = await batched([
      row(1, { identity: 'one', keyHex: key('1') }),
      row(2, { publicKey: RAW_KEY }),
    ]);
    const made = await admin.addDevice('made');
    const again = await admin.ask('/v1/devices/batch', {
      body: {
        devices: [
          row(1),
          row(3, { identity: 'one', keyHex: key('3') }),
          row(4, { identity: 'four', keyHex: key('1') }),
          row(5, { publicKey: RAW_KEY }),
          row(6, { identity: 'six', keyHex: made.credential.keyHex }),
        ],
      },
    });
    assert.deepEqual(
      again.json().errors.map(({ code }: Row) => code),
      ['name-taken', 'identity-taken', 'key-reused', 'identity-taken', 'key-reused'],
    );
  });

  test('an identity that a row brings along is given to no other', async () => {
    const { answer } = await batched([row(1), row(2, { identity: 'lamp-1', keyHex: key('2') })]);
    assert.equal(answer.statusCode, 201, answer.body);
    const [first, second] = answer.json().devices;
    assert.match(first.credential.identity, /^crd-/);
    assert.equal(second.credential.identity, 'lamp-1');
  });
});

interface Row {
  readonly index: number;
  readonly code: string;
  readonly field?: string;
}

interface Made {
  readonly index: number;
  readonly name: string;
  readonly credential: { readonly kind: string; readonly identity?: string; readonly keyHex?: string };
}
