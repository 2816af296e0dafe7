import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import { relationshipsAround } from '../../../src/trust/circle.ts';
import { Trust, type TrustEvent } from '../../../src/trust/index.ts';
import { actor, relationship, TrustWorld } from '../../support/trust-world.ts';

/** So many leave the indexes over several changes. */
const GUESTS = Array.from({ length: 200 }, (_, n) => `guest${n}`);

/** The lock trusts bob, who has brought all his guests in. */
function party(): TrustWorld {
  const world = new TrustWorld();
  world.done(world.trusts('lock>bob'));
  world.done(world.trusts('lamp>bob'));
  for (const guest of GUESTS) {
    world.actor(guest, 'user');
    world.done(world.trusts(`bob>${guest}`));
    world.done(world.introduces(`lock>${guest}`, 'bob'));
  }
  return world;
}

describe('where many fall at once', () => {
  test('each of them is gone at once, whoever asks and however', () => {
    const world = party();
    const { cascade } = world.done(world.revokes('lock>bob'));
    assert.equal(cascade.fallen.length, GUESTS.length);
    const { graph, ended } = world.trust;
    assert.equal(ended, 1 + GUESTS.length);
    assert.equal(graph.size, 1 + GUESTS.length);
    assert.equal([...graph.nodes()].length, graph.size);
    assert.deepEqual([...graph.of(actor('lock'))], []);
    assert.equal(graph.get(relationship('lock>guest7')), undefined);
    assert.deepEqual(graph.between(actor('lock'), actor('guest7')), []);
    const left = ['bob>guest7'];
    assert.deepEqual(
      Array.from(graph.of(actor('guest7')), ({ id }) => id),
      left,
    );
    assert.deepEqual(
      relationshipsAround(world.trust, actor('guest7')).map(({ id }) => id),
      left,
    );
    const again = world.revokes('lock>guest7');
    assert.deepEqual(again.kind === 'accepted' && again.events, []);
  });

  test('and whatever comes next finds the same as one who was told of all of it afterwards', () => {
    const world = party();
    world.done(world.revokes('lock>bob'));
    for (let n = 0; n < 20; n++) {
      const next: TrustEvent = { kind: n % 2 === 0 ? 'actor-suspended' : 'actor-resumed', id: actor('bob') };
      world.append(next);
      const { trust } = world;
      const afresh = new Trust(trust.snapshot, wallTime(0));
      assert.equal(trust.graph.size, afresh.graph.size);
      for (const name of ['bob', 'lock', 'guest199', 'guest0']) {
        const idsIn = ({ graph }: Trust) => Array.from(graph.of(actor(name)), ({ id }) => id);
        assert.deepEqual(idsIn(trust), idsIn(afresh));
      }
    }
    world.done(world.trusts('carol>bob'));
    world.done(world.introduces('carol>guest199', 'bob'));
    assert.ok(world.trust.isValid(relationship('carol>guest199')));
  });

  test('a reason is written down once, and each knows it', () => {
    const world = party();
    const { events } = world.done(world.revokes('lock>bob'));
    const [ended] = events;
    assert.ok(ended?.kind === 'relationships-ended');
    const ids = GUESTS.map((guest) => `lock>${guest}`).toSorted();
    assert.deepEqual(ended.fallen, [{ ids, because: 'lock>bob' }]);
    const { state } = world.trust.snapshot.relationships.get(relationship('lock>guest5')) ?? {};
    assert.deepEqual(state, { kind: 'ended', because: 'lock>bob' });
  });

  test('a log that says it of each by itself means the same', () => {
    const [one, other] = [party(), party()];
    one.done(one.revokes('lock>bob'));
    const verdict = other.revokes('lock>bob');
    assert.ok(verdict.kind === 'accepted');
    const { revoked, fallen } = verdict.cascade;
    other.append({ kind: 'relationships-ended', revoked, fallen });
    assert.deepEqual(other.trust.snapshot, one.trust.snapshot);
    assert.deepEqual(other.valid(), one.valid());
  });

  test('to whom they had given rights is known', () => {
    const world = party();
    const { cascade } = world.done(world.revokes('lock>bob'));
    assert.deepEqual(cascade.trustees, new Set(['bob', ...GUESTS]));
  });
});
