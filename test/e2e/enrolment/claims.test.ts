/** Devices that nobody knows, in an open claim window: let in, claimed by exactly one, reset and claimed again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { decode, encode } from 'cborg';
import { required, toHex } from '../../../src/base/index.ts';
import { nodeProvider, signingKey } from '../../../src/crypto/index.ts';
import type { OwnIdentity } from '../../../src/dtls/index.ts';
import { connect, type Device } from '../support/device.ts';
import { furnish, type Gateway, startGateway } from '../support/gateway.ts';
import { pkcs8Of, spkiOf, testKey } from '../../support/x509.ts';

interface Key {
  readonly identity: OwnIdentity;
  readonly fingerprint: string;
}

/** A key that no gateway knows. */
function freshKey(): Key {
  const key = testKey('p256', `claims ${randomUUID()}`);
  const fingerprint = toHex(nodeProvider.hash('sha256', spkiOf(key)));
  return { identity: { key: required(signingKey(pkcs8Of(key)), 'it is fresh'), chain: [] }, fingerprint };
}

const CBOR = 60;
const JSON_FORMAT = 50;
const inAnHour = (): number => Date.now() + 3_600_000;

let gateway: Gateway;

const openWindow = async (admits: object, notAfter = inAnHour()): Promise<void> => {
  const { status, body } = await gateway.admin('/v1/claim-window', {
    method: 'PUT',
    body: { admits, notAfter },
  });
  assert.equal(status, 200, JSON.stringify(body));
};
const closeWindow = async (): Promise<void> => {
  assert.equal((await gateway.admin('/v1/claim-window', { method: 'DELETE' })).status, 200);
};
const come = ({ identity }: Key): Promise<Device> => connect(gateway.coapsPort, { identity });

/** What `/claim` says to a device of itself. */
async function shown(device: Device): Promise<unknown> {
  const { code, payload } = await device.get('/claim');
  assert.equal(code, '2.05');
  return decode(Buffer.from(payload, 'latin1'));
}

async function actorNamed(name: string): Promise<{ readonly id: string; readonly owner: string | null }> {
  const { body } = await gateway.admin(`/v1/actors?kind=device&name=${name}`);
  const [actor] = body['items'] as { id: string; owner: string | null }[];
  return required(actor, `there is a device ${name}`);
}

