/** The first owner with clients that we did not write: a device with an unknown key, and a phone that claims it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { required } from '../../../src/base/index.ts';
import { peer, withPeer } from '../../support/peers.ts';
import { run, temporaryDirectory } from '../../support/process.ts';
import { foundAuthority } from '../support/credentials.ts';
import { furnish, startGateway } from '../support/gateway.ts';

withPeer('coap-client-gnutls', 'a claim on the wire, by libcoap', (gnutls) => {
  const openssl = peer('coap-client-openssl');
  const skip = 'missing' in openssl ? openssl.missing : false;

  test('a device comes with a raw key, a phone claims it, and it acts for its owner', { skip }, async () => {
    const gateway = await startGateway(await furnish('libcoap-claims'));
    const key = foundAuthority('libcoap-claims').issueFor('lamp');
    const coaps = (path: string): string => `coaps://127.0.0.1:${gateway.coapsPort}${path}`;
    /** The payload, or the code of an error. */
    const said = async (command: string, ...args: string[]): Promise<string> => {
      const { stdout, stderr } = await run(command, ['-v', '0', '-B', '4', ...args], { timeoutMs: 10_000 });
      return /^([45]\.\d\d)/m.exec(stderr)?.[1] ?? stdout.trimEnd();
    };
    const lamp = (path: string): Promise<string> =>
      said(
        gnutls.command,
        '-m',
        'get',
        '-A',
        '50',
        '-j',
        key.keyFile,
        '-M',
        key.publicKeyFile,
        '-n',
        coaps(path),
      );

    assert.equal(await lamp('/claim'), '', 'no window is open');
    const admits = { kind: 'open', perMinuteMax: 60 };
    const window = { admits, notAfter: Date.now() + 600_000 };
    await gateway.admin('/v1/claim-window', { method: 'PUT', body: window });
    const shown = JSON.parse(await lamp('/claim')) as { device: string; state: string };
    assert.match(shown.device, /^new-[0-9a-f]{12}$/);
    assert.equal(shown.state, 'unclaimed');
    assert.equal(await lamp('/open/hello'), '4.03');

    const { body } = await gateway.admin(`/v1/actors?kind=device&name=${shown.device}`);
    const [{ id }] = body['items'] as [{ id: string }];
    const { body: coded } = await gateway.admin(`/v1/actors/${id}/claim-code`, {
      body: { established: 'nfc' },
    });
    await gateway.admin('/v1/actors', { body: { kind: 'user', name: 'ann' } });
    const psk = { kind: 'psk', identity: 'phone', keyHex: Buffer.from(PHONE_KEY).toString('hex') };
    await gateway.admin('/v1/actors', {
      body: { kind: 'device', name: 'phone', owner: 'ann', credential: psk },
    });
    const file = join(temporaryDirectory('libcoap-claim'), 'claim.json');
    writeFileSync(file, JSON.stringify({ device: shown.device, code: coded['claimCode'] }));
    const post = ['-m', 'post', '-t', 'json', '-A', '50', '-f', file];
    const phone = required('missing' in openssl ? undefined : openssl.command, 'it is here');
    const claimed = await said(phone, ...post, '-u', 'phone', '-k', PHONE_KEY, coaps('/claim'));
    assert.deepEqual(JSON.parse(claimed), { device: shown.device, state: 'claimed' });
    assert.deepEqual(JSON.parse(await lamp('/claim')), { device: shown.device, state: 'claimed' });
    assert.equal(await lamp('/open/hello'), 'hello from behind');
  });
});

const PHONE_KEY = 'sixteen letters!';
