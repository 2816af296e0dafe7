/** libcoap's example client as a device, in its OpenSSL and its GnuTLS build: a whole CoAP stack, not only DTLS. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Peer, withPeer } from '../../support/peers.ts';
import type { Finished } from '../../support/process.ts';
import { contract, LIMIT } from '../support/contract.ts';
import { type Device, type Gateway, HELLO, LARGE, startGateway } from '../support/gateway.ts';
import { getWith, outcomeOf, pskOptions } from './coap-client.ts';

for (const build of ['coap-client-openssl', 'coap-client-gnutls'] as const) {
  withPeer(build, build, (peer) => {
    let gateway: Gateway;
    before(async () => {
      gateway = await startGateway();
    });
    after(() => gateway.stop());

    contract(
      () => gateway,
      async (port, device, path) => outcomeOf(await get(peer, port, device, path)),
    );

    test('a non-confirmable GET is answered non-confirmable', LIMIT, async () => {
      const { stdout } = await get(peer, gateway.coapsPort, gateway.device, '/hello', ['-N', '-v', '6']);
      assert.match(stdout, /t:NON c:2\.05/); // -v 6 prints each message
      assert.match(stdout, new RegExp(HELLO));
    });

    test('several requests over one session are each answered', LIMIT, async () => {
      const { stdout } = await get(peer, gateway.coapsPort, gateway.device, '/hello', ['-G', '2', '-w']);
      assert.deepEqual(stdout.trim().split('\n'), [HELLO, HELLO]);
    });

    test('a body that fills a datagram arrives whole', LIMIT, async () => {
      const { stdout } = await get(peer, gateway.coapsPort, gateway.device, '/large');
      assert.equal(stdout.trimEnd(), LARGE);
    });
  });
}

function get(
  peer: Peer,
  port: number,
  device: Device,
  path: string,
  options: readonly string[] = [],
): Promise<Finished> {
  return getWith(peer, port, pskOptions(device), path, options);
}
