/** A credential is rotated while its device is connected: both work, until the new one is used, or until a date. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '../support/device.ts';
import { addDevice, furnish, type Gateway, startGateway } from '../support/gateway.ts';

interface Access {
  readonly identity: string;
  readonly keyHex: string;
}

/** The successor of a device's key, made by the gateway. */
async function rotate(gateway: Gateway, credential: string, until?: number): Promise<Access> {
  const { status, body } = await gateway.admin(`/v1/credentials/${credential}/rotate`, {
    body: { credential: { kind: 'psk' }, ...(until === undefined ? {} : { until }) },
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body as unknown as Access;
}

test('a pre-shared key is rotated with overlap, by one shard and by two', async (t) => {
  for (const shards of [1, 2]) {
    const gateway = await startGateway(await furnish(`rotation-${shards}`, { shards }));
    await t.test(`with ${shards}: the first use of the new key ends the old one`, async () => {
      const lamp = await addDevice(gateway, 'lamp');
      const old = await connect(gateway.coapsPort, lamp);
      const next = await rotate(gateway, lamp.credential);
      assert.equal((await old.get('/open/hello')).code, '2.05');
      const also = await connect(gateway.coapsPort, lamp);
      assert.equal((await also.get('/open/hello')).code, '2.05', 'the old key still opens the door');
      const fresh = await connect(gateway.coapsPort, next);
      assert.equal((await fresh.get('/open/hello')).code, '2.05');
      assert.deepEqual(await Promise.all([old.closed, also.closed]), ['peer-alert', 'peer-alert']);
      await assert.rejects(connect(gateway.coapsPort, lamp), /peer-alert/);
      assert.equal((await fresh.get('/open/hello')).code, '2.05');
      fresh.close();
    });

    await t.test(`with ${shards}: unused, the old one ends at the date, its session too`, async () => {
      const door = await addDevice(gateway, 'door');
      const old = await connect(gateway.coapsPort, door);
      const until = Date.now() + 1_500;
      const next = await rotate(gateway, door.credential, until);
      assert.equal((await old.get('/open/hello')).code, '2.05');
      assert.equal(await old.closed, 'peer-alert');
      const late = Date.now() - until;
      assert.ok(late >= 0 && late < 1_000, `closed ${late} ms after its end, without having asked`);
      await assert.rejects(connect(gateway.coapsPort, door), /peer-alert/);
      await wait(10);
      const fresh = await connect(gateway.coapsPort, next);
      assert.equal((await fresh.get('/open/hello')).code, '2.05');
      fresh.close();
    });
    await gateway.child.stop();
  }
});
