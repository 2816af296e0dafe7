/** Mbed TLS as a device: the suites, small datagrams, odd identities, a reboot, and what an onlooker can tell apart. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { EXIT, outcomeOf, runClient } from '../support/c-client.ts';
import { contract, LIMIT } from '../support/contract.ts';
import { type Device, type Gateway, startGateway, strangersTo } from '../support/gateway.ts';
import { assertCookieExchange, type Copies, openTap } from '../support/tap.ts';
import { shapeOf } from '../support/wire.ts';

const SUITES = [
  'TLS-PSK-WITH-AES-128-CCM-8',
  'TLS-PSK-WITH-AES-128-CCM',
  'TLS-PSK-WITH-AES-128-GCM-SHA256',
  'TLS-PSK-WITH-AES-256-CCM-8',
  'TLS-PSK-WITH-AES-256-CCM',
  'TLS-PSK-WITH-AES-256-GCM-SHA384',
  'TLS-PSK-WITH-CHACHA20-POLY1305-SHA256',
] as const;

withPeer('mbedtls', 'Mbed TLS', (mbedtls) => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  contract(
    () => gateway,
    async (port, device, path) => outcomeOf(await runClient(mbedtls, { port, device, paths: [path] })),
  );

  /** One run with our device, asserted to succeed. */
  async function succeed(options: readonly string[], answers = 1): Promise<readonly string[]> {
    const run = await runClient(mbedtls, { port: gateway.coapsPort, device: gateway.device, options });
    assert.equal(run.code, EXIT.ok, run.output);
    assert.deepEqual(
      run.answers.map(({ code }) => code),
      Array(answers).fill('2.05'),
    );
    return run.suites;
  }

  for (const suite of SUITES) {
    test(`${suite}: agreed to and used`, LIMIT, async () => {
      assert.deepEqual(await succeed(['--suites', suite]), [suite]);
    });
  }

  test('without extended_master_secret (older stacks)', LIMIT, async () => {
    await succeed(['--no-ems']);
  });
  test('a path MTU of 256 bytes', LIMIT, async () => {
    await succeed(['--mtu', '256']);
  });
  test('max_fragment_length of 512 bytes', LIMIT, async () => {
    await succeed(['--max-fragment', '512']);
  });

  test('a device that rebooted comes back from the same port (RFC 6347 section 4.2.8)', LIMIT, async () => {
    const suites = await succeed(['--reboot', '--suites', SUITES[0]], 2);
    assert.deepEqual(suites, [SUITES[0], SUITES[0]]);
  });

  test('a failed handshake from the same port leaves the first session alive', LIMIT, async () => {
    const impostor = strangersTo(gateway).wrongKey.key.toString('hex');
    const run = await runClient(mbedtls, {
      port: gateway.coapsPort,
      device: gateway.device,
      options: ['--impostor-key-hex', impostor],
      patienceMs: 8_000,
    });
    assert.equal(run.code, EXIT.ok, run.output);
    assert.match(run.output, /handshake ok[^]*reply[^]*handshake failed[^]*reply/);
    assert.deepEqual(
      run.answers.map(({ code }) => code),
      ['2.05', '2.05'],
    );
  });

  describe('a bad network', () => {
    for (const from of ['client', 'gateway'] as const) {
      for (const lost of [0, 1, 2]) {
        test(`datagram ${lost} of the ${from} lost`, LIMIT, () =>
          succeedOver((sender, index) => (sender === from && index === lost ? 0 : 1)),
        );
      }
    }
    test('every datagram doubled', LIMIT, () => succeedOver(() => 2));
    test('every third datagram of each side lost', LIMIT, () =>
      succeedOver((_, index) => (index % 3 === 1 ? 0 : 1)),
    );
  });

  async function succeedOver(copies: Copies): Promise<void> {
    const tap = await openTap(gateway.coapsPort, copies);
    const options = ['--suites', SUITES[0]];
    const run = await runClient(mbedtls, {
      port: tap.port,
      device: gateway.device,
      paths: [],
      options,
      patienceMs: 9_000,
    });
    tap.close();
    assert.equal(run.code, EXIT.ok, run.output);
    assert.deepEqual(run.suites, [SUITES[0]]);
  }

  describe('identities are bytes', () => {
    for (const which of ['nulIdentity', 'longIdentity'] as const) {
      test(which, LIMIT, async () => {
        const device = gateway.oddDevices[which];
        const run = await runClient(mbedtls, { port: gateway.coapsPort, device });
        assert.equal(run.answers[0]?.code, '2.05', run.output);
      });
    }

    test('an identity cut short at its NUL is another identity', LIMIT, async () => {
      const { identity, key } = gateway.oddDevices.nulIdentity;
      const device = { identity: identity.subarray(0, identity.indexOf(0)), key };
      const run = await runClient(mbedtls, { port: gateway.coapsPort, device });
      assert.notEqual(run.code, EXIT.ok);
      assert.deepEqual(run.suites, []);
    });
  });

  test('a wrong key and an unknown identity look the same on the wire', LIMIT, async () => {
    const { wrongKey, unknownIdentity } = strangersTo(gateway);
    assert.equal(wrongKey.identity.length, unknownIdentity.identity.length, 'the hellos are equally long');
    const [wrong, unknown] = await Promise.all([lookAt(wrongKey), lookAt(unknownIdentity)]);
    assert.deepEqual(wrong, unknown);
  });

  /** How the client ended and the distinct datagrams of the gateway, in order, as an onlooker sees them. */
  async function lookAt(device: Device): Promise<{ code: number | null; shapes: string[] }> {
    const tap = await openTap(gateway.coapsPort);
    const { code } = await runClient(mbedtls, { port: tap.port, device, options: ['--suites', SUITES[0]] });
    tap.close();
    assertCookieExchange(tap);
    const shapes = tap.seen.filter(({ from }) => from === 'gateway').map(({ datagram }) => shapeOf(datagram));
    return { code, shapes: shapes.filter((shape, index) => shape !== shapes[index - 1]) };
  }
});
