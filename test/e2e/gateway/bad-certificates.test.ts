/**
 * Certificates and keys that are no good: an alert by the table of violation.ts for the peer and nothing more in the
 * clear, the reason and the sentence in the operator's log, the reason in the metric.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openTap } from '../../interop/support/tap.ts';
import { ALERT, recordsOf } from '../../interop/support/wire.ts';
import type { OwnIdentity } from '../../../src/dtls/index.ts';
import { foundAuthority } from '../support/credentials.ts';
import { connect } from '../support/device.ts';
import { everybody, HELLO, RESOURCE } from '../support/everybody.ts';

const REVOKED = '4711';
const made = await everybody('bad-certificates', {}, [REVOKED]);
const { authority } = made;
const FATAL = 2;

const REFUSED: readonly {
  readonly title: string;
  readonly shown: () => OwnIdentity;
  readonly kind: 'rpk' | 'x509';
  readonly reason: string;
  /** RFC 5246 7.2. */
  readonly alert: number;
  /** What the operator reads. */
  readonly log: RegExp;
}[] = [
  {
    title: 'a chain that has expired',
    shown: () => authority.issueFor('expired', { notAfter: '2021-01-01T00:00:00Z' }).certified,
    kind: 'x509',
    reason: 'certificate-expired',
    alert: 45,
    log: /CN=expired/,
  },
  {
    title: 'a chain that is not valid yet',
    shown: () => authority.issueFor('early', { notBefore: '2048-01-01T00:00:00Z' }).certified,
    kind: 'x509',
    reason: 'certificate-expired',
    alert: 45,
    log: /CN=early/,
  },
  {
    title: 'a certificate that is revoked',
    shown: () => authority.issueFor('stolen', { serial: REVOKED }).certified,
    kind: 'x509',
    reason: 'certificate-revoked',
    alert: 44,
    log: /CN=stolen/,
  },
  {
    title: 'a chain whose anchor is missing here',
    shown: () => foundAuthority('missing').issueFor('meter').certified,
    kind: 'x509',
    reason: 'unknown-authority',
    alert: 48,
    log: /CN=meter .*CN=missing Root/,
  },
  {
    title: 'a raw public key that belongs to nobody',
    shown: () => authority.issueFor('nobody').raw,
    kind: 'rpk',
    reason: 'unknown-key',
    alert: 46,
    log: /no device has this key/,
  },
];

describe('what is refused', () => {
  for (const { title, shown, kind, reason, alert, log } of REFUSED) {
    test(`${title}: ${reason}, alert ${alert}`, { timeout: 20_000 }, async (context) => {
      const labels = `result="failed",reason="${reason}",credential="${kind}"`;
      const before = await made.metric('postern_handshakes_total', labels);
      const tap = await openTap(made.gateway.coapsPort);
      context.after(() => tap.close());
      await assert.rejects(connect(tap.port, { identity: shown() }), /peer-alert/);
      const said = tap.seen
        .filter(({ from }) => from === 'gateway')
        .flatMap(({ datagram }) => recordsOf(datagram));
      assert.deepEqual(
        said.filter(({ type }) => type === ALERT).map(({ epoch, fragment }) => [epoch, ...fragment]),
        [[0, FATAL, alert]],
        'one alert, two bytes',
      );
      assert.equal(said.at(-1)?.type, ALERT, 'and nothing behind it');
      await made.gateway.child.waitFor(new RegExp(`"reason":"${reason}".*${log.source}`));
      assert.equal(await made.metric('postern_handshakes_total', labels), before + 1);
    });
  }

  test('those who are not concerned get in beside them', async () => {
    const device = await connect(made.gateway.coapsPort, { identity: made.meter.certified });
    assert.equal((await device.get(RESOURCE)).payload, HELLO);
    device.close();
  });
});
