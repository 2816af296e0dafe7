/**
 * wolfSSL as a device with a certificate, or with a PSK beside ephemeral keys. Debian's build has no raw public keys
 * and no connection IDs.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freeUdpPort } from '../../support/process.ts';
import { withPeer } from '../../support/peers.ts';
import { type CRun, type CRunOptions, EXIT, runClient } from '../support/c-client.ts';
import { LIMIT } from '../support/contract.ts';
import { endsDuring, type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import type { CertifiedFiles } from '../support/key-files.ts';

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
  let gateway: EveryGateway;
  before(async () => {
    gateway = await startEveryGateway();
  });
  after(() => gateway.stop());

  const run = (options: Partial<CRunOptions>): Promise<CRun> =>
    runClient(wolfssl, { port: gateway.coapsPort, ...options });
  const shows = (files: CertifiedFiles) => ({ certified: { files, authority: gateway.keys.authority } });

  async function succeeds(options: Partial<CRunOptions>, credential: string): Promise<CRun> {
    const [ends, result] = await endsDuring(gateway, () => run(options));
    assert.equal(result.code, EXIT.ok, result.output);
    assert.deepEqual(
      result.answers.map(({ code }) => code),
      ['2.05'],
    );
    assert.deepEqual(
      ends.map((one) => 'credential' in one && one.credential),
      [credential],
    );
    return result;
  }

  for (const suite of ECDSA) {
    test(`${suite}: agreed to and used, each side verified`, LIMIT, async () => {
      const options = { ...shows(gateway.known.meter), options: ['--suites', suite] };
      assert.deepEqual((await succeeds(options, 'meter')).suites, [suite]);
    });
  }

  for (const suite of ECDHE_PSK) {
    test(`${suite}: agreed to and used`, LIMIT, async () => {
      const options = { device: gateway.known.psk, options: ['--suites', suite] };
      assert.deepEqual((await succeeds(options, 'psk')).suites, [suite]);
    });
  }

  test('an RSA certificate', LIMIT, async () => {
    const options = { ...shows(gateway.known.oldMeter), options: ['--suites', ECDSA.join(':')] };
    await succeeds(options, 'oldMeter');
  });

  test('the certificate of nobody is refused as unknown-authority', LIMIT, async () => {
    const options = { ...shows(gateway.keys.certified('stranger')), options: ['--suites', ECDSA[0]] };
    const [ends, { suites }] = await endsDuring(gateway, () => run(options));
    assert.deepEqual(suites, []);
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
