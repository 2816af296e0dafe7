/** Certificates in operation: devices by the name in them, lists and anchors that change, a clock that goes back. */
import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openSqliteStore } from '../../../src/adapters/store/index.ts';
import { wallTime } from '../../../src/base/index.ts';
import { pem } from '../../../src/crypto/index.ts';
import { keepTime } from '../../../src/daemon/control/index.ts';
import { withPeer } from '../../support/peers.ts';
import { start, temporaryDirectory } from '../../support/process.ts';
import { authority, type CrlWish, revocationList, testKey } from '../../support/x509.ts';
import { foundAuthority, type KeyFiles } from '../support/credentials.ts';
import { connect } from '../support/device.ts';
import { furnish, type Gateway, type Place, POSTERN, startGateway } from '../support/gateway.ts';

const [RESOURCE, HELLO] = ['/open/hello', 'hello from behind'];
const HOUR = 3_600_000;
const LONG = { notBefore: '2020-01-01T00:00:00Z', notAfter: '2049-01-01T00:00:00Z' };

/** A gateway whose authority names devices, and keeps a revocation list. */
async function scene(name: string, more: object = {}) {
  const files = foundAuthority(name);
  const list = join(temporaryDirectory(`${name}-list`), 'root.crl');
  // The same key and name as the authority's own: what it signs is its list.
  const signer = authority({ subject: `${name} Root`, key: testKey('p256', `${name} root`), ...LONG });
  const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
  const publish = (wish: CrlWish): void => {
    const times = { thisUpdate: at(-HOUR), nextUpdate: at(24 * HOUR) };
    writeFileSync(`${list}.new`, pem('X509 CRL', revocationList({ ...times, ...wish }, signer)));
    renameSync(`${list}.new`, list);
  };
  publish({ number: 4 });
  const place = await furnish(name, {
    dtls: {
      key_file: files.gateway.keyFile,
      certificate_file: files.gateway.certificateFile,
      trust_anchors: [files.file],
      subject_rules: [{ trust_anchor: files.file, cn: 'site-7.{id}', template: '{id}' }],
      revocation_lists: [list],
    },
    ...more,
  });
  const gateway = await startGateway(place);
  await gateway.admin('/v1/actors', { body: { kind: 'user', name: 'ann' } });
  return { files, list, publish, place, gateway, at };
}

async function add(gateway: Gateway, name: string, credential: object): Promise<string> {
  const body = { kind: 'device', name, owner: 'ann', credential };
  const answer = await gateway.admin('/v1/actors', { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return (answer.body['credential'] as { id: string }).id;
}

/** The serial number in a certificate's file. */
const serialOf = ({ certificateFile }: KeyFiles): string => serials(readFileSync(certificateFile, 'utf8'));

function serials(text: string): string {
  const der = Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  // Certificate, TBSCertificate, [0] version, then the serial number: short forms of length do not occur above it.
  const at = der.indexOf(Buffer.from('a003020102', 'hex')) + 5;
  return der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0)).toString('hex');
}

const byName = { kind: 'x509', byName: true } as const;
const reload = (gateway: Gateway) => gateway.admin('/v1/authorities/reload', { method: 'POST' });

describe('devices by the name in their certificates', async () => {
  const { gateway, files, place } = await scene('by-name');

  test('only a device that was added by name gets in, and none is made', async () => {
    const meter = files.issueFor('site-7.meter');
    await assert.rejects(connect(gateway.coapsPort, { identity: meter.certified }), /peer-alert/);
    await gateway.child.waitFor(/no device meter was added by name/);
    const credential = await add(gateway, 'meter', byName);
    const session = await connect(gateway.coapsPort, { identity: meter.certified });
    assert.equal((await session.get(RESOURCE)).payload, HELLO);
    assert.equal((await gateway.admin(`/v1/credentials/${credential}`, { method: 'DELETE' })).status, 200);
    assert.equal(await session.closed, 'peer-alert');
    await assert.rejects(connect(gateway.coapsPort, { identity: meter.certified }), /peer-alert/);
  });

  withPeer('coap-client-openssl', 'coap-client-openssl', () => {
    test('is the device that the rules name', { timeout: 30_000 }, async () => {
      const adding = start(
        POSTERN,
        ['device', 'add', 'lamp', '--owner', 'ann', '--cert-by-name', '--url', gateway.adminUrl],
        {
          env: { POSTERN_STATE: place.state },
        },
      );
      await adding.exit;
      assert.match(adding.stdout(), /^device lamp of ann added\nsubject {2}name:lamp\n/);
      const lamp = files.issueFor('site-7.lamp');
      const uri = `coaps://localhost:${gateway.coapsPort}${RESOURCE}`;
      const shown = ['-c', lamp.certificateFile, '-j', lamp.keyFile, '-C', files.file];
      const client = start('coap-client-openssl', ['-B', '8', '-a', '127.0.0.1', ...shown, uri]);
      await client.exit;
      assert.equal(client.stdout().trim(), HELLO);
    });
  });
});

