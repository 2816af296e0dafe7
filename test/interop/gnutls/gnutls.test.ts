/** `gnutls-cli --udp` as a device: each PSK cipher it can, its broad default offer, a small MTU. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { contract, LIMIT } from '../support/contract.ts';
import { type Device, type Gateway, startGateway } from '../support/gateway.ts';
import { askGnutls, type GnutlsRun, pskOptions } from './gnutls-cli.ts';

const CIPHERS = [
  'AES-128-CCM-8',
  'AES-128-CCM',
  'AES-128-GCM',
  'AES-256-CCM-8',
  'AES-256-CCM',
  'AES-256-GCM',
  'CHACHA20-POLY1305',
] as const;

/** Certificate suites and PSK suites together, as a client that does not know what the server has. */
const BROAD = ['--priority', 'NORMAL:+PSK:+ECDHE-PSK'] as const;

withPeer('gnutls-cli', 'gnutls-cli --udp', () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  contract(
    () => gateway,
    async (port, device, path) => (await ask(port, device, path)).outcome,
  );

  for (const cipher of CIPHERS) {
    test(`${cipher}: agreed to and used`, LIMIT, async () => {
      const priority = `NONE:+VERS-DTLS1.2:+PSK:+${cipher}:+AEAD:+SIGN-ALL:+COMP-NULL`;
      const { outcome, client } = await ask(gateway.coapsPort, gateway.device, '/hello', [
        '--priority',
        priority,
      ]);
      assert.equal(outcome.answer?.code, '2.05');
      assert.ok(client.stdout().includes(`(PSK)-(${cipher})`), client.stdout());
      assert.match(client.stdout(), /extended master secret, safe renegotiation/);
    });
  }

  test('a path MTU of 300 bytes', LIMIT, async () => {
    const { outcome } = await ask(gateway.coapsPort, gateway.device, '/hello', [...BROAD, '--mtu', '300']);
    assert.equal(outcome.answer?.code, '2.05');
  });

  function ask(
    port: number,
    device: Device,
    path: string,
    options: readonly string[] = BROAD,
  ): Promise<GnutlsRun> {
    return askGnutls(port, [...pskOptions(device), ...options], path);
  }
});
