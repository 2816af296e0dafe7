/** Sessions end when their ground does: at that moment, whatever the ground was, and with the alert that says so. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { required, seconds, toHex, type WallTime, wallTime } from '../../../../src/base/index.ts';
import { codeName } from '../../../../src/coap/index.ts';
import { nodeProvider, signingKey } from '../../../../src/crypto/index.ts';
import type { OwnIdentity } from '../../../../src/dtls/index.ts';
import type { ActorId, CredentialFacts, CredentialId } from '../../../../src/trust/index.ts';
import { credentialOf, type Device, keyOf, SETTINGS, World } from '../../../fakes/world.ts';
import { authority, device, type Holder, pkcs8Of, spkiOf, testKey } from '../../../support/x509.ts';

const codes = ({ responses }: Device): string[] => responses.map(({ code }) => codeName(code));
const sha256 = (bytes: Uint8Array): string => toHex(nodeProvider.hash('sha256', bytes));
const LONG = { notBefore: '2020-01-01T00:00:00Z', notAfter: '2049-01-01T00:00:00Z' };
const root = authority({ subject: 'Endings Root', key: testKey('p256', 'endings root'), ...LONG });

const identityOf = (key: Holder['key'], chain: readonly Uint8Array[] = []): OwnIdentity => ({
  key: required(signingKey(pkcs8Of(key)), 'a fresh key can sign'),
  chain,
});

/** A world of 1 January 2026 in which `cam` has a further credential. */
function worldWith(facts: object, key?: Uint8Array): World {
  const dtls = { ...SETTINGS.dtls, idleTimeoutMs: 10 * 86_400_000 };
  const world = new World({
    dtls,
    authorities: { anchors: [root.der], subjectRules: [], revocationLists: [] },
  });
  world.load();
  const credential = {
    id: 'c-cam' as CredentialId,
    actor: 'cam' as ActorId,
    user: null,
    established: 'file',
    notBefore: null,
    notAfter: null,
    ...facts,
  } as CredentialFacts;
  const identityHex = credential.kind === 'psk' ? credential.identityHex : '';
  const keys =
    key === undefined ? [] : [{ credential: credential.id, actor: credential.actor, identityHex, key }];
  world.control({
    kind: 'apply',
    revision: 2 as never,
    events: [
      { kind: 'actor-added', id: 'cam' as ActorId, actor: 'device', name: 'cam', owner: 'alice' as ActorId },
      { kind: 'credential-established', credential },
    ],
    keys,
  });
  return world;
}

const certificate = (notAfter = LONG.notAfter): Holder =>
  device({ subject: 'cam', key: testKey('p256', 'endings cam'), ...LONG, notAfter }, root);
const CERTIFIED = { kind: 'x509', anchorHex: sha256(root.der), subject: 'CN=cam' } as const;
const spki = spkiOf(testKey('p256', 'endings raw'));
const RAW = { kind: 'rpk', fingerprintHex: sha256(spki), spkiHex: toHex(spki) } as const;
const PSK = { kind: 'psk', identityHex: Buffer.from('cam').toString('hex'), sealedKey: '' } as const;

const connected = (cam: Device): Device => {
  assert.equal(cam.connect(), true, 'the handshake completes');
  return cam;
};
const raw = (world: World): Device => connected(world.keyHolder(identityOf(testKey('p256', 'endings raw'))));
const certified = (world: World, holder = certificate()): Device =>
  connected(world.keyHolder(identityOf(holder.key, [holder.der])));

function closings(world: World): Readonly<Record<string, number>> {
  const answer = world.ask({ kind: 'counters' });
  assert.equal(answer?.kind, 'counters');
  return answer.counters.counters['postern_sessions_closed_total'] ?? {};
}

