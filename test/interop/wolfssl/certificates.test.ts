/**
 * wolfSSL as a device with a certificate, or with a PSK beside ephemeral keys. Debian's build has no raw public keys
 * and no connection IDs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeUdpPort } from '../../support/process.ts';
import { withPeer } from '../../support/peers.ts';
import { EXIT, runClient } from '../support/c-client.ts';
import { keyedClient } from '../support/c-keys.ts';
import { LIMIT } from '../support/contract.ts';
import { startEveryGateway } from '../support/every-gateway.ts';

const ECDSA = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
] as const;
const ECDHE_PSK = [
  'ECDHE-PSK-AES128-GCM-SHA256',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'ECDHE-PSK-AES128-CBC-SHA256',
] as const;

withPeer('wolfssl', 'wolfSSL with certificates', (wolfssl) => {
  const { gateway, shows, succeeds, refused } = keyedClient(wolfssl, { ecdsa: ECDSA, ecdhePsk: ECDHE_PSK });

  test('an RSA certificate', LIMIT, async () => {
    const options = { ...shows(gateway().known.oldMeter), options: ['--suites', ECDSA.join(':')] };
    await succeeds(options, 'oldMeter');
  });

  test('the certificate of nobody is refused as unknown-authority', LIMIT, async () => {
    const options = { ...shows(gateway().keys.certified('stranger')), options: ['--suites', ECDSA[0]] };
    const { ends } = await refused(options);
    assert.deepEqual(ends, [{ end: 'unknown-authority' }]);
  });
});

/** It offers PSK suites though it has no PSK, and when one of them is chosen it stops without a word. */
withPeer('wolfssl', 'wolfSSL with a certificate and its default offer', (wolfssl) => {
  for (const from of ['the same port', 'another port'] as const) {
    test(`gets in when it tries again from ${from}`, LIMIT, async (context) => {
      const gateway = await startEveryGateway();
      context.after(() => gateway.stop());
      const certified = { files: gateway.known.meter, authority: gateway.keys.authority };
      const port = from === 'the same port' ? ['--local-port', String(await freeUdpPort())] : [];
      const attempt = () => runClient(wolfssl, { port: gateway.coapsPort, certified, options: port });
      assert.equal((await attempt()).code, EXIT.handshakeFailed);
      // From elsewhere it is another client, until the first has been silent for three seconds.
      if (port.length === 0) await new Promise((resolve) => setTimeout(resolve, 3_200));
      const { code, answers, output } = await attempt();
      assert.equal(code, EXIT.ok, output);
      assert.equal(answers[0]?.code, '2.05');
      const last = gateway.handshakes().at(-1);
      assert.equal(last !== undefined && 'by' in last && last.by, 'x509');
    });
  }
});
