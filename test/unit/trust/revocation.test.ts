import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Revision, revoke } from '../../../src/trust/index.ts';
import { wallTime } from '../../../src/base/index.ts';
import { actor, asActor, OPERATOR, refusedBy, relationship, TrustWorld } from '../../support/trust-world.ts';

/** The picture of the specification: 1 and 2 are trusted directly, 4 and 5 through 2, 5 through 4 even. */
function picture(): TrustWorld {
  const world = new TrustWorld();
  for (const name of ['lock>alice', 'lock>bob', 'bob>carol', 'carol>dave', 'alice>carol'])
    world.done(world.trusts(name));
  world.done(world.introduces('lock>carol', 'bob', { introduce: 1 }));
  world.done(world.introduces('lock>dave', 'carol'));
  return world;
}

describe('revocation', () => {
  test('what stood on it falls with it, each with its reason', () => {
    const world = picture();
    const { cascade } = world.done(world.revokes('lock>bob'));
    assert.deepEqual(cascade.revoked, ['lock>bob']);
    assert.deepEqual(cascade.fallen, [
      { id: 'lock>carol', because: 'lock>bob' },
      { id: 'lock>dave', because: 'lock>carol' },
    ]);
    assert.deepEqual(world.valid(), ['alice>carol', 'bob>carol', 'carol>dave', 'lock>alice']);
    const { state } = world.trust.snapshot.relationships.get(relationship('lock>dave')) ?? {};
    assert.deepEqual(state, { kind: 'ended', because: 'lock>carol' });
  });

  test('what another introducer holds survives, and so does what stands on that', () => {
    const world = picture();
    world.done(world.vouches('lock>carol', 'alice'));
    const { cascade } = world.done(world.revokes('lock>bob'));
    assert.deepEqual(cascade.fallen, []);
    const heldBy = { introducer: 'alice', through: 'lock>alice', knows: 'alice>carol' };
    assert.deepEqual(cascade.survivors, [{ id: 'lock>carol', heldBy }]);
    assert.ok(world.trust.isValid(relationship('lock>dave')));
  });

  test('it is final: establishing it anew brings nothing back', () => {
    const world = picture();
    world.done(world.revokes('lock>bob'));
    const wish = world.trusts('lock>bob');
    if (wish.kind === 'accepted' && wish.events[0]?.kind === 'relationship-established') {
      const anew = { ...wish.events[0].relationship, id: relationship('anew') };
      world.append({ kind: 'relationship-established', relationship: anew });
    }
    assert.ok(world.trust.isValid(relationship('anew')));
    assert.ok(!world.trust.isValid(relationship('lock>carol')));
    refusedBy(world.vouches('lock>carol', 'bob'), 'relationship-ended');
  });

  test('suspension is not: what stood on it returns with it', () => {
    const world = picture();
    const before = world.valid();
    const lost = world.append({ kind: 'relationship-suspended', id: relationship('lock>bob') });
    assert.deepEqual([...lost.lost].toSorted(), ['lock>bob', 'lock>carol', 'lock>dave']);
    const back = world.append({ kind: 'relationship-resumed', id: relationship('lock>bob') });
    assert.deepEqual([...back.gained].toSorted(), ['lock>bob', 'lock>carol', 'lock>dave']);
    assert.deepEqual(world.valid(), before);
  });

  test('the second revocation does nothing, and is no error', () => {
    const world = picture();
    world.done(world.revokes('lock>bob'));
    assert.deepEqual(world.done(world.revokes('lock>bob')).events, []);
    assert.deepEqual(world.done(world.revokes('lock>dave')).events, []);
    refusedBy(world.revokes('lock>nobody'), 'relationship-unknown');
  });

  test('the trustor, its owner and operators may; others may not', () => {
    for (const by of ['lock', 'alice']) picture().done(picture().revokes('lock>bob', asActor(by)));
    for (const by of ['bob', 'carol', 'key', 'nobody']) {
      refusedBy(picture().revokes('lock>bob', asActor(by)), 'not-entitled');
    }
    const world = picture();
    world.append({ kind: 'actor-suspended', id: actor('alice') });
    refusedBy(world.revokes('lock>bob', asActor('alice')), 'not-entitled');
  });

  test('an introducer takes back his word: it ends unless another holds it', () => {
    const alone = picture();
    assert.deepEqual(alone.done(alone.revokes('lock>carol', asActor('bob'))).cascade.revoked, ['lock>carol']);
    assert.ok(!alone.trust.isValid(relationship('lock>dave')));

    const world = picture();
    world.done(world.vouches('lock>carol', 'alice'));
    const { events, cascade } = world.done(world.revokes('lock>carol', asActor('bob')));
    assert.deepEqual(events, [{ kind: 'support-withdrawn', id: 'lock>carol', introducer: 'bob' }]);
    assert.equal(cascade.survivors[0]?.heldBy.introducer, 'alice');
    assert.ok(world.trust.isValid(relationship('lock>dave')));
    world.done(world.revokes('lock>carol', asActor('alice')));
    assert.ok(!world.trust.isValid(relationship('lock>dave')));
  });

  test('what a preview showed happens, or nothing', () => {
    const world = picture();
    world.done(world.trusts('lock>acme', { notAfter: 50 }));
    const { cascade } = world.done({ ...world.revokes('lock>bob'), events: [] });
    const confirm = (shown: { revision: Revision; asOf: ReturnType<typeof wallTime> }) =>
      revoke(world.trust, { id: relationship('lock>bob'), by: OPERATOR, shown });
    assert.deepEqual(confirm(cascade), world.revokes('lock>bob'));
    world.trust.advance(wallTime(49));
    assert.equal(confirm(cascade).kind, 'accepted', 'nothing has run out yet');
    world.trust.advance(wallTime(50));
    refusedBy(confirm(cascade), 'revision-stale');
    const shown = { ...cascade, asOf: world.trust.now };
    assert.equal(confirm(shown).kind, 'accepted');
    world.append({ kind: 'actor-suspended', id: actor('dave') });
    assert.deepEqual(refusedBy(confirm(shown), 'revision-stale').missing, { revision: shown.revision + 1 });
  });
});