describe('a session that loses its ground is told by an alert', () => {
  const GROUNDS = {
    'a pre-shared key': { facts: PSK, key: keyOf('cam'), alert: 'access_denied' },
    'a raw public key': { facts: RAW, alert: 'access_denied' },
    'a certificate': { facts: CERTIFIED, alert: 'certificate_revoked' },
  };
  for (const [what, { facts, alert, ...more }] of Object.entries(GROUNDS)) {
    test(`G05: ${what}: ${alert}`, () => {
      const world = worldWith(facts, 'key' in more ? more.key : undefined);
      const cam =
        facts.kind === 'psk'
          ? connected(world.device('cam'))
          : facts.kind === 'rpk'
            ? raw(world)
            : certified(world);
      cam.get('/demo/x');
      world.apply(3, { kind: 'credential-ended', id: 'c-cam' as CredentialId });
      world.settle();
      assert.equal(cam.alert, alert);
      assert.equal(cam.closed, 'peer-alert');
      assert.equal(world.backend.waiting.size, 0, 'what was under way is abandoned');
      assert.equal(cam.connect(), false, 'and it does not come back');
    });
  }
});

describe('a session whose ground runs out', () => {
  const inSeconds = (world: World, n: number): WallTime => wallTime(world.clock.wall() + 1_000 * n);

  test('is closed at that moment, asked for or not; what was under way is not delivered', () => {
    const world = worldWith({ ...PSK, notAfter: Date.UTC(2026, 0, 1) + 30_000 }, keyOf('cam'));
    const cam = connected(world.device('cam'));
    const meter = connected(world.device('meter'));
    cam.get('/demo/x');
    world.pass(seconds(29));
    world.settle();
    assert.equal(cam.closed, undefined);
    world.pass(seconds(1));
    world.settle();
    assert.equal(cam.alert, 'access_denied');
    assert.equal(world.backend.abandoned.length, 1);
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(cam), []);
    assert.deepEqual(closings(world), { revoked: 1 });
    meter.get('/demo/x');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter), ['2.05'], 'nobody else is touched');
    assert.equal(cam.connect(), false);
  });

  test('with its certificate is closed in days as well as in seconds, and told so', () => {
    const world = worldWith(CERTIFIED);
    const holder = certificate('2026-01-04T00:00:00Z');
    const cam = certified(world, holder);
    world.pass(seconds(3 * 86_400 - 1));
    world.settle();
    assert.equal(cam.closed, undefined);
    world.pass(seconds(2));
    world.settle();
    assert.equal(cam.alert, 'certificate_expired');
    assert.deepEqual(closings(world), { 'certificate-expired': 1 });
  });

  test('by a rotation with a date ends then, and its successor goes on', () => {
    const world = worldWith(PSK, keyOf('cam'));
    const cam = connected(world.device('cam'));
    const until = inSeconds(world, 60);
    rotate(world, 3, until);
    world.settle();
    assert.equal(cam.closed, undefined, 'both are good for a while');
    world.pass(seconds(59));
    world.settle();
    assert.equal(cam.closed, undefined);
    world.pass(seconds(2));
    world.settle();
    assert.equal(cam.alert, 'access_denied');
    assert.equal(cam.connect(), false);
    assert.equal(connected(world.device('cam-2')).closed, undefined);
  });

  test('an hour away is closed in time, past every look at the clock in between', () => {
    const world = worldWith({ ...PSK, notAfter: Date.UTC(2026, 0, 1) + 3_600_000 }, keyOf('cam'));
    const cam = connected(world.device('cam'));
    cam.get('/demo/x');
    for (let i = 0; i < 50; i++) world.pass(seconds(60));
    world.settle();
    assert.equal(cam.closed, undefined);
    for (let i = 0; i < 11; i++) world.pass(seconds(60));
    world.settle();
    assert.equal(cam.alert, 'access_denied');
  });
});

/** `c-cam` gets the successor `c-cam-2` with the identity `cam-2`. */
function rotate(world: World, revision: number, until: WallTime | null): void {
  const identityHex = Buffer.from('cam-2').toString('hex');
  const id = 'c-cam-2' as CredentialId;
  const actor = 'cam' as ActorId;
  const bounds = { user: null, established: 'file', notBefore: null, notAfter: null } as const;
  const credential = { id, actor, kind: 'psk', identityHex, sealedKey: '', ...bounds } as const;
  world.control({
    kind: 'apply',
    revision: revision as never,
    events: [
      { kind: 'credential-established', credential },
      { kind: 'credential-rotated', id: credentialOf('cam'), successor: id, until },
    ],
    keys: [{ credential: id, actor, identityHex, key: keyOf('cam-2') }],
  });
}
