/** OpenSSL's `s_client` as a device: every PSK suite it shares with us, its default offer, a fragmented ClientHello. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import type { Child } from '../../support/process.ts';
import { contract, LIMIT } from '../support/contract.ts';
import { type Device, type Gateway, startGateway } from '../support/gateway.ts';
import { assertCookieExchange, openTap, sentFragmentedHello } from '../support/tap.ts';
import { askSClient, connectSClient, pskOptions, type SClientRun } from './s-client.ts';

const SUITES = [
  'PSK-AES128-CCM8',
  'PSK-AES128-CCM',
  'PSK-AES128-GCM-SHA256',
  'PSK-AES256-CCM8',
  'PSK-AES256-CCM',
  'PSK-AES256-GCM-SHA384',
  'PSK-CHACHA20-POLY1305',
] as const;

/** What must not be agreed to: what is offered, and the alert that says why not. */
const REFUSED = [
  ['DTLS 1.0', '-dtls1', ['-cipher', 'ALL:@SECLEVEL=0'], 'protocol version'],
  ['an offer of CBC suites only', '-dtls1_2', ['-cipher', 'PSK-AES128-CBC-SHA256'], 'handshake failure'],
] as const;

withPeer('openssl', 'openssl s_client', () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  contract(
    () => gateway,
    async (port, device, path) => (await ask(port, device, path)).outcome,
  );

  for (const suite of SUITES) {
    test(`${suite}: agreed to and used`, LIMIT, async () => {
      const { outcome, client } = await ask(gateway.coapsPort, gateway.device, '/hello', ['-cipher', suite]);
      assert.equal(outcome.answer?.code, '2.05');
      assert.match(client.stdout(), new RegExp(`Cipher is ${suite}\n`));
      assert.match(client.stdout(), /Extended master secret: yes/);
      assert.match(client.stdout(), /Secure Renegotiation IS supported/);
    });
  }

  test('its default offer, certificate suites first, ends in an AEAD suite with our key', LIMIT, async () => {
    const { client } = await ask(gateway.coapsPort, gateway.device, '/hello');
    assert.match(client.stdout(), /Cipher is PSK-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)\n/);
  });

  test('a ClientHello in fragments (-mtu 256) is answered without state, then completed', LIMIT, async () => {
    const tap = await openTap(gateway.coapsPort);
    const { outcome } = await ask(tap.port, gateway.device, '/hello', ['-mtu', '256']).finally(() =>
      tap.close(),
    );
    assert.equal(outcome.answer?.code, '2.05');
    assert.ok(sentFragmentedHello(tap), 'the ClientHello came in fragments');
    assertCookieExchange(tap);
  });

  test('max_fragment_length (RFC 6066) of 512 bytes does not disturb', LIMIT, async () => {
    const { outcome } = await ask(gateway.coapsPort, gateway.device, '/hello', ['-maxfraglen', '512']);
    assert.equal(outcome.answer?.code, '2.05');
  });

  test('a client of any DTLS version agrees to 1.2', LIMIT, async () => {
    const { outcome, client } = await ask(gateway.coapsPort, gateway.device, '/hello', [], '-dtls');
    assert.equal(outcome.answer?.code, '2.05');
    assert.match(client.stdout(), /Protocol {2}: DTLSv1\.2\n/);
  });

  for (const [what, version, options, alert] of REFUSED) {
    test(`${what} is told ${alert}`, LIMIT, async () => {
      const { outcome, client } = await ask(gateway.coapsPort, gateway.device, '/hello', options, version);
      assert.deepEqual(outcome, { connected: false });
      assert.match(client.stderr(), new RegExp(`alert ${alert}`));
    });
  }

  test('renegotiation is declined by no_renegotiation, and the next client is served', LIMIT, async () => {
    const client = connect(gateway.coapsPort, gateway.device);
    await client.waitFor(/Extended master secret: /);
    client.write('R\n'); // its own command; it ends when declined
    await client.waitFor(/no renegotiation/);
    await client.exit;
    const { outcome } = await ask(gateway.coapsPort, gateway.device, '/hello');
    assert.equal(outcome.answer?.code, '2.05');
  });

  function connect(port: number, device: Device): Child {
    return connectSClient({ port, options: pskOptions(device) });
  }

  function ask(
    port: number,
    device: Device,
    path: string,
    options: readonly string[] = [],
    version = '-dtls1_2',
  ): Promise<SClientRun> {
    return askSClient({ port, path, version, options: [...pskOptions(device), ...options] });
  }
});
