import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromUtf8, milliseconds, seconds, utf8, wallTime } from '../../../../src/base/index.ts';
import { CODE, codeName, getUintOption, OPTION } from '../../../../src/coap/index.ts';
import { restoreSnapshot } from '../../../../src/trust/index.ts';
import { resourceName } from '../../../../src/policy/index.ts';
import type { ShardSettings } from '../../../../src/daemon/ports/index.ts';
import { credentialOf, type Device, SETTINGS, World } from '../../../fakes/world.ts';

function connected(settings: Partial<ShardSettings> = {}): { world: World; meter: Device } {
  const world = new World(settings);
  world.load();
  const meter = world.device('meter');
  assert.equal(meter.connect(), true, 'the handshake completes');
  return { world, meter };
}

const codes = (device: Device): string[] => device.responses.map(({ code }) => codeName(code));

function counter(world: World, metric: string): Readonly<Record<string, number>> {
  const answer = world.ask({ kind: 'counters' });
  assert.equal(answer?.kind, 'counters');
  return answer.counters.counters[metric] ?? {};
}

function sessions(world: World): readonly { readonly id: string; readonly principal: string }[] {
  const answer = world.ask({ kind: 'sessions' });
  assert.equal(answer?.kind, 'sessions');
  return answer.sessions;
}

describe('a request through a shard', () => {
  test('goes to the backend and comes back', () => {
    const { world, meter } = connected();
    meter.get('/demo/hello/world', [OPTION.URI_QUERY, 'a=b']);
    const [arrived] = world.backend.seen;
    assert.ok(arrived);
    assert.equal(resourceName(arrived.request.resource), 'backend/demo/hello/world');
    assert.equal(arrived.request.method, CODE.GET);
    assert.equal(arrived.request.principal.name, 'meter');
    assert.deepEqual(codes(meter), [], 'nothing is answered before the backend does');
    world.backend.answer(world.clock.now(), { payload: utf8('hello') });
    world.settle();
    assert.deepEqual(codes(meter), ['2.05']);
    assert.equal(fromUtf8(meter.responses[0]?.payload ?? new Uint8Array()), 'hello');
    assert.deepEqual(counter(world, 'postern_requests_total'), { 'read,answered': 1 });
    assert.deepEqual(counter(world, 'postern_decisions_total'), { 'permit,rights': 1 });
  });

  test('without right is answered 4.03 and never seen by the backend', () => {
    const { world, meter } = connected();
    meter.get('/vault/gold');
    assert.deepEqual(codes(meter), ['4.03']);
    assert.equal(world.backend.seen.length, 0);
    const id = fromUtf8(meter.responses[0]?.payload ?? new Uint8Array());
    const [line] = world.told.filter(({ kind }) => kind === 'log');
    assert.ok(line?.kind === 'log' && line.event === 'request denied');
    assert.equal(line.fields['decision'], id, 'the device sees the id that the operator can look up');
    assert.deepEqual(counter(world, 'postern_decisions_total'), { 'deny,rights': 1 });
  });

  test('without route is answered 4.04', () => {
    const { world, meter } = connected();
    meter.get('/elsewhere');
    assert.deepEqual(codes(meter), ['4.04']);
    assert.equal(world.backend.seen.length, 0);
  });

  test('of an unreachable backend is answered 5.02', () => {
    const { world, meter } = connected();
    world.backend.immediate = { kind: 'failed', reason: 'unreachable' };
    meter.get('/demo/x');
    assert.deepEqual(codes(meter), ['5.02']);
    assert.deepEqual(counter(world, 'postern_requests_total'), { 'read,unreachable': 1 });
  });

  test('beyond the limit of its backend is answered 5.03, and there is room again afterwards', () => {
    const { world, meter } = connected();
    for (let i = 0; i < 5; i++) meter.get('/demo/x');
    assert.deepEqual(codes(meter), ['5.03']);
    assert.equal(getUintOption(meter.responses[0]?.options ?? [], OPTION.MAX_AGE), 5);
    for (let i = 0; i < 4; i++) world.backend.answer(world.clock.now());
    meter.get('/demo/x');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter), ['5.03', '2.05', '2.05', '2.05', '2.05', '2.05']);
  });

  test('too many of one device are answered 4.29', () => {
    const limits = { ...SETTINGS.limits, requestsPerSecond: 1, requestBurst: 2 };
    const { world, meter } = connected({ limits });
    for (let i = 0; i < 3; i++) {
      meter.get('/demo/x');
      world.backend.answer(world.clock.now());
    }
    world.settle();
    assert.deepEqual(codes(meter).toSorted(), ['2.05', '2.05', '4.29']);
    const other = world.device('lock');
    assert.equal(other.connect(), true);
    other.get('/demo/x');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(other), ['2.05'], 'others are not affected');
  });

  test('sent again because its answer was lost is forwarded once and answered again', () => {
    const { world, meter } = connected();
    meter.get('/demo/x');
    world.backend.answer(world.clock.now(), { payload: utf8('first') });
    assert.equal(world.datagrams.take().length, 1, 'and this is lost');
    world.pass(seconds(4));
    meter.wake();
    world.settle();
    assert.equal(world.backend.seen.length, 1);
    assert.deepEqual(codes(meter), ['2.05']);
    assert.deepEqual(counter(world, 'postern_messages_dropped_total'), { duplicate: 1 });
  });

  test('whose answer no record of the device can hold is answered 5.02', () => {
    const { world, meter } = connected();
    meter.get('/demo/x');
    world.backend.answer(world.clock.now(), { payload: new Uint8Array(17_000) });
    world.settle();
    assert.deepEqual(codes(meter), ['5.02']);
  });
});

