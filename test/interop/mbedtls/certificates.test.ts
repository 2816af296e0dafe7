/** Mbed TLS as a device with a certificate, or with a PSK beside ephemeral keys. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { type CRun, type CRunOptions, EXIT, runClient } from '../support/c-client.ts';
import { LIMIT } from '../support/contract.ts';
import { endsDuring, type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import type { CertifiedFiles } from '../support/key-files.ts';

const ECDSA = [
  'TLS-ECDHE-ECDSA-WITH-AES-128-CCM-8',
  'TLS-ECDHE-ECDSA-WITH-AES-128-CCM',
  'TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256',
  'TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256',
  'TLS-ECDHE-ECDSA-WITH-AES-256-CCM-8',
  'TLS-ECDHE-ECDSA-WITH-AES-256-CCM',
  'TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384',
] as const;
const ECDHE_PSK = [
  'TLS-ECDHE-PSK-WITH-CHACHA20-POLY1305-SHA256',
  'TLS-ECDHE-PSK-WITH-AES-128-CBC-SHA256',
] as const;

withPeer('mbedtls', 'Mbed TLS with certificates', (mbedtls) => {
  let gateway: EveryGateway;
  before(async () => {
    gateway = await startEveryGateway();
  });
  after(() => gateway.stop());

  const run = (options: Partial<CRunOptions>): Promise<CRun> =>
    runClient(mbedtls, { port: gateway.coapsPort, ...options });
  const shows = (files: CertifiedFiles) => ({ certified: { files, authority: gateway.keys.authority } });

  async function succeeds(options: Partial<CRunOptions>, credential: string, handshakes = 1): Promise<CRun> {
    const [ends, result] = await endsDuring(gateway, () => run(options));
    assert.equal(result.code, EXIT.ok, result.output);
    assert.deepEqual(
      result.answers.map(({ code }) => code),
      Array(handshakes).fill('2.05'),
    );
    assert.deepEqual(
      ends.map((one) => 'credential' in one && one.credential),
      Array(handshakes).fill(credential),
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

  for (const who of ['oldMeter', 'newMeter'] as const) {
    test(`the certificate of the ${who}`, LIMIT, async () => {
      await succeeds(shows(gateway.known[who]), who);
    });
  }

  for (const [what, options] of [
    ['without extended_master_secret', ['--no-ems']],
    ['a path MTU of 300 bytes', ['--mtu', '300']],
    ['max_fragment_length of 512 bytes', ['--max-fragment', '512']],
  ] as const) {
    test(what, LIMIT, async () => {
      await succeeds({ ...shows(gateway.known.oldMeter), options }, 'oldMeter');
    });
  }

  test('a device that rebooted comes back from the same port', LIMIT, async () => {
    await succeeds({ ...shows(gateway.known.meter), options: ['--reboot'] }, 'meter', 2);
  });

  test('a device with a PSK and a certificate is asked for what the gateway prefers', LIMIT, async () => {
    await succeeds({ ...shows(gateway.known.meter), device: gateway.known.psk }, 'psk');
  });

  for (const [what, files, reason] of [
    ['the certificate of nobody', () => gateway.keys.certified('stranger'), 'unknown-authority'],
    ['a P-521 key', () => gateway.keys.certified('odd', 'P-521'), 'bad-certificate'],
  ] as const) {
    test(`${what} is refused as ${reason}`, LIMIT, async () => {
      const [ends, { code, suites }] = await endsDuring(gateway, () => run(shows(files())));
      assert.equal(code, EXIT.handshakeFailed);
      assert.deepEqual(suites, []);
      assert.deepEqual(ends, [{ end: reason }]);
    });
  }
});
