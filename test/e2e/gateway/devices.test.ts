/** Devices come and go while the gateway runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../support/device.ts';
import { addDevice, furnish, startGateway } from '../support/gateway.ts';

test('added, used, listed, cut off', async () => {
  const place = await furnish('devices');
  const gateway = await startGateway(place);

  // 1. A device that was just added connects at once, reads what it may, and not what it may not.
  const access = await addDevice(gateway, 'lamp');
  const device = await connect(gateway.coapsPort, access);
  const open = await device.get('/open/hello');
  assert.deepEqual([open.code, open.payload], ['2.05', 'hello from behind']);
  assert.equal(place.backend.requests(), 1);
  assert.equal((await device.get('/closed/gold')).code, '4.03');
  assert.equal((await device.get('/nowhere')).code, '4.04');
  assert.equal(place.backend.requests(), 1, 'the backend saw nothing of it');

  // 2. Its session is listed under its name.
  const [session] = (await gateway.admin('/v1/sessions')).body['items'] as Record<string, unknown>[];
  assert.deepEqual(
    [session?.['principal'], session?.['name'], session?.['credential']],
    [access.id, 'lamp', access.credential],
  );
  assert.match(String(session?.['suite']), /^TLS_PSK_WITH_/);
  assert.ok(Math.abs(Number(session?.['since']) - Date.now()) < 60_000);

  // 3. An operator closes the session; the device may come back.
  assert.equal(
    (await gateway.admin(`/v1/sessions/${String(session?.['id'])}`, { method: 'DELETE' })).status,
    200,
  );
  assert.ok(await device.closed);
  device.close();
  const again = await connect(gateway.coapsPort, access);

  // 4. A wrong key and an unknown identity fail, and only the operator learns why.
  const wrongKey = { ...access, keyHex: '00112233445566778899aabbccddeeff' };
  await assert.rejects(connect(gateway.coapsPort, wrongKey));
  await assert.rejects(connect(gateway.coapsPort, { ...wrongKey, identity: 'nobody' }));
  await gateway.child.waitFor(/"reason":"wrong-key"/);
  await gateway.child.waitFor(/"reason":"unknown-identity"/);

  // 5. A second credential works beside the first; ending one ends its sessions only.
  const { body: second } = await gateway.admin('/v1/credentials', {
    body: { actor: 'lamp', kind: 'psk', identity: 'lamp-2' },
  });
  const other = await connect(gateway.coapsPort, {
    ...access,
    identity: 'lamp-2',
    keyHex: String(second['keyHex']),
  });
  assert.equal(
    (await gateway.admin(`/v1/credentials/${access.credential}`, { method: 'DELETE' })).status,
    200,
  );
  assert.ok(await again.closed);
  assert.equal((await other.get('/open/hello')).code, '2.05');
  await assert.rejects(connect(gateway.coapsPort, access));
  again.close();

  // 6. Removed: the session is gone before the answer, and so is the way back.
  assert.equal((await gateway.admin(`/v1/actors/${access.id}`, { method: 'DELETE' })).status, 200);
  assert.deepEqual((await gateway.admin('/v1/sessions')).body['items'], []);
  assert.ok(await other.closed);
  other.close();
  assert.equal((await gateway.admin('/v1/credentials')).body['next'], null);

  // 7. All of it is counted, and no key was written down.
  const { body: page } = await gateway.admin('/metrics');
  assert.match(
    String(page['text']),
    /postern_handshakes_total\{result="\w+",reason="[\w-]*",credential="psk"\} 3/,
  );
  assert.match(String(page['text']), /postern_revocation_seconds_count 2/);
  for (const secret of [access.keyHex, String(second['keyHex'])])
    assert.ok(!gateway.child.stderr().includes(secret));

  assert.equal((await gateway.child.stop()).code, 0);
});

test('the token decides, and only the token', async () => {
  const place = await furnish('token');
  const gateway = await startGateway(place);
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic eDp5' }]) {
    const response = await fetch(`${gateway.adminUrl}/v1/actors`, { headers });
    assert.equal(response.status, 401);
    assert.match(response.headers.get('content-type') ?? '', /problem\+json/);
  }
  assert.equal((await gateway.admin('/v1/actors')).status, 200);
  for (const path of ['/healthz', '/readyz', '/metrics', '/v1/openapi.json', '/docs/']) {
    assert.equal((await fetch(`${gateway.adminUrl}${path}`)).status, 200, path);
  }
  assert.equal((await gateway.child.stop()).code, 0);
});
