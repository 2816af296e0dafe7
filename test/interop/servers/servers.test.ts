/** The other way round: our client role against libcoap's servers, on OpenSSL and on GnuTLS. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { type Child, freeUdpPort, start } from '../../support/process.ts';
import { findAnswer, get } from '../support/coap-bytes.ts';
import { LIMIT } from '../support/contract.ts';
import { connect, pskOf } from '../support/own-client.ts';
import { DEVICE } from '../support/scene.ts';

const EVERYWHERE = [
  'TLS_PSK_WITH_AES_128_CCM_8',
  'TLS_PSK_WITH_AES_128_CCM',
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_PSK_WITH_AES_256_CCM',
  'TLS_PSK_WITH_AES_256_GCM_SHA384',
  'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256',
];
/** libcoap does not let GnuTLS offer AES-256-CCM-8. */
const SUITES = {
  'coap-server-openssl': [...EVERYWHERE, 'TLS_PSK_WITH_AES_256_CCM_8'],
  'coap-server-gnutls': EVERYWHERE,
} as const;

for (const name of ['coap-server-openssl', 'coap-server-gnutls'] as const) {
  withPeer(name, name, (peer) => {
    let server: Child;
    let port: number;
    before(async () => {
      port = (await freeUdpPort(2)) + 1; // the server takes the one below for plain CoAP
      const psk = ['-k', DEVICE.key.toString(), '-h', 'a hint'];
      server = start(peer.command, ['-A', '127.0.0.1', '-p', String(port - 1), ...psk]);
      await new Promise((resolve) => setTimeout(resolve, 300)); // it prints nothing when it is ready
    });
    after(async () => {
      await server.stop();
    });

    for (const suite of SUITES[name]) {
      test(`${suite}: agreed to and used`, LIMIT, async () => {
        const client = await connect({ port, client: { ...pskOf(DEVICE), suites: [suite] } });
        assert.deepEqual(client.outcome, { suite });
        const answer = findAnswer(await client.ask(get({ path: '/' })));
        client.close();
        assert.equal(answer?.code, '2.05');
        assert.match(answer.payload, /libcoap/);
      });
    }

    test('our default offer is agreed to', LIMIT, async () => {
      const client = await connect({ port, client: pskOf(DEVICE) });
      assert.ok('suite' in client.outcome, JSON.stringify(client.outcome));
      client.close();
    });

    test('a wrong key ends without a connection', LIMIT, async () => {
      const client = await connect({
        port,
        client: pskOf({ ...DEVICE, key: Buffer.from('another-secret-2') }),
      });
      assert.ok('failed' in client.outcome, JSON.stringify(client.outcome));
      client.close();
    });
  });
}