describe('trust in a shard', () => {
  test('nobody is answered before a snapshot is there', () => {
    const world = new World();
    assert.equal(world.device('meter').connect(), false);
    assert.equal(world.datagrams.counts.transmitted, 0);
    world.load();
    assert.equal(world.device('lock').connect(), true);
  });

  test('an unknown identity and a wrong key fail alike on the wire, and apart in the log', () => {
    const world = new World();
    world.load();
    const stranger = world.device('stranger');
    const impostor = world.device('meter', utf8('not the real key'));
    assert.equal(stranger.connect(), false);
    const afterStranger = world.datagrams.counts.transmitted;
    assert.equal(impostor.connect(), false);
    assert.equal(world.datagrams.counts.transmitted, 2 * afterStranger);
    world.pass(seconds(60));
    const lines = world.told.filter(({ kind }) => kind === 'log');
    const reasons = lines.map((line) => (line.kind === 'log' ? line.fields : {}));
    assert.deepEqual(
      reasons.map(({ reason, claimed }) => ({ reason, claimed })),
      [
        { reason: 'unknown-identity', claimed: 'stranger' },
        { reason: 'wrong-key', claimed: 'meter' },
      ],
    );
    assert.deepEqual(counter(world, 'postern_handshakes_total'), {
      'failed,unknown-identity,psk': 1,
      'failed,wrong-key,psk': 1,
    });
  });

  test('an ended credential closes its session before control is told, and answers under way go nowhere', () => {
    const { world, meter } = connected();
    const lock = world.device('lock');
    assert.equal(lock.connect(), true);
    meter.get('/demo/x');
    lock.get('/demo/y');
    world.apply(2, { kind: 'credential-ended', id: credentialOf('meter') });
    const last = world.told.at(-1);
    assert.deepEqual(last, { kind: 'applied', shard: 0, revision: 2 });
    assert.deepEqual(
      sessions(world).map(({ principal }) => principal),
      ['lock'],
    );
    assert.equal(world.backend.abandoned.length, 1);
    world.settle();
    assert.equal(meter.closed, 'peer-alert');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter), []);
    assert.deepEqual(codes(lock), ['2.05'], 'others go on');
    assert.equal(meter.connect(), false, 'and it does not come back');
  });

  test('a removed actor is cut off like an ended credential', () => {
    const { world, meter } = connected();
    world.apply(
      2,
      { kind: 'credential-ended', id: credentialOf('meter') },
      { kind: 'actor-removed', id: 'meter' as never },
    );
    world.settle();
    assert.equal(meter.closed, 'peer-alert');
    assert.deepEqual(sessions(world), []);
  });

  test('a device whose owner went away acts for nobody', () => {
    const { world, meter } = connected();
    world.apply(2, { kind: 'actor-removed', id: 'alice' as never });
    meter.get('/demo/x');
    assert.deepEqual(codes(meter), ['4.03']);
    assert.equal(world.backend.seen.length, 0);
  });

  test('another snapshot under the same number is believed, not the one before', () => {
    const { world, meter } = connected();
    const revision = 1 as never;
    const snapshot = restoreSnapshot({ revision, actors: [], credentials: [] });
    world.control({ kind: 'load', wall: wallTime(0), revision, snapshot, keys: [] });
    world.settle();
    assert.equal(meter.closed, 'peer-alert');
    assert.deepEqual(sessions(world), []);
  });

  test('a credential added later is known at once', () => {
    const { world } = connected();
    const added = world.device('late');
    assert.equal(added.connect(), false);
    world.pass(seconds(60));
    world.settle();
    world.control({
      kind: 'apply',
      revision: 2 as never,
      events: [
        { kind: 'actor-added', id: 'late' as never, actor: 'device', name: 'late', owner: 'alice' as never },
        {
          kind: 'psk-established',
          id: 'c-late' as never,
          actor: 'late' as never,
          identityHex: Buffer.from('late').toString('hex'),
          sealedKey: '',
          established: 'printed',
        },
      ],
      keys: [
        {
          credential: 'c-late' as never,
          actor: 'late' as never,
          identityHex: Buffer.from('late').toString('hex'),
          key: utf8('late'.padEnd(16, '#')),
        },
      ],
    });
    assert.equal(added.connect(), true);
  });
});

