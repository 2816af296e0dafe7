/** libcoap's example client as a device, in its OpenSSL and its GnuTLS build: a whole CoAP stack, not only DTLS. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Peer, withPeer } from '../../support/peers.ts';
import { type Finished, run } from '../../support/process.ts';
import { contract, LIMIT, type Outcome } from '../support/contract.ts';
import { type Device, type Gateway, HELLO, LARGE, startGateway } from '../support/gateway.ts';

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

/** `-v 0` keeps its log out of the payload; `-B` is how many seconds it waits before it gives up. */
function get(
  peer: Peer,
  port: number,
  device: Device,
  path: string,
  options: readonly string[] = [],
): Promise<Finished> {
  const psk = ['-u', device.identity.toString(), '-k', device.key.toString()];
  const args = ['-v', '0', '-B', '4', '-m', 'get', ...psk, ...options, `coaps://127.0.0.1:${port}${path}`];
  return run(peer.command, args, { timeoutMs: 10_000 });
}

/** This client ends with 0 whatever happens: a payload on stdout is success, a code on stderr an error response. */
function outcomeOf({ stdout, stderr }: Finished): Outcome {
  const error = /^([45]\.\d\d)/m.exec(stderr)?.[1];
  if (error !== undefined) return { connected: true, answer: { code: error, payload: '' } };
  return stdout === ''
    ? { connected: false }
    : { connected: true, answer: { code: '2.05', payload: stdout } };
}
