/**
 * `gnutls-cli --udp` as a device with a raw public key or a certificate. With ECDHE_PSK it crashes when it describes
 * the session, with its own server too (3.7.9): libcoap's client stands in for GnuTLS there.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { LIMIT } from '../support/contract.ts';
import { endsDuring, type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import { askGnutls, certificateOptions, type GnutlsRun, pskOptions, rawKeyOptions } from './gnutls-cli.ts';

withPeer('gnutls-cli', 'gnutls-cli --udp with keys', () => {
  let gateway: EveryGateway;
  before(async () => {
    gateway = await startEveryGateway();
  });
  after(() => gateway.stop());

  const ask = (options: readonly string[]): Promise<GnutlsRun> => askGnutls(gateway.coapsPort, options);
  const rawKey = (): string[] => rawKeyOptions(gateway.known.lock);
  const certificate = (who: 'meter' | 'oldMeter' | 'newMeter'): string[] =>
    certificateOptions(gateway.known[who], gateway.keys.authority);

  /** Handshakes, the last of which gets an answer, and who the gateway takes the client for. */
  async function admitted(options: readonly string[], ...expected: object[]): Promise<GnutlsRun> {
    const [ends, run] = await endsDuring(gateway, () => ask(options));
    assert.equal(run.outcome.answer?.code, '2.05', run.client.stdout() + run.client.stderr());
    assert.deepEqual(
      ends.map((one, index) => ({ ...one, ...expected[index] })),
      ends,
    );
    assert.equal(ends.length, expected.length);
    return run;
  }

  test('raw public keys on both sides', LIMIT, async () => {
    const { client } = await admitted(rawKey(), { by: 'rpk', credential: 'lock' });
    assert.match(client.stdout(), /DTLS1\.2-Raw Public Key/);
    assert.match(client.stdout(), /extended master secret, safe renegotiation/);
  });

  for (const who of ['meter', 'oldMeter', 'newMeter'] as const) {
    test(`the certificate of the ${who}; the gateway's is verified`, LIMIT, async () => {
      const { client } = await admitted(certificate(who), { by: 'x509', credential: who });
      assert.match(client.stdout(), /Status: The certificate is trusted/);
    });
  }

  for (const [what, options] of [
    ['raw public keys', rawKey],
    ['certificates', () => certificate('meter')],
  ] as const) {
    test(`${what} over a path of 300 bytes`, LIMIT, async () => {
      await admitted([...options(), '--mtu', '300'], { resumed: false });
    });

    test(`a session with ${what}, taken up again`, LIMIT, async () => {
      const { client } = await admitted(
        [...options(), '--resume', '--noticket'],
        { resumed: false },
        { resumed: true },
      );
      assert.match(client.stdout(), /This is a resumed session/);
    });
  }

  describe('refused, with an alert that says no more than it must', () => {
    test('the raw public key of nobody: certificate_unknown', LIMIT, () =>
      refused(rawKeyOptions(gateway.keys.raw('stranger')), 46, 'unknown-key'),
    );

    test("somebody else's raw public key, without its private half: decrypt_error", LIMIT, () => {
      const options = rawKeyOptions(gateway.keys.raw('thief'), gateway.known.lock.publicKey);
      return refused(options, 51, 'verify-failed');
    });

    for (const curve of ['P-521', 'rsa'] as const) {
      test(`a raw public key of a kind that is not taken (${curve}): unsupported_certificate`, LIMIT, () =>
        refused(rawKeyOptions(gateway.keys.raw(`odd-${curve}`, curve)), 43, 'unsupported-certificate'),
      );
    }

    test('the certificate of nobody: unknown_ca', LIMIT, () => {
      const stranger = gateway.keys.certified('stranger');
      return refused(certificateOptions(stranger, gateway.keys.authority), 48, 'unknown-authority');
    });

    test('block ciphers without encrypt-then-MAC are not agreed to', LIMIT, () => {
      const priority =
        'NONE:+VERS-DTLS1.2:+ECDHE-PSK:+AES-128-CBC:+SHA256:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:%NO_ETM';
      const options = [...pskOptions(gateway.known.psk), '--priority', priority];
      return refused(options, 40, 'no-common-suite');
    });

    test('no certificate: handshake_failure', LIMIT, () =>
      refused(['--priority', 'NORMAL', '--insecure'], 40, 'no-certificate'),
    );

    /** GnuTLS prints the number of the alert. */
    async function refused(options: readonly string[], alert: number, reason: string): Promise<void> {
      const before = gateway.backendRequests();
      const [ends, { outcome, client }] = await endsDuring(gateway, () => ask(options));
      assert.deepEqual(outcome, { connected: false });
      const printed = client.stdout() + client.stderr();
      assert.ok(printed.includes(`Received alert [${alert}]`), printed);
      // It may have asked again before the alert arrived.
      assert.deepEqual(new Set(ends.map(({ end }) => end)), new Set([reason]));
      assert.equal(gateway.backendRequests(), before);
      // The address is no worse off for it.
      await admitted(rawKey(), { credential: 'lock' });
    }
  });
});
