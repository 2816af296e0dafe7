/** wolfSSL as a device: record version fefd from the start, no renegotiation signalling, ChaCha20 its one suite. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { outcomeOf, runClient } from '../support/c-client.ts';
import { contract, LIMIT } from '../support/contract.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

withPeer('wolfssl', 'wolfSSL', (wolfssl) => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  contract(
    () => gateway,
    async (port, device, path) => outcomeOf(await runClient(wolfssl, { port, device, paths: [path] })),
  );

  test('its default offer ends in ChaCha20-Poly1305', LIMIT, async () => {
    const { suites, output } = await runClient(wolfssl, { port: gateway.coapsPort, device: gateway.device });
    assert.deepEqual(suites, ['PSK-CHACHA20-POLY1305'], output);
  });

  test('a device that rebooted comes back from the same port', LIMIT, async () => {
    const run = await runClient(wolfssl, {
      port: gateway.coapsPort,
      device: gateway.device,
      options: ['--reboot'],
    });
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(
      run.answers.map(({ code }) => code),
      ['2.05', '2.05'],
    );
  });
});
