/** How far a revocation reaches in a shard, and what happens when nobody can tell any more what has been revoked. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { milliseconds, seconds, type WallTime } from '../../../../src/base/index.ts';
import { codeName } from '../../../../src/coap/index.ts';
import {
  type ActorId,
  ownerTerms,
  type RelationshipId,
  type Terms,
  type TrustEvent,
} from '../../../../src/trust/index.ts';
import { credentialOf, type Device, World } from '../../../fakes/world.ts';

const RIGHT = 'r-1' as RelationshipId;
const codes = (device: Device): string[] => device.responses.map(({ code }) => codeName(code));

/** `/vault/*` is allowed by no rule: only the platform's trust in the meter gives it. */
function trusted(terms: Partial<Terms> = {}): { world: World; meter: Device } {
  const world = new World({ trust: { chainMax: 3, stalenessMaxMs: 60_000 } });
  world.load();
  const all = { ...ownerTerms(''), scope: [{ actions: ['read'], resources: ['/*'] }], ...terms };
  const origin = { kind: 'direct', ground: { kind: 'operator' } } as const;
  const ends = { trustor: 'plt' as ActorId, trustee: 'meter' as ActorId };
  world.apply(
    2,
    { kind: 'actor-added', id: 'plt' as ActorId, actor: 'platform', name: 'demo', owner: null },
    {
      kind: 'relationship-established',
      relationship: { id: RIGHT, ...ends, terms: all as Terms, origin },
    },
  );
  const meter = world.device('meter');
  assert.equal(meter.connect(), true);
  return { world, meter };
}

const ENDINGS: Readonly<Record<string, readonly TrustEvent[]>> = {
  'its relationship is revoked': [{ kind: 'relationships-ended', revoked: [RIGHT], fallen: [] }],
  'its relationship is suspended': [{ kind: 'relationship-suspended', id: RIGHT }],
  'the platform is suspended': [{ kind: 'actor-suspended', id: 'plt' as ActorId }],
  'the device is suspended': [{ kind: 'actor-suspended', id: 'meter' as ActorId }],
  'its credential ends': [{ kind: 'credential-ended', id: credentialOf('meter') }],
};

describe('reach of a revocation', () => {
  test('G05: what was under way is answered 4.03 and abandoned before control is told; the session stays', () => {
    const { world, meter } = trusted();
    meter.get('/vault/x');
    assert.equal(world.backend.waiting.size, 1);
    world.apply(3, ...(ENDINGS['its relationship is revoked'] ?? []));
    assert.deepEqual(world.told.at(-1), { kind: 'applied', shard: 0, revision: 3 });
    assert.equal(world.backend.abandoned.length, 1);
    world.settle();
    assert.deepEqual(codes(meter), ['4.03']);
    meter.get('/demo/x');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter), ['4.03', '2.05'], 'what stands on something else goes on');
    const denied = world.told.filter((line) => line.kind === 'log' && line.event === 'request denied');
    assert.match(JSON.stringify(denied), /no relationship leads|is not valid/);
  });

  test('a suspension gives back what it took', () => {
    const { world, meter } = trusted();
    world.apply(3, { kind: 'actor-suspended', id: 'plt' as ActorId });
    meter.get('/vault/x');
    world.apply(4, { kind: 'actor-resumed', id: 'plt' as ActorId });
    meter.get('/vault/x');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter), ['4.03', '2.05']);
  });

  test('a relationship that runs out takes with it what is under way, at that moment', () => {
    const world = new World();
    const end = (world.clock.wall() + 5_000) as WallTime;
    const { world: own, meter } = trusted({ notAfter: end });
    meter.get('/vault/x');
    own.pass(seconds(4));
    own.settle();
    assert.deepEqual(codes(meter), []);
    own.pass(seconds(2));
    own.settle();
    assert.deepEqual(codes(meter), ['4.03']);
    own.backend.answer(own.clock.now());
    own.settle();
    assert.deepEqual(codes(meter), ['4.03']);
  });

  // After the acknowledgement nothing is forwarded and nothing delivered, whatever came first.
  for (const [what, events] of Object.entries(ENDINGS)) {
    test(`G05: in every order of requests, answers and an acknowledgement: ${what}`, () => {
      let orders = 0;
      for (const order of interleavings({ ask: 2, answer: 3, revoke: 1 })) {
        orders++;
        const { world, meter } = trusted();
        let revoked = false;
        for (const step of order) {
          const forwarded = world.backend.seen.length;
          const delivered = codes(meter).filter((code) => code === '2.05').length;
          if (step === 'ask' && meter.closed === undefined) meter.get('/vault/x');
          if (step === 'answer') world.backend.answer(world.clock.now());
          if (step === 'revoke') {
            world.apply(3, ...events);
            assert.deepEqual(world.told.at(-1), { kind: 'applied', shard: 0, revision: 3 });
            revoked = true;
          }
          world.settle();
          if (!revoked) continue;
          assert.equal(world.backend.seen.length, forwarded, `forwarded: ${order.join(' ')}`);
          const after = codes(meter).filter((code) => code === '2.05').length;
          assert.equal(after, delivered, `delivered: ${order.join(' ')}`);
          assert.equal(world.backend.waiting.size, 0, 'nothing is left at the backend');
        }
      }
      assert.equal(orders, 60);
    });
  }
});

