/** What was acknowledged survives: a restart, and kill -9 at any moment. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../support/device.ts';
import { addDevice, type DeviceAccess, furnish, startGateway } from '../support/gateway.ts';

test('a restart keeps devices, keys and the token', async () => {
  const place = await furnish('restart');
  const first = await startGateway(place);
  const access = await addDevice(first, 'lamp');
  const token = readFileSync(join(place.state, 'admin.token'), 'utf8');
  assert.equal((await first.child.stop()).code, 0);

  const second = await startGateway(place);
  assert.equal(readFileSync(join(place.state, 'admin.token'), 'utf8'), token);
  const device = await connect(second.coapsPort, access);
  assert.equal((await device.get('/open/hello')).code, '2.05');
  device.close();
  assert.equal((await second.child.stop()).code, 0);
});

test('killed while devices are added: every one that was acknowledged gets in afterwards', async (context) => {
  const place = await furnish('killed');
  const acknowledged: DeviceAccess[] = [];
  let made = 0;
  for (let round = 0; round < 4; round++) {
    const gateway = await startGateway(place);
    const until = made + 2 + 3 * round;
    for (;;) {
      if (made === until) setTimeout(() => process.kill(gateway.child.pid, 'SIGKILL'), Math.random() * 40);
      try {
        acknowledged.push(await addDevice(gateway, `device-${made++}`));
      } catch {
        break; // the gateway is gone
      }
    }
    assert.deepEqual(await gateway.child.exit, { code: null, signal: 'SIGKILL' });
    context.diagnostic(`round ${round}: ${acknowledged.length} acknowledged`);
  }

  const gateway = await startGateway(place);
  assert.ok(acknowledged.length > 0);
  const listed = new Set<string>();
  let cursor = '';
  do {
    const { body } = await gateway.admin(`/v1/actors?kind=device&limit=500${cursor}`);
    for (const { id } of body['items'] as { id: string }[]) listed.add(id);
    cursor = typeof body['next'] === 'string' ? `&cursor=${body['next']}` : '';
  } while (cursor !== '');
  for (const { id } of acknowledged) assert.ok(listed.has(id));
  assert.ok(listed.size <= acknowledged.length + 4, 'at most one more a round: under way when it was killed');
  for (const access of acknowledged.slice(-5)) {
    const device = await connect(gateway.coapsPort, access);
    assert.equal((await device.get('/open/hello')).code, '2.05');
    device.close();
  }
  assert.equal((await gateway.child.stop()).code, 0);
});