async function codeFor(id: string): Promise<string> {
  const { status, body } = await gateway.admin(`/v1/actors/${id}/claim-code`, {
    body: { established: 'printed' },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body['claimCode'] as string;
}

/** A device that acts for a user of its own. */
async function phoneOf(user: string): Promise<Device> {
  await gateway.admin('/v1/actors', { body: { kind: 'user', name: user } });
  const { status, body } = await gateway.admin('/v1/actors', {
    body: { kind: 'device', name: `${user}-phone`, owner: user, credential: { kind: 'psk' } },
  });
  assert.equal(status, 201, JSON.stringify(body));
  const { identity, keyHex } = body['credential'] as { identity: string; keyHex: string };
  return connect(gateway.coapsPort, { identity, keyHex });
}

const claim = (phone: Device, members: object, contentFormat = CBOR) => {
  const payload = contentFormat === CBOR ? encode(members) : Buffer.from(JSON.stringify(members));
  return phone.request('/claim', { method: 'POST', payload, contentFormat }, 10_000);
};

test('a claim window', async (t) => {
  gateway = await startGateway(await furnish('claims'));

  await t.test('closed: a key that nobody knows is refused', async () => {
    await assert.rejects(come(freshKey()), /peer-alert/);
  });

  await t.test(
    'open: the device is let in, and reaches /claim and nothing else, also when the window has closed',
    async () => {
      await openWindow({ kind: 'open', perMinuteMax: 600 });
      const key = freshKey();
      const lamp = await come(key);
      const name = `new-${key.fingerprint.slice(0, 12)}`;
      assert.deepEqual(await shown(lamp), { device: name, state: 'unclaimed' });
      for (const path of ['/open/hello', '/closed/gold', '/nowhere', '/claim/x', '/']) {
        assert.equal((await lamp.get(path)).code, '4.03', path);
      }
      await closeWindow();
      assert.deepEqual(await shown(lamp), { device: name, state: 'unclaimed' });
      lamp.close();
      const again = await come(key);
      assert.deepEqual(await shown(again), { device: name, state: 'unclaimed' });
      again.close();
      await assert.rejects(come(freshKey()), /peer-alert/);
    },
  );

  await t.test('of a list: who is on it is let in, others are not', async () => {
    const [listed, other] = [freshKey(), freshKey()];
    await openWindow({
      kind: 'listed',
      devices: [{ fingerprint: listed.fingerprint, claimCode: 'ABCD-EFGH-2345' }],
    });
    const lamp = await come(listed);
    await assert.rejects(come(other), /peer-alert/);
    const phone = await phoneOf('lily');
    const name = `new-${listed.fingerprint.slice(0, 12)}`;
    assert.equal((await claim(phone, { device: name, code: 'abcdefgh2345' })).code, '2.01');
    assert.deepEqual(await shown(lamp), { device: name, state: 'claimed' });
    assert.equal(
      (await lamp.get('/open/hello')).code,
      '2.05',
      'its session goes on, in the name of its owner',
    );
    lamp.close();
    phone.close();
  });

  await t.test('admits so many in a minute', async () => {
    await openWindow({ kind: 'open', perMinuteMax: 2 });
    const outcomes: string[] = [];
    for (let i = 0; i < 5; i++) {
      const device = await come(freshKey()).catch(() => undefined);
      // Control counts minutes, of whatever window: some of these may have been used up before.
      const answer = await device?.get('/claim').catch(() => undefined);
      outcomes.push(answer?.code ?? 'refused');
      device?.close();
    }
    assert.ok(outcomes.filter((outcome) => outcome === '2.05').length <= 2, outcomes.join(' '));
    assert.ok(outcomes.includes('refused'));
    await closeWindow();
  });

  await t.test(
    'G08: a hundred claims at once: one is the owner, ninety-nine are not, and the code is in no log',
    async () => {
      const { status, body } = await gateway.admin('/v1/actors', {
        body: { kind: 'device', name: 'treasure', claim: true },
      });
      assert.equal(status, 201, JSON.stringify(body));
      const code = body['claimCode'] as string;
      const phones = await Promise.all(Array.from({ length: 100 }, (_, i) => phoneOf(`seeker-${i}`)));
      const answers = await Promise.all(
        phones.map((phone, i) =>
          claim(phone, { device: 'treasure', code }, i % 2 === 0 ? CBOR : JSON_FORMAT),
        ),
      );
      const codes = answers.map((answer) => answer.code).toSorted();
      assert.deepEqual(codes, ['2.01', ...Array.from({ length: 99 }, () => '4.03')]);
      const winner = answers.findIndex((answer) => answer.code === '2.01');
      const { owner } = await actorNamed('treasure');
      const { body: user } = await gateway.admin(`/v1/actors/${owner}`);
      assert.equal(user['name'], `seeker-${winner}`);
      for (const phone of phones) phone.close();
      assert.ok(
        gateway.child.stderr().includes('claim refused'),
        'that claims were refused is on the record',
      );
      for (const shape of [code, code.replaceAll('-', '')])
        assert.ok(!gateway.child.stderr().includes(shape));
    },
  );

  await t.test(
    'wrong codes are refused alike and counted: the fifth is the last that one user has',
    async () => {
      const { body } = await gateway.admin('/v1/actors', {
        body: { kind: 'device', name: 'chest', claim: true },
      });
      const phone = await phoneOf('guesser');
      for (let i = 0; i < 5; i++) {
        assert.equal((await claim(phone, { device: 'chest', code: `WRNG-CODE-000${i}` })).code, '4.03');
      }
      assert.equal((await claim(phone, { device: 'chest', code: body['claimCode'] })).code, '4.03');
      assert.equal((await claim(phone, { device: 'no-such', code: 'WRNG-CODE-0000' })).code, '4.03');
      phone.close();
      const owner = await phoneOf('finder');
      assert.equal((await claim(owner, { device: 'chest', code: body['claimCode'] })).code, '2.01');
      owner.close();
    },
  );

  await t.test('a body or a method that is none is said to be none', async () => {
    const phone = await phoneOf('clumsy');
    const post = (payload: Uint8Array, contentFormat?: number) =>
      phone.request('/claim', {
        method: 'POST',
        payload,
        ...(contentFormat === undefined ? {} : { contentFormat }),
      });
    assert.equal((await post(encode({ device: 'x' }), CBOR)).code, '4.00');
    assert.equal((await post(encode({ device: 'x', code: 'y', more: 'z' }), CBOR)).code, '4.00');
    assert.equal((await post(Buffer.from('{"device":'), JSON_FORMAT)).code, '4.00');
    assert.equal((await post(encode({ device: 'x', code: 'y' }))).code, '4.15');
    assert.equal((await post(new Uint8Array(1_025), CBOR)).code, '4.13');
    assert.equal((await phone.request('/claim', { method: 'PUT', payload: encode({}) })).code, '4.05');
    assert.equal((await phone.request('/claim', { method: 'GET', accept: 40 })).code, '4.06');
    const { code, payload } = await phone.request('/claim', { method: 'GET', accept: JSON_FORMAT });
    assert.deepEqual([code, JSON.parse(payload)], ['2.05', { device: 'clumsy-phone', state: 'claimed' }]);
    phone.close();
  });

  await t.test(
    'a device that was reset proves it, has its name back and no owner, and is claimed again',
    async () => {
      await openWindow({ kind: 'open', perMinuteMax: 600 });
      const [old, fresh] = [freshKey(), freshKey()];
      const first = await come(old);
      const name = `new-${old.fingerprint.slice(0, 12)}`;
      assert.deepEqual(await shown(first), { device: name, state: 'unclaimed' });
      const { id } = await actorNamed(name);
      const proof = 'engraved in the factory';
      await gateway.admin(`/v1/actors/${id}/reset-proof`, { method: 'PUT', body: { proof } });
      const phone = await phoneOf('heir');
      assert.equal((await claim(phone, { device: name, code: await codeFor(id) })).code, '2.01');

      const back = await come(fresh);
      assert.deepEqual(await shown(back), {
        device: `new-${fresh.fingerprint.slice(0, 12)}`,
        state: 'unclaimed',
      });
      assert.equal((await claim(back, { device: name, proof: 'guessed at random' })).code, '4.03');
      const returned = await claim(back, { device: name, proof });
      assert.equal(returned.code, '2.04', returned.payload);
      const { code, ...view } = decode(Buffer.from(returned.payload, 'latin1')) as { code: string };
      assert.deepEqual(view, { device: name, state: 'unclaimed' });
      assert.deepEqual(
        await shown(back),
        { device: name, state: 'unclaimed' },
        'its session goes on under that name',
      );
      assert.equal(await first.closed, 'peer-alert', 'what had the old key is closed');
      assert.deepEqual(await actorNamed(name).then(({ owner }) => owner), null);
      assert.equal((await back.get('/open/hello')).code, '4.03');
      assert.equal((await claim(phone, { device: name, code })).code, '2.01');
      assert.equal((await back.get('/open/hello')).code, '2.05');
      await closeWindow();
      await assert.rejects(come(old), /peer-alert/);
      back.close();
      phone.close();
    },
  );
});
