/** From the command to the ready line, and back to nothing. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect as tcp } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { addDevice, furnish, POSTERN, startGateway } from '../support/gateway.ts';
import { connect } from '../support/device.ts';
import { start, temporaryDirectory } from '../../support/process.ts';

test('1. the ready line comes when everything listens, and is all there is on stdout', async () => {
  const place = await furnish('ready');
  const gateway = await startGateway(place);
  assert.equal((await gateway.admin('/readyz')).status, 200);
  assert.match(
    gateway.child.stdout(),
    new RegExp(`^postern ready coaps=127.0.0.1:\\d+ admin=127.0.0.1:\\d+ pid=${gateway.child.pid}\n$`),
  );
  const ports = JSON.parse(readFileSync(join(place.state, 'ports.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(
    [ports['coaps'], ports['admin'], ports['pid']],
    [`127.0.0.1:${gateway.coapsPort}`, `127.0.0.1:${gateway.adminPort}`, gateway.child.pid],
  );
  for (const secret of ['admin.token', 'master.key', 'postern.db']) {
    assert.equal(statSync(join(place.state, secret)).mode & 0o777, 0o600, secret);
  }
  for (const line of gateway.child.stderr().trim().split('\n')) JSON.parse(line);

  assert.deepEqual(await gateway.child.stop('SIGTERM'), { code: 0, signal: null });
  assert.equal(existsSync(join(place.state, 'ports.json')), false, 'nothing claims to listen');
  assert.equal(existsSync(join(place.state, 'postern.db-wal')), false, 'the store is closed');
});

test('2. the dev profile starts without any file', async () => {
  const state = join(temporaryDirectory('dev'), 'var');
  const child = start(POSTERN, ['serve', '--profile', 'dev', '--coaps-port', '0', '--admin-port', '0'], {
    env: { POSTERN_STATE: state },
  });
  await child.waitFor(/^postern ready /m, 20_000);
  assert.deepEqual(await child.stop('SIGINT'), { code: 0, signal: null });
});

test('3. stopping says that it is not ready, refuses new devices, and says goodbye to those there are', async () => {
  const silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  after(() => silent.close());
  const backends = { own: { url: `coap://127.0.0.1:${silent.address().port}` } };
  const place = await furnish('drain', { backends, shutdown_grace_s: 2 });
  const gateway = await startGateway(place);
  const access = await addDevice(gateway, 'lamp');
  const device = await connect(gateway.coapsPort, access);
  const asked = device.get('/open/slow').catch(() => undefined); // under way: it may take the whole grace
  await once(silent, 'message');

  process.kill(gateway.child.pid, 'SIGTERM');
  await gateway.child.waitFor(/gateway draining/);
  const ready = await gateway.admin('/readyz');
  assert.deepEqual([ready.status, ready.body['code']], [503, 'not-ready']);
  assert.equal((await gateway.admin('/healthz')).status, 200);
  await assert.rejects(connect(gateway.coapsPort, access));
  assert.equal(await device.closed, 'close-notify');
  assert.deepEqual(await gateway.child.exit, { code: 0, signal: null });
  await asked;
  device.close();
});

test('4. a second signal ends it at once', async () => {
  const place = await furnish('second');
  const gateway = await startGateway(place);
  // A connection that never finishes its request keeps the admin interface from closing for a while.
  const stuck = tcp(gateway.adminPort, '127.0.0.1').on('error', () => undefined);
  stuck.write('GET /healthz HTTP/1.1\r\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.kill(gateway.child.pid, 'SIGTERM');
  await gateway.child.waitFor(/gateway draining/);
  process.kill(gateway.child.pid, 'SIGTERM');
  assert.deepEqual(await gateway.child.exit, { code: 1, signal: null });
  stuck.destroy();
});

test('5. two shards share one port, and a change is in force on both', async () => {
  const place = await furnish('shards', { shards: 2 });
  const gateway = await startGateway(place);
  const access = await addDevice(gateway, 'lamp');
  const devices = await Promise.all(Array.from({ length: 8 }, () => connect(gateway.coapsPort, access)));
  for (const device of devices) assert.equal((await device.get('/open/hello')).code, '2.05');
  const sessions = (await gateway.admin('/v1/sessions')).body['items'] as unknown[];
  assert.equal(sessions.length, 8);
  const removed = await gateway.admin(`/v1/actors/${access.id}`, { method: 'DELETE' });
  assert.equal(removed.status, 200);
  assert.deepEqual((await gateway.admin('/v1/sessions')).body['items'], []);
  for (const device of devices) assert.ok(await device.closed);
  for (const device of devices) device.close();
  assert.equal((await gateway.child.stop()).code, 0);
});