describe('G10: revocation lists that change', async () => {
  const made = await scene('lists');
  const { gateway, files, publish, list } = made;
  const [one, two] = [files.issueFor('site-7.one'), files.issueFor('site-7.two')];
  await add(gateway, 'one', byName);
  await add(gateway, 'two', byName);

  test('a certificate that is on the new one is out before the reload answers; others go on', async () => {
    const first = await connect(gateway.coapsPort, { identity: one.certified });
    const other = await connect(gateway.coapsPort, { identity: two.certified });
    const { session } = first;
    assert.ok(session !== null);
    publish({ number: 5, revoked: [serialOf(one)] });
    const reloaded = await reload(gateway);
    assert.equal(reloaded.status, 200, JSON.stringify(reloaded.body));
    assert.equal(await first.closed, 'peer-alert');
    await assert.rejects(
      connect(gateway.coapsPort, { identity: one.certified, resume: session }),
      /peer-alert/,
    );
    await gateway.child.waitFor(/"reason":"certificate-revoked"/);
    assert.equal((await other.get(RESOURCE)).payload, HELLO);
    other.close();
  });

  test('an older one, and one that is damaged, change nothing and are told', async () => {
    publish({ number: 4 });
    const refused = await reload(gateway);
    assert.deepEqual([refused.status, refused.body['code']], [409, 'authorities-invalid']);
    assert.match(String(refused.body['detail']), /number 4 .* number 5 /);
    writeFileSync(list, 'nothing');
    assert.equal((await reload(gateway)).status, 409);
    await gateway.child.waitFor(/"event":"authorities not reloaded"|authorities not reloaded/);
    await assert.rejects(connect(gateway.coapsPort, { identity: one.certified }), /peer-alert/);
    (await connect(gateway.coapsPort, { identity: two.certified })).close();
    const ready = await gateway.admin('/readyz');
    assert.deepEqual(ready.body, { status: 'ready', warnings: ['authorities-refused'] });
  });

  test('are found by themselves, and by SIGHUP', { timeout: 30_000 }, async () => {
    const numbers = async (): Promise<unknown> =>
      ((await gateway.admin('/v1/authorities')).body['revocationLists'] as { number: string }[])[0]?.number;
    publish({ number: 6 });
    for (let tries = 0; tries < 100 && (await numbers()) !== '06'; tries++) await wait(100);
    assert.equal(await numbers(), '06');
    publish({ number: 7 });
    process.kill(Number(/pid=(\d+)/.exec(gateway.child.stdout())?.[1]), 'SIGHUP');
    for (let tries = 0; tries < 20 && (await numbers()) !== '07'; tries++) await wait(50);
    assert.equal(await numbers(), '07');
  });

  test('an older one is not taken by a restart either', { timeout: 30_000 }, async () => {
    await gateway.child.stop('SIGTERM');
    publish({ number: 2 });
    assert.match(await refusal(made.place), /is number 2 .* number 7 /);
  });
});

describe('anchors that change', () => {
  test('sessions of an authority that is believed no longer end', async () => {
    const { gateway, files, list } = await scene('anchors', {});
    const device = files.issueFor('site-7.device');
    await add(gateway, 'device', byName);
    const session = await connect(gateway.coapsPort, { identity: device.certified });
    const next = authority({ subject: 'Next Root', ...LONG });
    writeFileSync(files.file, pem('CERTIFICATE', next.der));
    const times = {
      thisUpdate: new Date(Date.now() - HOUR).toISOString(),
      nextUpdate: '2049-01-01T00:00:00Z',
    };
    writeFileSync(list, revocationList({ number: 1, ...times }, next));
    const reloaded = await reload(gateway);
    assert.equal(reloaded.status, 200, JSON.stringify(reloaded.body));
    assert.equal(await session.closed, 'peer-alert');
    await assert.rejects(connect(gateway.coapsPort, { identity: device.certified }), /peer-alert/);
  });
});

describe('G13: a clock that has gone back while the gateway was stopped', () => {
  test('does not bring back what has run out, and is said', { timeout: 60_000 }, async () => {
    const { gateway, files, place, publish, at } = await scene('clock');
    const device = files.issueFor('site-7.device');
    await add(gateway, 'device', byName);
    (await connect(gateway.coapsPort, { identity: device.certified })).close();
    await gateway.child.stop('SIGTERM');
    // As if it had run on for years: what it writes down at its end.
    const store = openSqliteStore(join(place.state, 'postern.db'));
    await keepTime(store, wallTime(Date.parse('2049-06-01T00:00:00Z')));
    await store.close();
    publish({ number: 5, nextUpdate: '2050-01-01T00:00:00Z' });

    const later = await startGateway(place);
    await later.child.waitFor(/clock behind/);
    assert.deepEqual((await later.admin('/readyz')).body, { status: 'ready', warnings: ['clock-behind'] });
    await assert.rejects(connect(later.coapsPort, { identity: device.certified }), /peer-alert/);
    await later.child.waitFor(/"reason":"certificate-expired"/);
    await later.child.stop('SIGTERM');

    publish({ number: 6, nextUpdate: at(HOUR) });
    const accepted = await startGateway(place, '--accept-clock');
    assert.deepEqual((await accepted.admin('/readyz')).body, { status: 'ready' });
    (await connect(accepted.coapsPort, { identity: device.certified })).close();
  });
});

/** What the gateway says when it refuses to start. */
async function refusal({ state, config }: Place): Promise<string> {
  const child = start(POSTERN, ['serve', '--config', config], { env: { POSTERN_STATE: state } });
  assert.equal((await child.exit).code, 78);
  return child.stderr();
}
