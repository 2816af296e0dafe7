/** Enrolment over the admin interface: ten thousand at once, keys that may be lost, devices that change hands. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type Device } from '../support/device.ts';
import { addDevice, type DeviceAccess, furnish, type Gateway, startGateway } from '../support/gateway.ts';

interface Made {
  readonly id: string;
  readonly identity: string;
  readonly keyHex: string;
}

let gateway: Gateway;
test('enrolment', async (t) => {
  gateway = await startGateway(await furnish('enrolment'));
  await t.test('10,000 devices in one call: seconds, and who is connected hardly notices', fleet);
  await t.test('a key that may be lost is suspended, and resumed when it is found', suspension);
  await t.test('a device changes hands with a new key: transfer, reset, claim', handingOver);
});

const post = async <T>(path: string, body?: object): Promise<T> => {
  const answer = await gateway.admin(path, { method: 'POST', ...(body === undefined ? {} : { body }) });
  assert.ok(answer.status < 300, `${path} ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
  return answer.body as T;
};
const greets = async (device: Device): Promise<void> => {
  assert.equal((await device.get('/open/hello')).code, '2.05');
};
const enters = async (access: Pick<DeviceAccess, 'identity' | 'keyHex'>): Promise<Device> => {
  const device = await connect(gateway.coapsPort, access);
  await greets(device);
  return device;
};
const isRefused = async (access: Pick<DeviceAccess, 'identity' | 'keyHex'>): Promise<void> => {
  await assert.rejects(connect(gateway.coapsPort, access));
};

async function fleet(t: TestContext): Promise<void> {
  const first = await enters(await addDevice(gateway, 'witness'));
  t.after(() => first.close());
  const devices = Array.from({ length: 10_000 }, (_, i) => ({ name: `meter-${i}`, owner: 'ann' }));
  let longest = 0;
  const answered = new AbortController();
  const watching = (async () => {
    while (!answered.signal.aborted) {
      const asked = performance.now();
      await first.get('/open/hello', 10_000);
      longest = Math.max(longest, performance.now() - asked);
      await wait(5);
    }
  })();
  const began = performance.now();
  const answer = await post<{ revision: number; devices: { credential: Made }[] }>('/v1/devices/batch', {
    devices,
  });
  const took = performance.now() - began;
  answered.abort();
  await watching;
  t.diagnostic(
    `10,000 devices in ${took.toFixed(0)} ms; the longest answer meanwhile took ${longest.toFixed(0)} ms`,
  );
  assert.equal(answer.devices.length, 10_000);
  assert.ok(took < 30_000 && longest < 10_000);
  for (const index of [0, 4_999, 9_999]) {
    const made = answer.devices[index];
    assert.ok(made !== undefined);
    (await enters(made.credential)).close();
  }
  const again = await gateway.admin('/v1/devices/batch', { method: 'POST', body: { devices } });
  assert.deepEqual([again.status, (again.body['errors'] as unknown[]).length], [422, 10_000]);
}

async function suspension(): Promise<void> {
  const access = await addDevice(gateway, 'lost');
  const connected = await enters(access);
  await post(`/v1/credentials/${access.credential}/suspend`);
  assert.notEqual(await Promise.race([connected.closed, wait(5_000, 'open')]), 'open');
  await isRefused(access);
  await post(`/v1/credentials/${access.credential}/resume`);
  (await enters(access)).close();
}

async function handingOver(): Promise<void> {
  await post('/v1/actors', { kind: 'user', name: 'bob' });
  const access = await addDevice(gateway, 'travelling');
  const path = `/v1/actors/${access.id}`;
  const connected = await enters(access);
  const { credential: second } = await post<{ credential: Made }>(`${path}/transfer`, { user: 'bob' });
  assert.notEqual(await Promise.race([connected.closed, wait(5_000, 'open')]), 'open');
  await isRefused(access);
  const bobs = await enters(second);

  const proof = 'printed on the inside';
  const set = await gateway.admin(`${path}/reset-proof`, { method: 'PUT', body: { proof } });
  assert.equal(set.status, 200);
  const reset = await post<{ owner: null; claimCode: string; credential: Made }>(`${path}/reset`, { proof });
  assert.notEqual(await Promise.race([bobs.closed, wait(5_000, 'open')]), 'open');
  await isRefused(second);
  const nobodys = await connect(gateway.coapsPort, reset.credential);
  assert.equal((await nobodys.get('/open/hello')).code, '4.03', 'nobody stands behind it');
  await post('/v1/claims', { device: 'travelling', user: 'ann', code: reset.claimCode });
  await greets(nobodys);
  nobodys.close();
}
