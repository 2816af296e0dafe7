import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import {
  establishCredential,
  forgetRelationships,
  flawOf,
  pathOf,
  resumeActor,
  type Revision,
  suspendActor,
  Trust,
  type TrustEvent,
} from '../../../src/trust/index.ts';
import { actor, credential, psk, refusedBy, relationship, TrustWorld } from '../../support/trust-world.ts';

const id = relationship;

describe('the live fold', () => {
  test('time passing begins and ends things, and says when it will', () => {
    const world = new TrustWorld();
    world.done(world.trusts('lock>alice', { notBefore: 10, notAfter: 20 }));
    const { trust } = world;
    assert.equal(trust.nextChange(), 10);
    assert.deepEqual(trust.advance(wallTime(9)), { gained: [], lost: [], lines: [] });
    assert.deepEqual(trust.advance(wallTime(10)), { gained: ['lock>alice'], lost: [], lines: [] });
    assert.deepEqual([trust.nextChange(), trust.turned], [20, 10]);
    assert.deepEqual(trust.advance(wallTime(25)), { gained: [], lost: ['lock>alice'], lines: [] });
    assert.equal(trust.nextChange(), undefined);
  });

  test('a clock that goes backwards brings nothing back', () => {
    const world = new TrustWorld();
    world.done(world.trusts('lock>alice', { notAfter: 20 }));
    world.trust.advance(wallTime(20));
    assert.deepEqual(world.trust.advance(wallTime(5)), { gained: [], lost: [], lines: [] });
    assert.equal(world.trust.now, 20);
    assert.ok(!world.trust.isValid(id('lock>alice')));
  });

  test('what ran out returns what stood on it when it is extended by a credential', () => {
    const world = new TrustWorld();
    world.done(establishCredential(world.trust, psk('c1', 'acme', { notAfter: wallTime(30) })));
    world.done(world.trusts('lock>acme', {}, 'c1'));
    assert.deepEqual(world.trust.advance(wallTime(30)).lines, ['c1']);
    assert.deepEqual(flawOf(world.trust, id('lock>acme')), {
      kind: 'credential-not-valid',
      line: 'c1',
      holder: 'acme',
    });
    world.append(
      { kind: 'credential-established', credential: psk('c2', 'acme') },
      { kind: 'credential-rotated', id: credential('c1'), successor: credential('c2'), until: null },
    );
    assert.ok(world.trust.isValid(id('lock>acme')));
  });

  test('suspended actors take along what ends at them, and bring it back', () => {
    const world = new TrustWorld();
    for (const name of ['lock>alice', 'alice>bob', 'lamp>bob']) world.done(world.trusts(name));
    world.done(world.introduces('lock>bob', 'alice'));
    world.done(suspendActor(world.trust, actor('alice')));
    assert.deepEqual(world.valid(), ['lamp>bob']);
    assert.deepEqual(suspendActor(world.trust, actor('alice')), { kind: 'accepted', events: [] });
    assert.deepEqual(flawOf(world.trust, id('lock>bob')), { kind: 'no-support' });
    assert.deepEqual(flawOf(world.trust, id('alice>bob')), { kind: 'actor-inactive', actor: 'alice' });
    world.done(resumeActor(world.trust, actor('alice')));
    assert.deepEqual(world.valid(), ['alice>bob', 'lamp>bob', 'lock>alice', 'lock>bob']);
    refusedBy(suspendActor(world.trust, actor('nobody')), 'actor-unknown');
  });

  test('a path leads over what is direct from the one to the other', () => {
    const world = new TrustWorld();
    for (const name of ['lock>alice', 'alice>bob', 'bob>carol']) world.done(world.trusts(name));
    world.done(world.introduces('lock>bob', 'alice', { introduce: 1 }));
    world.done(world.introduces('lock>carol', 'bob'));
    const path = pathOf(world.trust, id('lock>carol'));
    assert.deepEqual(path, { steps: ['lock>alice', 'alice>bob', 'bob>carol'], cut: false });
    assert.deepEqual(pathOf(world.trust, id('lock>nobody')), { steps: [], cut: false });
  });

  test('a chain of 100,000 settles and falls without a stack', () => {
    const world = new TrustWorld();
    const LENGTH = 100_000;
    world.done(world.trusts('alice>bob'));
    const first = world.trust.snapshot.relationships.get(id('alice>bob'));
    assert.ok(first);
    const CROWD = 400;
    for (let n = 0; n < CROWD; n++) world.actor(`a${n}`, 'user');
    const events: TrustEvent[] = [];
    for (let n = 1; n <= LENGTH; n++) {
      const through = id(n === 1 ? 'alice>bob' : `r${n - 1}`);
      const supports = [{ introducer: actor('bob'), through, knows: id('alice>bob') }];
      const trustor = actor(`a${n % CROWD}`);
      const trustee = actor(`a${Math.floor(n / CROWD)}`);
      const { terms } = first;
      const origin = { kind: 'introduced', supports } as const;
      events.push({
        kind: 'relationship-established',
        relationship: { id: id(`r${n}`), trustor, trustee, terms, origin },
      });
    }
    world.append(...events);
    assert.equal(world.trust.lengthOf(id(`r${LENGTH}`)), LENGTH);
    assert.equal(pathOf(world.trust, id(`r${LENGTH}`)).cut, true);
    const again = new Trust(world.trust.snapshot, wallTime(0));
    assert.equal(again.lengthOf(id(`r${LENGTH}`)), LENGTH);
    const { cascade } = world.done(world.revokes('alice>bob'));
    assert.equal(cascade.fallen.length, LENGTH);
    assert.equal(cascade.fallen.at(-1)?.because, `r${LENGTH - 1}`);
  });

  test('what has ended is kept until it is forgotten', () => {
    const world = new TrustWorld();
    for (const name of ['lock>alice', 'lock>bob', 'lamp>bob']) world.done(world.trusts(name));
    world.done(world.revokes('lock>alice'));
    const until = world.trust.snapshot.revision;
    world.done(world.revokes('lock>bob'));
    assert.equal(world.trust.snapshot.relationships.size, 3);
    world.done(forgetRelationships(world.trust, until, 10));
    assert.deepEqual([...world.trust.snapshot.relationships.keys()], ['lock>bob', 'lamp>bob']);
    assert.deepEqual(forgetRelationships(world.trust, until, 10), { kind: 'accepted', events: [] });
    assert.throws(
      () => world.append({ kind: 'relationships-forgotten', ids: [id('lamp>bob')] }),
      /has ended/,
    );
  });

  test('a batch that contradicts the facts is refused whole', () => {
    const world = new TrustWorld();
    world.done(world.trusts('lock>alice'));
    const { trust } = world;
    const { snapshot } = trust;
    const revision = (snapshot.revision + 1) as Revision;
    const events: TrustEvent[] = [
      { kind: 'relationship-suspended', id: id('lock>alice') },
      { kind: 'relationship-suspended', id: id('nothing') },
    ];
    assert.throws(() => trust.apply({ revision, events }), /existing/);
    assert.equal(trust.snapshot, snapshot);
    assert.ok(trust.isValid(id('lock>alice')));
  });
});
