import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../../src/base/index.ts';
import { decodeEnrolmentMessage } from '../../../src/enrolment/index.ts';
import { failingStore } from '../../fakes/store.ts';
import { type AdminUnderTest, adminUnderTest, problemOf } from '../../support/admin.ts';

describe('admin: actors and credentials', () => {
  /** One admin interface with a user and a device, for tests that change nothing. */
  let shared: Promise<AdminUnderTest> | undefined;
  const furnished = async (): Promise<AdminUnderTest> => {
    shared ??= (async () => {
      const admin = await adminUnderTest();
      await admin.addUser('ann');
      await admin.addDevice('lamp');
      return admin;
    })();
    return await shared;
  };

  test('a user is made, found, listed and removed', async () => {
    const admin = await adminUnderTest();
    const made = await admin.ask('/v1/actors', { body: { kind: 'user', name: 'ann' } });
    assert.equal(made.statusCode, 201);
    const user = made.json();
    assert.deepEqual(user, {
      id: user.id,
      kind: 'user',
      name: 'ann',
      owner: null,
      state: 'active',
      revision: 1,
    });
    assert.match(user.id, /^usr-[0-9a-f]{20}$/);
    assert.equal(made.headers['location'], `/v1/actors/${user.id}`);
    assert.equal(made.headers['etag'], '"1"');

    const one = await admin.ask(`/v1/actors/${user.id}`);
    assert.deepEqual([one.json(), one.headers['etag']], [user, '"1"']);
    assert.deepEqual((await admin.ask('/v1/actors?kind=user')).json(), { items: [user], next: null });
    assert.deepEqual((await admin.ask('/v1/actors?kind=device')).json(), { items: [], next: null });

    const removed = await admin.ask(`/v1/actors/${user.id}`, { method: 'DELETE' });
    assert.deepEqual([removed.statusCode, removed.json()], [200, { id: user.id, revision: 2 }]);
    assert.deepEqual(problemOf(await admin.ask(`/v1/actors/${user.id}`)), [404, 'actor-unknown']);
  });

  test('a device comes with its key, shown once', async () => {
    const admin = await adminUnderTest();
    const ann = await admin.addUser('ann');
    const made = await admin.ask('/v1/actors', {
      body: { kind: 'device', name: 'lamp', owner: 'ann', credential: { kind: 'psk' } },
    });
    assert.equal(made.statusCode, 201);
    const { credential: whole, ...device } = made.json();
    const { uri, qrText, ndef, ...credential } = whole;
    assert.equal(device.owner, ann);
    assert.match(credential.keyHex, /^[0-9a-f]{32}$/);
    assert.deepEqual(credential, {
      id: credential.id,
      actor: device.id,
      kind: 'psk',
      user: ann,
      identity: 'lamp',
      identityHex: '6c616d70',
      established: 'displayed',
      notAfter: null,
      state: 'active',
      successor: null,
      revision: 2,
      keyHex: credential.keyHex,
    });
    const { keyHex, ...shown } = credential;
    assert.deepEqual(
      [uri, qrText],
      ['coaps://127.0.0.1:5684', `POSTERN:PSK:1:6C616D70:${keyHex.toUpperCase()}`],
    );
    const tag = decodeEnrolmentMessage(Buffer.from(ndef, 'base64'));
    assert.ok(tag.kind === 'enrolment' && tag.enrolment.kind === 'psk');
    assert.deepEqual(
      [tag.uri, tag.enrolment.device, toHex(tag.enrolment.identity), toHex(tag.enrolment.key)],
      [uri, 'lamp', '6c616d70', keyHex],
    );
    const { fingerprint } = (await admin.ask('/v1/gateway')).json();
    assert.equal(tag.enrolment.gatewayKey && toHex(tag.enrolment.gatewayKey), fingerprint);
    const listed = await admin.ask(`/v1/credentials?actor=${device.id}`);
    assert.deepEqual(listed.json(), { items: [shown], next: null });
    const single = await admin.ask(`/v1/credentials/${credential.id}`);
    assert.deepEqual([single.json(), single.headers['etag']], [shown, '"2"']);
    for (const page of [
      '/v1/actors',
      '/v1/credentials',
      '/v1/sessions',
      '/metrics',
      `/v1/actors/${device.id}`,
    ]) {
      assert.ok(!(await admin.ask(page)).body.includes(keyHex), page);
    }
  });

  test('an existing key comes in and is not shown back; identities may be any bytes', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const keyHex = '00112233445566778899AABBCCDDEEFF';
    const made = await admin.ask('/v1/actors', {
      body: {
        kind: 'device',
        name: 'meter',
        owner: 'ann',
        credential: { kind: 'psk', identityHex: '00FF', keyHex, established: 'factory' },
      },
    });
    const { credential } = made.json();
    assert.deepEqual(
      [credential.identity, credential.identityHex, credential.established, credential.keyHex],
      ['hex:00ff', '00ff', 'factory', undefined],
    );
    assert.ok(!made.body.toLowerCase().includes(keyHex.toLowerCase()));
  });

  test('a further credential, and the end of one', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const lamp = await admin.addDevice('lamp');
    const made = await admin.ask('/v1/credentials', {
      body: { actor: 'lamp', kind: 'psk', identity: 'lamp-2' },
    });
    assert.equal(made.statusCode, 201);
    assert.equal(made.headers['location'], `/v1/credentials/${made.json().id}`);
    assert.equal(made.json().actor, lamp.id);
    const ended = await admin.ask(`/v1/credentials/${lamp.credential.id}`, { method: 'DELETE' });
    assert.deepEqual([ended.statusCode, ended.json().revision], [200, 4]);
    const left = (await admin.ask(`/v1/credentials?actor=${lamp.id}`)).json();
    assert.deepEqual(
      left.items.map((item: { identity: string }) => item.identity),
      ['lamp-2'],
    );
  });

  test('lists go page by page in order of name', async () => {
    const admin = await adminUnderTest();
    for (const name of ['dora', 'ann', 'carl', 'bob', 'eve']) await admin.addUser(name);
    const names: string[] = [];
    let next: string | null = null;
    let pages = 0;
    do {
      const page: { items: { name: string }[]; next: string | null } = (
        await admin.ask(`/v1/actors?limit=2${next === null ? '' : `&cursor=${next}`}`)
      ).json();
      names.push(...page.items.map(({ name }) => name));
      next = page.next;
      pages++;
    } while (next !== null);
    assert.deepEqual([names, pages], [['ann', 'bob', 'carl', 'dora', 'eve'], 3]);
    assert.equal((await admin.ask('/v1/actors?name=carl')).json().items.length, 1);
    for (const query of [
      'limit=0',
      'limit=-1',
      'limit=1000',
      'limit=x',
      'limit=1&limit=2',
      'kind=robot',
      'who=me',
    ]) {
      assert.deepEqual(problemOf(await admin.ask(`/v1/actors?${query}`)), [400, 'request-invalid'], query);
    }
    assert.deepEqual(problemOf(await admin.ask('/v1/actors?cursor=nonsense')), [400, 'cursor-invalid']);
  });

  test('a change based on an old state is refused', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const lamp = await admin.addDevice('lamp');
    const remove = (ifMatch: string): ReturnType<typeof admin.ask> =>
      admin.ask(`/v1/actors/${lamp.id}`, { method: 'DELETE', headers: { 'if-match': ifMatch } });
    assert.deepEqual(problemOf(await remove('"1"')), [412, 'revision-stale']);
    for (const wrong of ['2', '"x"', 'W/"2"', '"2", "3"', '"99999999999999999999"']) {
      assert.deepEqual(problemOf(await remove(wrong)), [400, 'if-match-invalid'], wrong);
    }
    assert.equal((await remove('"2"')).statusCode, 200);
  });

  for (const [what, body, expected] of [
    ['a taken name', { kind: 'user', name: 'ann' }, [409, 'name-taken', '/name']],
    ['a bad name', { kind: 'user', name: 'a b' }, [400, 'name-invalid', '/name']],
    ['no owner', { kind: 'device', name: 'd' }, [400, 'owner-missing', '/owner']],
    ['an unknown owner', { kind: 'device', name: 'd', owner: 'zoe' }, [400, 'owner-unknown', '/owner']],
    ['an owner for a user', { kind: 'user', name: 'u', owner: 'ann' }, [400, 'owner-not-allowed', '/owner']],
    [
      'a key for a user',
      { kind: 'user', name: 'u', credential: { kind: 'psk' } },
      [400, 'credential-not-allowed', '/credential'],
    ],
    [
      'a taken identity',
      { kind: 'device', name: 'd', owner: 'ann', credential: { kind: 'psk', identity: 'lamp' } },
      [409, 'identity-taken', '/credential/identity'],
    ],
    [
      'a short key',
      { kind: 'device', name: 'd', owner: 'ann', credential: { kind: 'psk', keyHex: 'abcd' } },
      [400, 'key-invalid', '/credential/keyHex'],
    ],
    [
      'two identities',
      {
        kind: 'device',
        name: 'd',
        owner: 'ann',
        credential: { kind: 'psk', identity: 'x', identityHex: '78' },
      },
      [400, 'request-invalid', '/credential/identityHex'],
    ],
    ['no kind', { name: 'd' }, [400, 'request-invalid', '']],
    ['an unknown kind', { kind: 'robot', name: 'd' }, [400, 'request-invalid', '/kind']],
    ['an unknown member', { kind: 'user', name: 'u', admin: true }, [400, 'request-invalid', '']],
    ['a number for a name', { kind: 'user', name: 7 }, [400, 'request-invalid', '/name']],
    ['a list', [], [400, 'request-invalid', '']],
  ] as const) {
    test(`refused: ${what}`, async () => {
      const admin = await furnished();
      const response = await admin.ask('/v1/actors', { body });
      assert.deepEqual([...problemOf(response), response.json().field], expected);
      assert.equal(admin.control.snapshot.revision, 2, 'nothing changed');
    });
  }

  test('a user who owns devices stays', async () => {
    const admin = await adminUnderTest();
    const ann = await admin.addUser('ann');
    await admin.addDevice('lamp');
    assert.deepEqual(problemOf(await admin.ask(`/v1/actors/${ann}`, { method: 'DELETE' })), [
      409,
      'owns-devices',
    ]);
  });

  test('what the store refuses is said, and nothing changed', async () => {
    const admin = await adminUnderTest({ store: failingStore(4) });
    await admin.addUser('ann');
    const response = await admin.ask('/v1/actors', { body: { kind: 'user', name: 'bob' } });
    assert.deepEqual(problemOf(response), [503, 'PN_STORE_FULL']);
    assert.equal(response.headers['retry-after'], '1');
    assert.equal((await admin.ask('/v1/actors', { body: { kind: 'user', name: 'bob' } })).statusCode, 201);
  });
});