describe('sessions of a shard', () => {
  test('are listed, and closed by id', () => {
    const { world, meter } = connected();
    world.pass(seconds(3));
    meter.get('/vault');
    const answer = world.ask({ kind: 'sessions' });
    assert.ok(answer?.kind === 'sessions');
    const [session] = answer.sessions;
    assert.deepEqual(session, {
      id: '0-1',
      principal: 'meter',
      credential: 'c-meter',
      path: '198.51.100.1:40000',
      cid: null,
      suite: 'TLS_PSK_WITH_AES_128_CCM_8',
      since: Date.UTC(2026, 0, 1),
      lastSeen: Date.UTC(2026, 0, 1) + 3_000,
      observations: 0,
      revision: 1,
    });
    assert.deepEqual(world.ask({ kind: 'close-session', id: '0-99' }), { kind: 'closed', found: false });
    assert.deepEqual(world.ask({ kind: 'close-session', id: '0-1' }), { kind: 'closed', found: true });
    assert.deepEqual(sessions(world), []);
    world.settle();
    assert.equal(meter.closed, 'close-notify');
  });

  test('that the device ends take their jobs with them', () => {
    const { world, meter } = connected();
    meter.get('/demo/x');
    meter.close();
    assert.equal(world.backend.abandoned.length, 1);
    assert.deepEqual(counter(world, 'postern_requests_total'), { 'read,abandoned': 1 });
    assert.deepEqual(counter(world, 'postern_sessions_closed_total'), { 'close-notify': 1 });
  });

  test('that are silent too long end', () => {
    const { world } = connected({ dtls: { ...SETTINGS.dtls, idleTimeoutMs: 60_000 } });
    world.pass(seconds(59));
    assert.equal(sessions(world).length, 1);
    world.pass(seconds(2));
    assert.equal(sessions(world).length, 0);
  });
});

describe('draining a shard', () => {
  test('waits for what is under way, answers the rest 5.03, then closes', () => {
    const { world, meter } = connected();
    meter.get('/demo/slow');
    assert.equal(world.ask({ kind: 'drain', graceMs: 5_000 }), undefined);
    const drain = world.told.filter(({ kind }) => kind === 'answer').length;
    meter.get('/demo/late');
    assert.deepEqual(codes(meter), ['5.03']);
    assert.equal(world.device('lock').connect(), false, 'no new handshakes');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter), ['5.03', '2.05']);
    assert.equal(world.told.filter(({ kind }) => kind === 'answer').length, drain + 1);
    assert.deepEqual(world.answerTo(), { kind: 'drained' });
    assert.equal(meter.closed, 'close-notify');
    assert.deepEqual(sessions(world), []);
  });

  test('does not wait longer than its grace', () => {
    const { world, meter } = connected();
    meter.get('/demo/never');
    assert.equal(world.ask({ kind: 'drain', graceMs: 5_000 }), undefined);
    world.pass(milliseconds(4_999));
    assert.equal(world.answerTo(), undefined);
    world.pass(milliseconds(1));
    assert.deepEqual(world.answerTo(), { kind: 'drained' });
  });

  test('with nothing under way is over at once', () => {
    const { world, meter } = connected();
    assert.deepEqual(world.ask({ kind: 'drain', graceMs: 5_000 }), { kind: 'drained' });
    world.settle();
    assert.equal(meter.closed, 'close-notify');
  });
});

test('the alarm is set once for the earliest deadline, and not again for later ones', () => {
  const { world, meter } = connected();
  let sets = 0;
  const { clock } = world;
  const set = clock.set.bind(clock);
  clock.set = (at) => {
    sets++;
    set(at);
  };
  for (let i = 0; i < 50; i++) {
    meter.get('/demo/x');
    world.backend.answer(clock.now());
    world.settle();
  }
  assert.ok(sets <= 1, `${sets} alarms for 50 requests`);
});
