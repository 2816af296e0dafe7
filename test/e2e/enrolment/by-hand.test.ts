/** Keys and codes that are carried by hand, from the command line to devices that speak with libcoap's client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { toHex, utf8 } from '../../../src/base/index.ts';
import { decodeEnrolmentMessage, encodeEnrolmentMessage } from '../../../src/enrolment/index.ts';
import { withPeer } from '../../support/peers.ts';
import { ask, fitsArgument, HELLO, type Operator, type Psk, startOperator } from './operator.ts';

withPeer('coap-client-openssl', 'by hand', (peer) => {
  test('a key is carried, replaced and handed on', async (t) => {
    const operator = await startOperator('by-hand');
    for (const user of ['ann', 'bob']) assert.equal((await operator.postern(['user', 'add', user])).code, 0);

    await t.test(
      'a device learns from its tag where the gateway is and who it is itself, and gets in',
      async () => {
        const tag = await tagThatFits(operator);
        assert.equal(tag.gateway, `coaps://127.0.0.1:${operator.gateway.coapsPort}`);
        const { fingerprint } = (await operator.gateway.admin('/v1/gateway')).body;
        assert.equal(tag.gatewayKey === null ? '' : toHex(tag.gatewayKey), fingerprint);
        const psk = { identity: Buffer.from(tag.identity).toString(), keyHex: toHex(tag.key) };
        assert.equal(await ask(peer, operator, psk), HELLO);
      },
    );

    await t.test('a device that came with a tag is registered from it, and gets in', async () => {
      const psk = { identity: 'meter-7', keyHex: toHex(utf8('made-in-a-factory')) };
      const bytes = encodeEnrolmentMessage({
        kind: 'psk',
        device: 'meter-7',
        identity: utf8(psk.identity),
        key: utf8('made-in-a-factory'),
        gateway: null,
        gatewayKey: null,
      });
      operator.write('meter.ndef', bytes);
      assert.equal(await ask(peer, operator, psk), 'out');
      const added = await operator.json(['device', 'add', '--owner', 'ann', '--ndef-import', 'meter.ndef']);
      assert.equal(added['name'], 'meter-7');
      assert.equal((added['credential'] as { established: string }).established, 'nfc');
      assert.equal(await ask(peer, operator, psk), HELLO);
    });

    await t.test('rotation: old and new overlap until the new one is used', async () => {
      const old = await newDevice(operator, 'lamp-1');
      const fresh = await rotated(operator, 'lamp-1');
      assert.equal(await ask(peer, operator, old), HELLO);
      assert.equal(await ask(peer, operator, old), HELLO);
      assert.equal(await ask(peer, operator, fresh), HELLO);
      assert.equal(await eventually(() => ask(peer, operator, old), 'out'), 'out');
      assert.equal(await ask(peer, operator, fresh), HELLO);
    });

    await t.test('rotation: or until a date, used or not', async () => {
      const old = await newDevice(operator, 'lamp-2');
      const end = Date.now() + 6_000;
      const fresh = await rotated(operator, 'lamp-2', '--until', new Date(end).toISOString());
      assert.equal(await ask(peer, operator, old), HELLO);
      await wait(Math.max(0, end - Date.now()) + 50);
      assert.equal(await ask(peer, operator, old), 'out');
      assert.equal(await ask(peer, operator, fresh), HELLO);
    });

    await t.test('suspended and resumed', async () => {
      const psk = await newDevice(operator, 'lamp-3');
      assert.equal((await operator.postern(['device', 'suspend', 'lamp-3'])).code, 0);
      assert.notEqual(await ask(peer, operator, psk), HELLO);
      assert.equal((await operator.postern(['device', 'resume', 'lamp-3'])).code, 0);
      assert.equal(await ask(peer, operator, psk), HELLO);
    });

    await t.test('handed over: the old key ends, the new owner is shown a new one', async () => {
      const old = await newDevice(operator, 'lamp-4');
      const key = operator.write('lamp-4.key', toHex(utf8('a-key-for-bobs-lamp')));
      const argv = [
        'device',
        'transfer',
        'lamp-4',
        '--to',
        'bob',
        '--identity',
        'lamp-4b',
        '--key-file',
        key,
      ];
      assert.equal((await operator.postern(argv)).code, 0);
      assert.equal(await ask(peer, operator, old), 'out');
      const fresh = { identity: 'lamp-4b', keyHex: toHex(utf8('a-key-for-bobs-lamp')) };
      assert.equal(await ask(peer, operator, fresh), HELLO);
    });

    await t.test('released, claimed by the code on its tag: one owner, once', async () => {
      await newDevice(operator, 'lamp-5');
      assert.equal((await operator.postern(['device', 'release', 'lamp-5', '--ndef', 'claim.ndef'])).code, 0);
      const claims = await Promise.all(
        ['ann', 'bob'].map((user) =>
          operator.postern(['claim', '--user', user, '--ndef-import', 'claim.ndef']),
        ),
      );
      assert.deepEqual(claims.map(({ code }) => code).toSorted(), [0, 1]);
      assert.match(claims.map(({ stderr }) => stderr).join(''), /somebody owns it already/);
    });
  });
});

/** Adds devices until one has a key that libcoap's command line can take; gives what is on its tag. */
async function tagThatFits(operator: Operator) {
  for (let attempt = 0; attempt < 20; attempt++) {
    const name = `tag-${attempt}`;
    const { code } = await operator.postern([
      'device',
      'add',
      name,
      '--owner',
      'ann',
      '--ndef',
      `${name}.ndef`,
    ]);
    assert.equal(code, 0);
    const decoded = decodeEnrolmentMessage(operator.read(`${name}.ndef`));
    assert.ok(decoded.kind === 'enrolment' && decoded.enrolment.kind === 'psk');
    if (fitsArgument({ identity: name, keyHex: toHex(decoded.enrolment.key) })) return decoded.enrolment;
  }
  return assert.fail('twenty keys with a zero');
}

async function newDevice(operator: Operator, name: string): Promise<Psk> {
  const psk = { identity: name, keyHex: toHex(utf8(`first-key-of-${name}`)) };
  const argv = ['device', 'add', name, '--owner', 'ann', '--identity', name, '--key-file', '-'];
  assert.equal((await operator.postern(argv, psk.keyHex)).code, 0);
  return psk;
}

async function rotated(operator: Operator, name: string, ...more: string[]): Promise<Psk> {
  const psk = { identity: `${name}-next`, keyHex: toHex(utf8(`next-key-of-${name}`)) };
  const argv = ['device', 'rotate', name, '--identity', psk.identity, '--key-file', '-', ...more];
  const { code, stderr } = await operator.postern(argv, psk.keyHex);
  assert.equal(code, 0, stderr);
  return psk;
}

/** What comes when it is asked for until it is `wanted`, for five seconds at most. */
async function eventually(look: () => Promise<string>, wanted: string): Promise<string> {
  const end = Date.now() + 5_000;
  for (;;) {
    const seen = await look();
    if (seen === wanted || Date.now() > end) return seen;
    await wait(50);
  }
}
