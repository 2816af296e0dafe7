/** Devices with keys that nobody knows, at the door of one shard: who gets in, who waits, what strangers cannot do. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode, encode } from 'cborg';
import { fromUtf8, milliseconds, required, seconds, toHex } from '../../../../src/base/index.ts';
import { CODE, codeName, OPTION, optionsOf } from '../../../../src/coap/index.ts';
import { nodeProvider, signingKey } from '../../../../src/crypto/index.ts';
import type { OwnIdentity } from '../../../../src/dtls/index.ts';
import { parseRecord } from '../../../../src/dtls/record/header.ts';
import type { ActorId, CredentialId } from '../../../../src/trust/index.ts';
import type { Device } from '../../../fakes/world.ts';
import { DoorWorld } from '../../../support/door.ts';
import { pkcs8Of, spkiOf, testKey } from '../../../support/x509.ts';

interface Key {
  readonly identity: OwnIdentity;
  readonly fingerprint: string;
}

function keyOf(label: string): Key {
  const key = testKey('p256', `newcomers ${label}`);
  const fingerprint = toHex(nodeProvider.hash('sha256', spkiOf(key)));
  return { identity: { key: required(signingKey(pkcs8Of(key)), 'it can sign'), chain: [] }, fingerprint };
}

const codes = ({ responses }: Device): string[] => responses.map(({ code }) => codeName(code));
const OPEN = { kind: 'open', perMinuteMax: 600 } as const;
const listing = (...keys: readonly Key[]) =>
  ({
    kind: 'listed',
    devices: keys.map(({ fingerprint }) => ({
      fingerprintHex: fingerprint,
      claimHashHex: null,
      resetHashHex: null,
    })),
  }) as const;

function opened(admits: Parameters<DoorWorld['openWindow']>[0] = OPEN): DoorWorld {
  const world = new DoorWorld();
  world.load();
  world.openWindow(admits);
  return world;
}

function come(world: DoorWorld, key: Key): Device {
  const device = world.keyHolder(key.identity);
  assert.equal(device.connect(), true, 'the handshake completes');
  return device;
}

function counters(world: DoorWorld, metric: string): Readonly<Record<string, number>> {
  const answer = world.ask({ kind: 'counters' });
  assert.equal(answer?.kind, 'counters');
  return answer.counters.counters[metric] ?? {};
}

function sessions(world: DoorWorld): number {
  const answer = world.ask({ kind: 'sessions' });
  return answer?.kind === 'sessions' ? answer.sessions.length : 0;
}

const lines = (world: DoorWorld, event: string): number =>
  world.told.filter((message) => message.kind === 'log' && message.event === event).length;

describe('a newcomer', () => {
  test('has no session before control has given its word, and is answered then what it asked before', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    lamp.get('/claim');
    lamp.get('/demo/x');
    assert.deepEqual([codes(lamp), sessions(world)], [[], 0]);
    assert.equal(world.petitions().length, 1);
    await world.answerAll();
    assert.deepEqual(codes(lamp), ['2.05', '4.03']);
    const device = `new-${keyOf('lamp').fingerprint.slice(0, 12)}`;
    assert.deepEqual(decode(lamp.responses[0]?.payload ?? new Uint8Array()), { device, state: 'unclaimed' });
    assert.equal(sessions(world), 1);
    assert.equal(world.backend.seen.length, 0);
    assert.deepEqual(counters(world, 'postern_newcomers_total'), { admitted: 1 });
  });

  test('is none while no window is open, nor when it has closed by itself', () => {
    const world = new DoorWorld();
    world.load();
    assert.equal(world.keyHolder(keyOf('lamp').identity).connect(), false);
    world.openWindow(OPEN, world.clock.wall() + 10_000);
    world.pass(seconds(11));
    assert.equal(world.keyHolder(keyOf('lamp').identity).connect(), false);
    assert.equal(world.petitions().length, 0);
    assert.deepEqual(counters(world, 'postern_handshakes_total'), { 'failed,unknown-key,rpk': 2 });
  });

  test('nothing is asked of control before its Finished has verified', () => {
    const world = opened();
    const lamp = world.keyHolder(keyOf('lamp').identity);
    const datagram = world.shard.datagram.bind(world.shard);
    // Everything reaches the shard but what is protected: the Finished.
    world.shard.datagram = (now, from, bytes) => {
      for (let offset = 0; offset < bytes.length; ) {
        const parsed = parseRecord(bytes, offset, 0);
        if ('drop' in parsed) return;
        const { end, epoch } = parsed.record;
        if (epoch === 0) datagram(now, from, bytes.slice(offset, end));
        offset = end;
      }
    };
    assert.equal(lamp.connect(), false);
    assert.equal(world.petitions().length, 0);
    assert.deepEqual([sessions(world), world.core.snapshot.unclaimed], [0, 0]);
  });

  test('whom control refuses is told access_denied, once in the log, and nothing of it is answered', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    lamp.get('/claim');
    world.append({ kind: 'claim-window-closed' });
    assert.deepEqual(await world.answerAll(), [{ kind: 'refused', code: 'window-closed' }]);
    assert.equal(lamp.alert, 'access_denied');
    assert.deepEqual([codes(lamp), sessions(world)], [[], 0]);
    assert.equal(lines(world, 'newcomer refused'), 1);
    assert.deepEqual(counters(world, 'postern_newcomers_total'), { 'window-closed': 1 });
    assert.deepEqual(counters(world, 'postern_sessions_closed_total'), { refused: 1 });
  });

  test('of whom nothing is heard for five seconds may try again; a late word changes nothing here', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    world.pass(milliseconds(5_001));
    world.settle();
    assert.equal(lamp.alert, 'close_notify');
    await world.answerAll();
    assert.equal(sessions(world), 0);
    assert.equal(lamp.connect(), true, 'by now it is known');
    assert.deepEqual([sessions(world), world.petitions().length], [1, 0]);
  });

  test('that comes twice at once is one device with two sessions', async () => {
    const world = opened();
    come(world, keyOf('lamp'));
    come(world, keyOf('lamp'));
    assert.deepEqual(
      (await world.answerAll()).map(({ kind }) => kind),
      ['done', 'refused'],
    );
    assert.deepEqual([sessions(world), world.core.snapshot.unclaimed], [2, 1]);
  });

  test('that leaves before the word leaves nothing behind', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    lamp.get('/claim');
    lamp.close();
    await world.answerAll();
    assert.deepEqual([sessions(world), codes(lamp)], [0, []]);
  });

  test('is closed when its key ends, as any other device', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    await world.answerAll();
    const [credential] = [...world.core.snapshot.credentials.values()].filter(({ kind }) => kind === 'rpk');
    world.append({ kind: 'credential-ended', id: credential?.id as CredentialId });
    world.settle();
    assert.equal(lamp.alert, 'access_denied');
  });
});

describe('strangers at the door', () => {
  test('an open window asks control about so many in a minute and no more, whatever comes', async () => {
    const world = opened({ kind: 'open', perMinuteMax: 5 });
    const outcomes = Array.from({ length: 20 }, (_, i) =>
      world.keyHolder(keyOf(`stranger ${i}`).identity).connect(),
    );
    assert.equal(outcomes.filter(Boolean).length, 5);
    assert.equal(world.petitions().length, 5);
    await world.answerAll();
    world.pass(seconds(30));
    assert.equal(world.keyHolder(keyOf('stranger 21').identity).connect(), false);
    world.pass(seconds(31));
    assert.equal(world.keyHolder(keyOf('stranger 22').identity).connect(), true);
    assert.equal(world.core.snapshot.unclaimed, 5);
  });

  test('an open window is full for all when as many wait for their owners as ever may', () => {
    const world = opened();
    world.append(
      ...Array.from({ length: 10_000 }, (_, i) => {
        const id = `w${i}` as ActorId;
        return { kind: 'actor-added', id, actor: 'device', name: `w${i}`, owner: null } as const;
      }),
    );
    assert.equal(world.keyHolder(keyOf('lamp').identity).connect(), false);
    assert.equal(world.petitions().length, 0);
  });

  test('a list lets in who is on it; others learn nothing else than without a window', () => {
    const world = opened(listing(keyOf('lamp')));
    come(world, keyOf('lamp'));
    const stranger = world.keyHolder(keyOf('stranger').identity);
    assert.equal(stranger.connect(), false);
    assert.equal(world.petitions().length, 1);
    world.append({ kind: 'claim-window-closed' });
    world.openWindow(listing(keyOf('other')));
    assert.equal(stranger.connect(), false);
    come(world, keyOf('other'));
  });

  test('at most 64 wait for control; who is one too many may try again', async () => {
    const keys = Array.from({ length: 66 }, (_, i) => keyOf(`stranger ${i}`));
    const world = opened(listing(...keys));
    const devices = keys.map((key) => come(world, key));
    assert.equal(world.petitions().length, 64);
    assert.deepEqual(
      devices.slice(64).map(({ alert }) => alert),
      ['close_notify', 'close_notify'],
    );
    await world.answerAll();
    assert.equal(sessions(world), 64);
    assert.deepEqual(counters(world, 'postern_newcomers_total'), { admitted: 64, overloaded: 2 });
  });

  test('what a newcomer asks before it is let in is kept four times', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    for (let i = 0; i < 10; i++) lamp.get('/claim');
    await world.answerAll();
    assert.deepEqual(codes(lamp), ['2.05', '2.05', '2.05', '2.05']);
  });

  test('a key that was suspended is not a newcomer', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    await world.answerAll();
    lamp.close();
    const [credential] = [...world.core.snapshot.credentials.values()].filter(({ kind }) => kind === 'rpk');
    world.append({ kind: 'credential-suspended', id: credential?.id as CredentialId });
    assert.equal(lamp.connect(), false);
    assert.equal(world.petitions().length, 0);
  });
});

describe('a claim', () => {
  const CBOR_OPTIONS = optionsOf([OPTION.URI_PATH, 'claim'], [OPTION.CONTENT_FORMAT, 60]);
  const post = (device: Device, body: object): void => device.send(CODE.POST, CBOR_OPTIONS, encode(body));
  const meterOf = (world: DoorWorld): Device => {
    const meter = world.device('meter');
    assert.equal(meter.connect(), true);
    return meter;
  };

  test('is answered when control has given its word, or could not, or has not in time', () => {
    const world = opened();
    const meter = meterOf(world);
    for (const word of [
      { kind: 'done', claimCode: null },
      { kind: 'refused', code: 'claim-code-wrong' },
      { kind: 'failed' },
    ] as const) {
      post(meter, { device: 'lamp', code: 'x' });
      const [asked] = world.petitions();
      assert.deepEqual(asked?.petition, { kind: 'claim', credential: 'c-meter', device: 'lamp', code: 'x' });
      world.word(asked?.request ?? 0, word);
    }
    post(meter, { device: 'lamp', code: 'x' });
    world.pass(milliseconds(5_001));
    world.settle();
    assert.deepEqual(codes(meter), ['2.01', '4.03', '5.03', '5.04']);
    assert.deepEqual(counters(world, 'postern_claims_total'), {
      '2.01': 1,
      'claim-code-wrong': 1,
      overloaded: 1,
      timeout: 1,
    });
  });

  test('of a session that has ended is answered to nobody', () => {
    const world = opened();
    const meter = meterOf(world);
    post(meter, { device: 'lamp', code: 'x' });
    const [asked] = world.petitions();
    world.append({ kind: 'credential-ended', id: 'c-meter' as CredentialId });
    world.word(asked?.request ?? 0, { kind: 'done', claimCode: null });
    assert.deepEqual([meter.alert, codes(meter)], ['access_denied', []]);
  });

  test('made before its user was suspended and decided after is refused', async () => {
    const world = opened();
    const meter = meterOf(world);
    post(meter, { device: 'lamp', code: 'x' });
    world.append({ kind: 'actor-suspended', id: 'alice' as ActorId });
    assert.deepEqual(await world.answerAll(), [{ kind: 'refused', code: 'not-entitled' }]);
    assert.deepEqual(codes(meter), ['4.03']);
  });

  test('G07: is for devices: a platform that acts for a user makes him the owner of nothing', async () => {
    const world = opened();
    const [actor, id] = ['plt-deputy' as ActorId, 'c-deputy' as CredentialId];
    const key = keyOf('deputy');
    const proof = { kind: 'rpk', fingerprintHex: key.fingerprint, spkiHex: '30'.repeat(91) } as const;
    const bounds = {
      user: 'alice' as ActorId,
      established: 'file',
      notBefore: null,
      notAfter: null,
    } as const;
    world.append(
      { kind: 'actor-added', id: actor, actor: 'platform', name: 'deputy', owner: null },
      { kind: 'credential-established', credential: { id, actor, ...bounds, ...proof } },
    );
    const deputy = come(world, key);
    post(deputy, { device: 'lamp', code: 'x' });
    assert.deepEqual([codes(deputy), world.petitions().length], [['4.03'], 0]);
    assert.deepEqual(counters(world, 'postern_claims_total'), { 'not-a-device': 1 });
    const asked = { kind: 'claim', credential: id, device: 'lamp', code: 'x' } as const;
    assert.deepEqual(
      await world.answer(asked),
      { kind: 'refused', code: 'not-entitled' },
      'whatever a shard says',
    );
  });

  test('beyond 64 of one session is answered 5.03 at once', () => {
    const world = opened();
    const meter = meterOf(world);
    for (let i = 0; i < 66; i++) post(meter, { device: 'lamp', code: 'x' });
    assert.equal(world.petitions().length, 64);
    assert.deepEqual(codes(meter), ['5.03', '5.03']);
  });

  test('by a device that nobody owns is refused, and says nothing of the other device', async () => {
    const world = opened();
    const lamp = come(world, keyOf('lamp'));
    await world.answerAll();
    post(lamp, { device: 'meter', code: 'x' });
    post(lamp, { device: 'meter', proof: 'guessed it' });
    assert.deepEqual(codes(lamp), ['4.03']);
    assert.deepEqual(await world.answerAll(), [{ kind: 'refused', code: 'reset-proof-missing' }]);
    assert.deepEqual(codes(lamp), ['4.03', '4.03']);
    for (const { payload } of lamp.responses) assert.match(fromUtf8(payload) ?? '', /^test-[0-9a-z]+$/);
  });
});
