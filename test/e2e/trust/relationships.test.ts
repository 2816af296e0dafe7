/** Every kind of relationship, with libcoap's client as the devices: what trust gives passes, and nothing else does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withPeer } from '../../support/peers.ts';
import { connect } from '../support/device.ts';
import { foundTown, type Relationship } from '../support/town.ts';

withPeer('coap-client-openssl', 'relationships on the wire', (peer) => {
  test('what trust gives passes, and nothing else', async (t) => {
    const town = await foundTown(peer);
    t.after(() => town.door.close());

    await t.test('two devices: a lock lets a key in, with no user online', async () => {
      await town.device('key-1', 'gil');
      assert.equal(await town.get('key-1', '/door/state'), '4.03');
      const { id } = await town.trusts('device/lock', 'device/key-1', 'read=d/lock/state');
      assert.equal(await town.get('key-1', '/door/state'), 'locked');
      assert.equal(await town.get('key-1', '/door/firmware'), '4.03', 'and to nothing else');
      await town.revoke(id);
      assert.equal(await town.get('key-1', '/door/state'), '4.03');
    });

    await t.test('user and device: whatever acts for the user may, nobody else', async () => {
      await town.device('bobs-phone', 'bob');
      await town.device('carls-phone', 'carl');
      await town.trusts('device/lock', 'user/bob', 'read=d/lock/*');
      assert.equal(await town.get('bobs-phone', '/door/state'), 'locked');
      assert.equal(await town.get('carls-phone', '/door/state'), '4.03');
    });

    await t.test('user and platform: a platform takes what the devices of its customer send', async () => {
      await town.device('dans-meter', 'dan');
      const { id } = await town.trusts('platform/acme', 'user/dan', 'read=backend/acme/*');
      assert.equal(await town.get('dans-meter', '/acme/in'), 'taken');
      await town.post(`/v1/relationships/${id}/suspend`);
      assert.equal(await town.get('dans-meter', '/acme/in'), '4.03');
      await town.post(`/v1/relationships/${id}/resume`);
      assert.equal(await town.get('dans-meter', '/acme/in'), 'taken');
    });

    await t.test('manufacturer and device: the firmware only, until it is removed', async () => {
      const made = await town.post('/v1/actors', { kind: 'manufacturer', name: 'maker' });
      await town.post('/v1/credentials', { actor: made['id'], ...town.psk('maker') });
      const { id } = await town.trusts('device/lock', 'manufacturer/maker', 'read=d/lock/firmware');
      assert.equal(await town.get('maker', '/door/firmware'), 'v7');
      assert.equal(await town.get('maker', '/door/state'), '4.03');
      await town.revoke(id);
      assert.equal(await town.get('maker', '/door/firmware'), '4.03');
    });

    await t.test('provider and devices: suspended, all of them get 4.03; resumed, all are back', async () => {
      const { id: provider } = await town.post('/v1/actors', { kind: 'provider', name: 'services' });
      await town.trusts('platform/acme', 'provider/services', 'read=backend/acme/*', { introduce: 1 });
      for (const name of ['cam-1', 'cam-2']) {
        await town.device(name, 'ann');
        await town.trusts('provider/services', `device/${name}`, 'read=backend/acme/*');
        await town.introduce('provider/services', 'platform/acme', `device/${name}`, 'read=backend/acme/*');
        assert.equal(await town.get(name, '/acme/in'), 'taken');
      }
      await town.post(`/v1/actors/${String(provider)}/suspend`);
      for (const name of ['cam-1', 'cam-2']) assert.equal(await town.get(name, '/acme/in'), '4.03');
      await town.post(`/v1/actors/${String(provider)}/resume`);
      for (const name of ['cam-1', 'cam-2']) assert.equal(await town.get(name, '/acme/in'), 'taken');
    });

    await t.test('a guest is let in for a while by somebody of the house, and no longer', async () => {
      await town.device('guests-phone', 'guest');
      await town.trusts('device/lock', 'user/hal', 'read=d/lock/*', { introduce: 1 });
      await town.trusts('user/hal', 'user/guest', 'read=d/lock/*');
      const notAfter = Date.now() + 3_000;
      await town.introduce('user/hal', 'device/lock', 'user/guest', 'read=d/lock/state', { notAfter });
      assert.equal(await town.get('guests-phone', '/door/state'), 'locked');
      await wait(Math.max(0, notAfter - Date.now()) + 50);
      assert.equal(await town.get('guests-phone', '/door/state'), '4.03');
    });

    await t.test('two revoked, four and five fall, in a session that stays open', async () => {
      const { two, names } = await town.picture('a');
      const five = await connect(town.gateway.coapsPort, town.access(names.five));
      assert.equal((await five.get('/door/state')).code, '2.05');
      assert.equal(await town.get(names.four, '/door/state'), 'locked');
      const { falls } = await town.revoke(two);
      assert.equal((falls as unknown[]).length, 3);
      assert.equal((await five.get('/door/state')).code, '4.03');
      assert.equal(await town.get(names.four, '/door/state'), '4.03');
      const seen = town.door.requests();
      assert.equal((await five.get('/door/state')).code, '4.03');
      assert.equal(town.door.requests(), seen, 'the backend saw nothing of it');
      five.close();
    });

    await t.test('two revoked, and another introducer holds four, and with it five', async () => {
      const { two, four, names } = await town.picture('b');
      await town.user('erin');
      await town.trusts('device/lock', 'user/erin', 'read=d/lock/*', { introduce: 2 });
      await town.trusts('user/erin', `user/${names.fourUser}`, 'read=d/lock/*', { introduce: 2 });
      const held = { relationship: four, introduce: 1 };
      await town.introduce('user/erin', 'device/lock', `user/${names.fourUser}`, 'read=d/lock/*', held);
      const { survives } = await town.revoke(two);
      assert.deepEqual(
        (survives as Relationship[]).map(({ id }) => id),
        [four],
      );
      assert.equal(await town.get(names.four, '/door/state'), 'locked');
      assert.equal(await town.get(names.five, '/door/state'), 'locked');
    });

    await t.test('a device that was claimed acts for its owner, and for nobody before', async () => {
      const made = await town.post('/v1/actors', { kind: 'device', name: 'new', claim: true });
      await town.post('/v1/credentials', { actor: 'new', ...town.psk('new') });
      await town.trusts('platform/acme', 'user/fay', 'read=backend/acme/*');
      assert.equal(await town.get('new', '/acme/in'), '4.03');
      await town.post('/v1/claims', { device: 'new', code: made['claimCode'], user: 'fay' });
      assert.equal(await town.get('new', '/acme/in'), 'taken');
    });
  });
});