describe('very many sessions at once', () => {
  const CROWD = 90;
  const crowd = (): { world: World; devices: readonly Device[] } => {
    const world = new World();
    world.load();
    const devices = Array.from({ length: CROWD }, () => world.device('meter'));
    for (const device of devices) assert.equal(device.connect(), true);
    return { world, devices };
  };

  test('G06: all are over before control is told; their devices hear of it at once or right after', () => {
    const { world, devices } = crowd();
    for (const device of devices) device.get('/demo/x');
    assert.equal(world.backend.waiting.size, 4, 'as many as there may be');
    world.datagrams.take();
    world.apply(2, { kind: 'credential-ended', id: credentialOf('meter') });
    assert.deepEqual(world.told.at(-1), { kind: 'applied', shard: 0, revision: 2 });
    const answer = world.ask({ kind: 'sessions' });
    assert.deepEqual(answer, { kind: 'sessions', sessions: [] });
    assert.equal(world.backend.waiting.size, 0);
    const atOnce = world.datagrams.sent.length;
    assert.ok(atOnce < CROWD, `${atOnce} alerts held control up`);
    world.settle();
    const forwarded = world.backend.seen.length;
    const late = devices.filter(({ closed }) => closed === undefined);
    assert.equal(late.length, CROWD - atOnce);
    late[0]?.get('/demo/x');
    assert.equal(world.backend.seen.length, forwarded, 'who has not heard of it yet gets nothing either');
    world.pass(milliseconds(1));
    world.settle();
    for (const device of devices) assert.equal(device.closed, 'peer-alert');
  });

  test('sessions are counted by whose they are, and in whose name', () => {
    const { world } = crowd();
    assert.equal(world.device('lock').connect(), true);
    const count = (...of: string[]): unknown =>
      world.ask({ kind: 'count-sessions', of: new Set(of as ActorId[]) });
    assert.deepEqual(count('meter'), { kind: 'counted', sessions: CROWD, observations: 0 });
    assert.deepEqual(count('alice'), { kind: 'counted', sessions: CROWD + 1, observations: 0 });
    assert.deepEqual(count('lock', 'nobody'), { kind: 'counted', sessions: 1, observations: 0 });
  });

  test('the fall of their user takes from requests under way what they had in his name', () => {
    const { world, devices } = crowd();
    devices[0]?.get('/demo/x');
    world.apply(2, { kind: 'actor-suspended', id: 'alice' as ActorId });
    assert.equal(world.backend.waiting.size, 0);
    world.settle();
    assert.deepEqual(codes(devices[0] as Device), ['4.03']);
    assert.equal(devices[0]?.closed, undefined);
  });
});

describe('a feed that has fallen silent', () => {
  test('G06: closes the gate after the bound, for requests, answers and handshakes, until it is heard again', () => {
    const { world, meter } = trusted();
    meter.get('/vault/x');
    world.pass(milliseconds(60_001));
    world.backend.answer(world.clock.now());
    meter.get('/demo/x');
    assert.deepEqual(codes(meter), ['5.03', '5.03'], 'not even what was permitted before is delivered');
    assert.equal(world.backend.seen.length, 1);
    assert.equal(world.device('lock').connect(), false);
    world.control({ kind: 'pulse', revision: 2 as never });
    meter.get('/demo/x');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter).at(-1), '2.05');
    assert.equal(world.device('lock').connect(), true);
  });

  test('a pulse keeps it open', () => {
    const { world, meter } = trusted();
    for (let i = 0; i < 5; i++) {
      world.pass(seconds(50));
      world.control({ kind: 'pulse', revision: 2 as never });
    }
    meter.get('/demo/x');
    world.backend.answer(world.clock.now());
    world.settle();
    assert.deepEqual(codes(meter), ['2.05']);
  });

  test('a pulse of a revision that has not arrived tells of a gap, and keeps nothing open', () => {
    const { world, meter } = trusted();
    world.pass(seconds(50));
    world.control({ kind: 'pulse', revision: 3 as never });
    world.pass(seconds(20));
    meter.get('/demo/x');
    assert.deepEqual(codes(meter), ['5.03']);
  });
});

/** Every order of so many of each. */
function* interleavings(
  left: Readonly<Record<string, number>>,
  done: readonly string[] = [],
): Generator<readonly string[]> {
  const steps = Object.entries(left).filter(([, count]) => count > 0);
  if (steps.length === 0) yield done;
  for (const [step, count] of steps) yield* interleavings({ ...left, [step]: count - 1 }, [...done, step]);
}
