/** libcoap's example client as a device with a certificate, in the GnuTLS build also with a raw public key. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { LIMIT } from '../support/contract.ts';
import { endsDuring, type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import { certificateOptions, getWith, outcomeOf, pskOptions, rawKeyOptions } from './coap-client.ts';

for (const build of ['coap-client-openssl', 'coap-client-gnutls'] as const) {
  withPeer(build, `${build} with keys`, (peer) => {
    let gateway: EveryGateway;
    before(async () => {
      gateway = await startEveryGateway();
    });
    after(() => gateway.stop());

    async function ends(credential: readonly string[], code: string | undefined): Promise<readonly object[]> {
      const [seen, run] = await endsDuring(gateway, () => getWith(peer, gateway.coapsPort, credential));
      assert.equal(outcomeOf(run).answer?.code, code, run.stderr);
      return seen.map((one) => ('credential' in one ? { by: one.by, credential: one.credential } : one));
    }

    for (const who of ['meter', 'oldMeter', 'newMeter'] as const) {
      test(`the certificate of the ${who}`, LIMIT, async () => {
        const options = certificateOptions(gateway.known[who], gateway.keys.authority);
        assert.deepEqual(await ends(options, '2.05'), [{ by: 'x509', credential: who }]);
      });
    }

    test('the certificate of nobody', LIMIT, async () => {
      const options = certificateOptions(gateway.keys.certified('stranger'), gateway.keys.authority);
      assert.deepEqual(new Set(await ends(options, undefined)), new Set([{ end: 'unknown-authority' }]));
    });

    if (build === 'coap-client-openssl') return; // its OpenSSL knows no raw public keys
    test('a raw public key', LIMIT, async () => {
      const options = rawKeyOptions(gateway.known.lock);
      assert.deepEqual(await ends(options, '2.05'), [{ by: 'rpk', credential: 'lock' }]);
    });

    test('the raw public key of nobody', LIMIT, async () => {
      const options = rawKeyOptions(gateway.keys.raw('stranger'));
      assert.deepEqual(new Set(await ends(options, undefined)), new Set([{ end: 'unknown-key' }]));
    });
  });
}

/** What libcoap offers in each build, with encrypt-then-MAC where it is a block cipher. */
const ECDHE_PSK = [
  ['coap-client-openssl', 'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256'],
  ['coap-client-openssl', 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256'],
  ['coap-client-gnutls', 'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256'],
  ['coap-client-gnutls', 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256'],
] as const;

for (const [build, suite] of ECDHE_PSK) {
  withPeer(build, `${build} with a PSK beside ephemeral keys`, (peer) => {
    test(suite, LIMIT, async (context) => {
      const gateway = await startEveryGateway({ credentials: ['ecdhe-psk'], settings: { suites: [suite] } });
      context.after(() => gateway.stop());
      const run = await getWith(peer, gateway.coapsPort, pskOptions(gateway.known.psk));
      assert.equal(outcomeOf(run).answer?.code, '2.05', run.stderr);
      assert.deepEqual(
        gateway.handshakes().map((one) => 'suite' in one && one.suite),
        [suite],
      );
    });
  });
}
