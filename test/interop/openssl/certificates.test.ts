/**
 * OpenSSL's `s_client` as a device with a certificate: suites, kinds of keys, resumption, and what it is refused
 * for.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { temporaryDirectory } from '../../support/process.ts';
import { LIMIT } from '../support/contract.ts';
import { endsDuring, type EveryGateway, type Known, startEveryGateway } from '../support/every-gateway.ts';
import { assertCookieExchange, openTap, sentFragmentedHello } from '../support/tap.ts';
import { askSClient, certificateOptions, pskOptions, type SClientRun, verifyOptions } from './s-client.ts';

/** OpenSSL's name, and IANA's. */
const SUITES = [
  ['ECDHE-ECDSA-AES128-CCM8', 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8'],
  ['ECDHE-ECDSA-AES128-CCM', 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM'],
  ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
  ['ECDHE-ECDSA-CHACHA20-POLY1305', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'],
  ['ECDHE-ECDSA-AES256-CCM8', 'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8'],
  ['ECDHE-ECDSA-AES256-CCM', 'TLS_ECDHE_ECDSA_WITH_AES_256_CCM'],
  ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'],
] as const;

const ECDHE_PSK = [
  ['ECDHE-PSK-CHACHA20-POLY1305', 'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256'],
  ['ECDHE-PSK-AES128-CBC-SHA256', 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256'],
] as const;

withPeer('openssl', 'openssl s_client with certificates', () => {
  let gateway: EveryGateway;
  before(async () => {
    gateway = await startEveryGateway();
  });
  after(() => gateway.stop());

  const shows = (who: 'meter' | 'oldMeter' | 'newMeter'): string[] =>
    certificateOptions(gateway.known[who], gateway.keys.authority);
  const ask = (options: readonly string[]): Promise<SClientRun> =>
    askSClient({ port: gateway.coapsPort, options });

  /** One handshake and one answer, and who the gateway takes the client for. */
  async function admitted(
    options: readonly string[],
    end: object,
    port = gateway.coapsPort,
  ): Promise<SClientRun> {
    const [ends, run] = await endsDuring(gateway, () => askSClient({ port, options }));
    assert.equal(run.outcome.answer?.code, '2.05', run?.client.stderr());
    assert.deepEqual(
      ends.map((one) => ({ ...one, ...end })),
      ends,
    );
    assert.equal(ends.length, 1);
    return run;
  }

  for (const [cipher, suite] of SUITES) {
    test(`${cipher}: agreed to and used, each side verified`, LIMIT, async () => {
      const options = [...shows('meter'), '-cipher', cipher];
      const { client } = await admitted(options, { credential: 'meter', by: 'x509', suite });
      assert.match(client.stdout(), /Verification: OK/);
      assert.match(client.stdout(), /Extended master secret: yes/);
    });
  }

  for (const [cipher, suite] of ECDHE_PSK) {
    test(`${cipher}: agreed to and used`, LIMIT, async () => {
      const options = [...pskOptions(gateway.known.psk), '-cipher', cipher];
      await admitted(options, { credential: 'psk', by: 'psk', suite });
    });
  }

  for (const who of ['oldMeter', 'newMeter'] as const) {
    test(`the certificate of the ${who} (${who === 'oldMeter' ? 'RSA' : 'P-384'})`, LIMIT, async () => {
      await admitted(shows(who), { credential: who });
    });
  }

  test('over a path of 256 bytes: hello and certificates in fragments', LIMIT, async () => {
    const tap = await openTap(gateway.coapsPort);
    const options = [...shows('oldMeter'), '-mtu', '256'];
    await admitted(options, { credential: 'oldMeter' }, tap.port).finally(() => tap.close());
    assert.ok(sentFragmentedHello(tap), 'the ClientHello came in fragments');
    assertCookieExchange(tap);
  });

  test('X25519 where it is all that the client has', LIMIT, async () => {
    const options = [...pskOptions(gateway.known.psk), '-cipher', ECDHE_PSK[0][0], '-groups', 'X25519'];
    const { client } = await admitted(options, { by: 'psk' });
    assert.match(client.stdout(), /Server Temp Key: X25519/);
  });

  describe('resumption', () => {
    for (const ticket of [['-no_ticket'], []] as const) {
      test(
        `by session id${ticket.length === 0 ? ', though it would like a ticket' : ''}`,
        LIMIT,
        async () => {
          const session = join(temporaryDirectory('session'), 'session.pem'); // removed after this test
          await admitted([...shows('meter'), ...ticket, '-sess_out', session], { resumed: false });
          const again = [...shows('meter'), ...ticket, '-sess_in', session];
          const { client } = await admitted(again, { resumed: true, credential: 'meter' });
          assert.match(client.stdout(), /^Reused, /m);
        },
      );
    }

    test('-reconnect: five times in a row', LIMIT, async () => {
      const [ends] = await endsDuring(gateway, () => ask([...shows('meter'), '-no_ticket', '-reconnect']));
      assert.deepEqual(
        ends.map((one) => 'resumed' in one && one.resumed),
        [false, true, true, true, true, true],
      );
    });
  });

  describe('refused, with an alert that says no more than it must', () => {
    const strangers: readonly (readonly [string, () => string[], string, string])[] = [
      ['of nobody', () => strange('P-256'), 'tlsv1 alert unknown ca', 'unknown-authority'],
      ['of nobody, RSA', () => strange('rsa'), 'tlsv1 alert unknown ca', 'unknown-authority'],
      [
        'on a curve that is not taken (P-521)',
        () => strange('P-521'),
        'alert bad certificate',
        'bad-certificate',
      ],
    ];
    const strange = (curve: 'P-256' | 'P-521' | 'rsa'): string[] =>
      certificateOptions(gateway.keys.certified(`stranger-${curve}`, curve), gateway.keys.authority);

    for (const [what, options, alert, reason] of strangers)
      test(`a certificate ${what}`, LIMIT, () => refused(options(), alert, reason));

    test('no certificate at all', LIMIT, () =>
      refused(verifyOptions(gateway.keys.authority), 'alert handshake failure', 'no-certificate'),
    );

    for (const group of ['P-384', 'X25519']) {
      // X25519 would do for the exchange, but not for the gateway's certificate (RFC 8422 section 5.1).
      test(`groups that do not suffice (${group} alone)`, LIMIT, () =>
        refused([...shows('meter'), '-groups', group], 'alert handshake failure', 'no-common-suite'),
      );
    }

    async function refused(options: readonly string[], alert: string, reason: string): Promise<void> {
      const before = gateway.backendRequests();
      const [ends, run] = await endsDuring(gateway, () => ask(options));
      assert.deepEqual(run.outcome, { connected: false });
      assert.ok(run.client.stderr().includes(alert), run.client.stderr());
      assert.deepEqual(ends, [{ end: reason }]);
      assert.equal(gateway.backendRequests(), before);
      // The address is no worse off for it.
      await admitted(shows('meter'), { credential: 'meter' });
    }
  });
});

withPeer('openssl', 'openssl s_client that offers all it knows', () => {
  const everything = ({ psk, meter }: Known, authority: string): string[] => [
    ...pskOptions(psk),
    ...certificateOptions(meter, authority),
  ];

  for (const [order, by] of [
    [['psk', 'ecdhe-psk', 'rpk', 'x509'], 'psk'],
    [['x509', 'rpk', 'ecdhe-psk', 'psk'], 'x509'],
  ] as const) {
    test(`with both a PSK and a certificate: ${by} where the gateway prefers it`, LIMIT, async (context) => {
      const gateway = await startEveryGateway({ credentials: order });
      context.after(() => gateway.stop());
      const options = everything(gateway.known, gateway.keys.authority);
      const [ends] = await endsDuring(gateway, () => askSClient({ port: gateway.coapsPort, options }));
      assert.deepEqual(
        ends.map((one) => 'by' in one && one.by),
        [by],
      );
    });
  }

  test('with a PSK only, where certificates are preferred: at the second attempt', LIMIT, async (context) => {
    const gateway = await startEveryGateway({ credentials: ['x509', 'rpk', 'psk'] });
    context.after(() => gateway.stop());
    const options = pskOptions(gateway.known.psk);
    const first = await askSClient({ port: gateway.coapsPort, options });
    assert.deepEqual(first.outcome, { connected: false });
    const second = await askSClient({ port: gateway.coapsPort, options });
    assert.equal(second.outcome.answer?.code, '2.05');
    assert.deepEqual(
      gateway.handshakes().map((one) => ('by' in one ? one.by : one.end)),
      ['no-certificate', 'psk'],
    );
  });
});
