/** One gateway for every kind of credential: who it turns away, and what becomes of sessions when a credential ends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { start } from '../../support/process.ts';
import { foundAuthority } from '../support/credentials.ts';
import { connect } from '../support/device.ts';
import { everybody, HELLO, RESOURCE } from '../support/everybody.ts';

const made = await everybody('every-credential');

/** How often handshakes failed for that reason. */
const failed = (reason: string, kind: string): Promise<number> =>
  made.metric('postern_handshakes_total', `result="failed",reason="${reason}",credential="${kind}"`);

describe('who is turned away', () => {
  test('an unknown raw public key: a handshake alert for the peer, the reason for the operator', async () => {
    const before = await failed('unknown-key', 'rpk');
    const stranger = made.authority.issueFor('nobody');
    await assert.rejects(connect(made.gateway.coapsPort, { identity: stranger.raw }), /peer-alert/);
    await made.gateway.child.waitFor(/"reason":"unknown-key".*"why":"no device has this key"/);
    assert.equal(await failed('unknown-key', 'rpk'), before + 1);
  });

  test('a certificate of another authority', async () => {
    const stranger = foundAuthority('elsewhere').issueFor('meter');
    await assert.rejects(connect(made.gateway.coapsPort, { identity: stranger.certified }), /peer-alert/);
    await made.gateway.child.waitFor(/"reason":"unknown-authority".*issuer is CN=elsewhere Root/);
    assert.ok((await failed('unknown-authority', 'x509')) >= 1);
  });

  test('a certificate of the right authority that nobody registered', async () => {
    const stranger = made.authority.issueFor('newcomer');
    await assert.rejects(connect(made.gateway.coapsPort, { identity: stranger.certified }), /peer-alert/);
    await made.gateway.child.waitFor(
      /no device is registered as CN=newcomer under the authority [0-9a-f]{64}/,
    );
  });

  withPeer('openssl', 'no certificate where one is asked for', (openssl) => {
    test('K09: is no session, and a handshake_failure', async () => {
      const at = `127.0.0.1:${made.gateway.coapsPort}`;
      const suites = ['-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
      const client = start(openssl.command, ['s_client', '-dtls1_2', '-connect', at, ...suites]);
      await client.exit;
      assert.match(client.stderr(), /SSL alert number 40/);
      await made.gateway.child.waitFor(/"reason":"no-certificate"/);
    });
  });
});

describe('a credential that ends', () => {
  for (const [kind, holder, reason] of [
    ['raw public key', 'lock', 'revoked'],
    ['X.509', 'meter', 'certificate-revoked'],
  ] as const) {
    test(`${kind}: its session is cut before the answer, and nothing can be taken up again`, async () => {
      const { gateway } = made;
      const { credential, raw, certified } = made[holder];
      const identity = holder === 'lock' ? raw : certified;
      const first = await connect(gateway.coapsPort, { identity });
      const { session } = first;
      assert.ok(session !== null, 'there is something to resume from');
      first.close();
      const second = await connect(gateway.coapsPort, { identity, resume: session });
      assert.equal(second.peer.resumed, true);
      assert.equal((await second.get(RESOURCE)).payload, HELLO);
      const ended = await gateway.admin(`/v1/credentials/${credential}`, { method: 'DELETE' });
      assert.equal(ended.status, 200);
      assert.equal(await second.closed, 'peer-alert');
      second.close();
      await assert.rejects(connect(gateway.coapsPort, { identity, resume: session }), /peer-alert/);
      const { body } = await gateway.admin('/metrics');
      assert.match(String(body['text']), new RegExp(`sessions_closed_total\\{reason="${reason}"\\} [1-9]`));
    });
  }
});
