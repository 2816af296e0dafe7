/** Mbed TLS as a device with a certificate, or with a PSK beside ephemeral keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { EXIT } from '../support/c-client.ts';
import { keyedClient } from '../support/c-keys.ts';
import { LIMIT } from '../support/contract.ts';

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
  const { gateway, shows, succeeds, refused } = keyedClient(mbedtls, { ecdsa: ECDSA, ecdhePsk: ECDHE_PSK });

  for (const who of ['oldMeter', 'newMeter'] as const) {
    test(`the certificate of the ${who}`, LIMIT, async () => {
      await succeeds(shows(gateway().known[who]), who);
    });
  }

  for (const [what, options] of [
    ['without extended_master_secret', ['--no-ems']],
    ['a path MTU of 300 bytes', ['--mtu', '300']],
    ['max_fragment_length of 512 bytes', ['--max-fragment', '512']],
  ] as const) {
    test(what, LIMIT, async () => {
      await succeeds({ ...shows(gateway().known.oldMeter), options }, 'oldMeter');
    });
  }

  test('a device that rebooted comes back from the same port', LIMIT, async () => {
    await succeeds({ ...shows(gateway().known.meter), options: ['--reboot'] }, 'meter', 2);
  });

  test('a device with a PSK and a certificate is asked for what the gateway prefers', LIMIT, async () => {
    await succeeds({ ...shows(gateway().known.meter), device: gateway().known.psk }, 'psk');
  });

  for (const [what, files, reason] of [
    ['the certificate of nobody', () => gateway().keys.certified('stranger'), 'unknown-authority'],
    ['a P-521 key', () => gateway().keys.certified('odd', 'P-521'), 'bad-certificate'],
  ] as const) {
    test(`${what} is refused as ${reason}`, LIMIT, async () => {
      const { run, ends } = await refused(shows(files()));
      assert.equal(run.code, EXIT.handshakeFailed);
      assert.deepEqual(ends, [{ end: reason }]);
    });
  }
});
