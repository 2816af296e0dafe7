/**
 * Everybody acts for himself, with his own token, and libcoap is the devices: what each may say takes effect on the
 * wire, and what he may not is refused by name and changes nothing there.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withPeer } from '../../support/peers.ts';
import { foundTown, termsOf, type Town } from '../support/town.ts';

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

withPeer('coap-client-openssl', 'everybody for himself', (peer) => {
  test('with tokens of their own', async (t) => {
    const town = await foundTown(peer);
    t.after(() => town.door.close());
    const ann = await town.citizen('user/ann');

    await t.test('a manufacturer has the firmware: its owner cannot widen that, and can end it', async () => {
      const { maker, firmware } = await withMaker(town);
      const state = { ...termsOf('read=d/lock/state'), trustee: 'manufacturer/maker' };
      const wider = [
        { ...state, trustor: 'device/lock' },
        { ...state, trustor: 'user/ann' },
        { ...state, ...termsOf('write=d/lock/firmware'), trustor: 'device/lock' },
      ];
      for (const body of wider)
        assert.deepEqual(await ann.refused('/v1/relationships', body), [403, 'manufacturer-bound']);
      assert.deepEqual(await maker.refused('/v1/relationships', wider[0]), [403, 'not-entitled']);
      assert.equal(await town.get('maker', '/door/state'), '4.03');
      assert.equal(await town.get('maker', '/door/firmware'), 'v7');
      await ann.post(`/v1/relationships/${firmware}/revoke`);
      assert.equal(await town.get('maker', '/door/firmware'), '4.03');
    });

    await t.test('what an operator made firm, he alone ends', async () => {
      const firm = await town.trusts('device/lock', 'manufacturer/maker', 'read=d/lock/firmware', {
        firm: true,
      });
      for (const act of ['revoke', 'preview-revocation', 'suspend'])
        assert.deepEqual(await ann.refused(`/v1/relationships/${firm.id}/${act}`), [403, 'not-entitled']);
      assert.equal(await town.get('maker', '/door/firmware'), 'v7');
      await town.revoke(firm.id);
      assert.equal(await town.get('maker', '/door/firmware'), '4.03');
    });

    await t.test('the owner lets a guest in for a week, and shows him out', async () => {
      await town.device('guests-phone', 'guest');
      const known = await ann.post('/v1/relationships', {
        trustor: 'user/ann',
        trustee: 'user/guest',
        ...termsOf('read=d/lock/*'),
      });
      assert.equal(await town.get('guests-phone', '/door/state'), 'locked', 'ann passes on what is hers');
      await ann.post(`/v1/relationships/${String(known['id'])}/revoke`);
      assert.equal(await town.get('guests-phone', '/door/state'), '4.03');
    });

    await t.test('a week’s guest, introduced by the owner, is gone when the time is over', async () => {
      await town.user('weekly');
      await town.device('weekly-phone', 'weekly');
      const letIn = async (notAfter: number): Promise<string> => {
        const grant = { trustee: 'user/weekly', ...termsOf('read=d/lock/state') };
        const known = await ann.post('/v1/relationships', { trustor: 'user/ann', ...grant, notAfter });
        const vouch = { introducer: 'user/ann', trustor: 'device/lock', ...grant };
        const introduced = await ann.post('/v1/introductions', vouch);
        assert.equal(introduced['notAfter'], notAfter, 'no longer than what it stands on');
        return String(known['id']);
      };
      const week = await letIn(Date.now() + WEEK_MS);
      assert.equal(await town.get('weekly-phone', '/door/state'), 'locked');
      assert.equal(await town.get('weekly-phone', '/door/firmware'), '4.03', 'and to nothing else');
      const { falls } = await ann.post(`/v1/relationships/${week}/revoke`);
      assert.equal((falls as unknown[]).length, 2);
      assert.equal(await town.get('weekly-phone', '/door/state'), '4.03');
      const notAfter = Date.now() + 2_500;
      await letIn(notAfter);
      assert.equal(await town.get('weekly-phone', '/door/state'), 'locked');
      await wait(Math.max(0, notAfter - Date.now()) + 50);
      assert.equal(await town.get('weekly-phone', '/door/state'), '4.03');
    });

    await t.test('nobody vouches for more than he has', async () => {
      const until = Date.now() + WEEK_MS;
      await town.trusts('device/lock', 'user/hal', 'read=d/lock/*', { introduce: 1, notAfter: until });
      await town.device('carls-phone', 'carl');
      const hal = await town.citizen('user/hal');
      await hal.post('/v1/relationships', {
        trustor: 'user/hal',
        trustee: 'user/carl',
        ...termsOf('read=*'),
        level: 'administer',
        introduce: 3,
      });
      const ends = { introducer: 'user/hal', trustor: 'device/lock', trustee: 'user/carl' };
      const vouch = { ...ends, ...termsOf('read=d/lock/state') };
      for (const [over, code] of [
        [termsOf('write=d/lock/state'), 'terms-exceeded'],
        [{ level: 'operate' }, 'terms-exceeded'],
        [{ notAfter: until + 1 }, 'terms-exceeded'],
        [{ introduce: 1 }, 'introductions-exhausted'],
      ] as const) {
        assert.deepEqual(await hal.refused('/v1/introductions', { ...vouch, ...over }), [409, code]);
      }
      assert.deepEqual(
        await ann.refused('/v1/introductions', vouch),
        [404, 'actor-unknown'],
        'not hers to know',
      );
      assert.equal(await town.get('carls-phone', '/door/state'), '4.03');
      await hal.post('/v1/introductions', vouch);
      assert.equal(await town.get('carls-phone', '/door/state'), 'locked');
    });

    await t.test('a provider suspends what came in on his word, all of it, and resumes it', async () => {
      const { services, given } = await withProvider(town);
      const cameras = ['cam-1', 'cam-2'];
      for (const name of cameras) assert.equal(await town.get(name, '/acme/in'), 'taken');
      await services.post(`/v1/relationships/${given}/suspend`);
      for (const name of cameras) assert.equal(await town.get(name, '/acme/in'), '4.03');
      await services.post(`/v1/relationships/${given}/resume`);
      for (const name of cameras) assert.equal(await town.get(name, '/acme/in'), 'taken');
      await town.post(`/v1/relationships/${given}/suspend`);
      const again = await services.refused(`/v1/relationships/${given}/resume`);
      assert.deepEqual(again, [403, 'not-entitled'], 'an operator suspended it');
      assert.equal(await town.get('cam-1', '/acme/in'), '4.03');
      await town.post(`/v1/relationships/${given}/resume`);
      assert.equal(await town.get('cam-1', '/acme/in'), 'taken');
    });

    await t.test('a platform that acts for a customer has what both have', async () => {
      await town.post('/v1/actors', { kind: 'platform', name: 'deputy' });
      await town.post('/v1/credentials', { actor: 'platform/deputy', ...town.psk('deputy'), user: 'dan' });
      const own = await town.trusts('platform/acme', 'platform/deputy', 'read=backend/acme/*');
      assert.equal(await town.get('deputy', '/acme/in'), '4.03', 'its own right is not for others to use');
      const dans = await town.trusts('platform/acme', 'user/dan', 'read=backend/acme/*');
      assert.equal(await town.get('deputy', '/acme/in'), 'taken');
      await town.post(`/v1/relationships/${own.id}/suspend`);
      assert.equal(await town.get('deputy', '/acme/in'), '4.03', 'nor is his right its');
      await town.post(`/v1/relationships/${own.id}/resume`);
      await town.revoke(dans.id);
      assert.equal(await town.get('deputy', '/acme/in'), '4.03');
    });

    await t.test(
      'whoever is suspended says nothing any more, and what he gave rests until he is back',
      async () => {
        for (const name of ['kay', 'lee']) await town.user(name);
        await town.device('lees-phone', 'lee');
        const kay = await town.citizen('user/kay');
        await town.trusts('device/lock', 'user/kay', 'read=d/lock/*', { introduce: 1 });
        const lee = { trustee: 'user/lee', ...termsOf('read=d/lock/state') };
        await kay.post('/v1/relationships', { trustor: 'user/kay', ...lee });
        await kay.post('/v1/introductions', { introducer: 'user/kay', trustor: 'device/lock', ...lee });
        assert.equal(await town.get('lees-phone', '/door/state'), 'locked');
        const { items } = await kay.get('/v1/actors?kind=user');
        const [self] = items as readonly { readonly id: string }[];
        await town.post(`/v1/actors/${self?.id ?? ''}/suspend`);
        assert.deepEqual(await kay.refused('/v1/actors'), [401, 'token-invalid']);
        assert.equal(await town.get('lees-phone', '/door/state'), '4.03');
        await town.post(`/v1/actors/${self?.id ?? ''}/resume`);
        assert.equal(await town.get('lees-phone', '/door/state'), 'locked');
      },
    );
  });
});

/** The manufacturer of the lock: let in on the firmware by an operator, with a key and a token of its own. */
async function withMaker(town: Town) {
  const made = await town.post('/v1/actors', { kind: 'manufacturer', name: 'maker' });
  await town.post('/v1/credentials', { actor: made['id'], ...town.psk('maker') });
  const { id } = await town.trusts('device/lock', 'manufacturer/maker', 'read=d/lock/firmware');
  return { maker: await town.citizen('manufacturer/maker'), firmware: id };
}

/** The platform lets a provider bring customers; he brings one, who has two cameras. Each says so for himself. */
async function withProvider(town: Town) {
  await town.post('/v1/actors', { kind: 'provider', name: 'services' });
  await town.user('customer');
  for (const name of ['cam-1', 'cam-2']) await town.device(name, 'customer');
  const acme = await town.citizen('platform/acme');
  const services = await town.citizen('provider/services');
  const grant = termsOf('read=backend/acme/*');
  await acme.post('/v1/relationships', {
    trustor: 'platform/acme',
    trustee: 'provider/services',
    ...grant,
    introduce: 1,
  });
  const customer = { trustee: 'user/customer', ...grant };
  const { id } = await services.post('/v1/relationships', { trustor: 'provider/services', ...customer });
  await services.post('/v1/introductions', {
    introducer: 'provider/services',
    trustor: 'platform/acme',
    ...customer,
  });
  return { services, given: String(id) };
}
