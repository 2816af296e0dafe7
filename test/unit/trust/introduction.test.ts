import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refusedBy, relationship, TrustWorld } from '../../support/trust-world.ts';

/** The lock trusts alice, who trusts bob and may introduce him. */
function home(chainMax?: number): TrustWorld {
  const world = new TrustWorld(chainMax);
  world.done(world.trusts('lock>alice', { introduce: 2 }));
  world.done(world.trusts('alice>bob', { level: 'operate', introduce: 1 }));
  return world;
}

describe('introductions', () => {
  test('the new relationship stands on both that made it, within the meet of their terms', () => {
    const world = home();
    world.done(world.trusts('alice>carol', { notAfter: 20 }));
    world.done(world.introduces('lock>bob', 'alice', { level: 'operate', introduce: 1 }));
    world.done(world.introduces('lock>carol', 'alice'));
    assert.deepEqual(world.trust.snapshot.relationships.get(relationship('lock>carol'))?.terms.notAfter, 20);
    assert.deepEqual(world.valid(), ['alice>bob', 'alice>carol', 'lock>alice', 'lock>bob', 'lock>carol']);
    assert.equal(world.trust.lengthOf(relationship('lock>bob')), 1);
  });

  test('nobody gives more than he has: what goes beyond is named', () => {
    const world = home();
    const refused = refusedBy(world.introduces('lock>bob', 'alice', { level: 'manage' }), 'terms-exceeded');
    assert.deepEqual(
      [refused.field, refused.missing],
      ['/level', { what: 'level', relationship: 'alice>bob' }],
    );
    const narrow = new TrustWorld();
    narrow.done(narrow.trusts('lock>alice', { scope: [{ actions: ['read'], resources: ['d/lock/*'] }] }));
    narrow.done(narrow.trusts('alice>bob', { notAfter: 50 }));
    const wide = refusedBy(narrow.introduces('lock>bob', 'alice'), 'terms-exceeded');
    assert.deepEqual(wide.missing, { what: 'scope', relationship: 'lock>alice' });
    const scope = [{ actions: ['read'], resources: ['d/lock/state'] }];
    const long = refusedBy(narrow.introduces('lock>bob', 'alice', { scope, notAfter: 51 }), 'terms-exceeded');
    assert.deepEqual(long.missing, { what: 'notAfter', relationship: 'alice>bob' });
    narrow.done(narrow.introduces('lock>bob', 'alice', { scope, notAfter: 49 }));
  });

  test('an introducer is trusted, may pass it on, and trusts the trustee: what is missing is said', () => {
    const world = home();
    const stranger = refusedBy(world.introduces('lock>bob', 'carol'), 'introducer-not-trusted');
    assert.deepEqual(stranger.missing, { trustor: 'lock', trustee: 'carol' });
    const unknown = refusedBy(world.introduces('lock>carol', 'alice'), 'trustee-not-trusted');
    assert.deepEqual(unknown.missing, { trustor: 'alice', trustee: 'carol' });
    const spent = refusedBy(
      world.introduces('lock>bob', 'alice', { introduce: 2 }),
      'introductions-exhausted',
    );
    assert.deepEqual(spent.missing, { relationship: 'lock>alice', introduce: 3 });
    world.append({ kind: 'relationship-suspended', id: relationship('lock>alice') });
    refusedBy(world.introduces('lock>bob', 'alice'), 'introducer-not-trusted');
  });

  test('of several relationships the one that carries the introduction is found', () => {
    const world = home();
    world.append({ kind: 'relationship-suspended', id: relationship('alice>bob') });
    refusedBy(world.introduces('lock>bob', 'alice'), 'trustee-not-trusted');
    const wish = world.trusts('alice>bob', { level: 'view' });
    assert.equal(wish.kind, 'accepted');
    if (wish.kind !== 'accepted' || wish.events[0]?.kind !== 'relationship-established') return;
    const again = { ...wish.events[0].relationship, id: relationship('again') };
    world.append({ kind: 'relationship-established', relationship: again });
    world.done(world.introduces('lock>bob', 'alice'));
    const { origin } = world.trust.snapshot.relationships.get(relationship('lock>bob')) ?? {};
    assert.deepEqual(origin?.kind === 'introduced' && origin.supports[0]?.knows, 'again');
  });

  test('nobody vouches for himself, for the trustor, or for his own voucher', () => {
    const world = home();
    refusedBy(world.introduces('lock>bob', 'bob'), 'self-vouch');
    refusedBy(world.introduces('lock>bob', 'lock'), 'self-vouch');
    refusedBy(world.introduces('lock>lock', 'alice'), 'self-trust');
    refusedBy(world.trusts('lock>lock'), 'self-trust');
    world.done(world.introduces('lock>bob', 'alice', { introduce: 1 }));
    world.done(world.trusts('bob>alice'));
    refusedBy(world.introduces('lock>alice', 'bob'), 'vouch-for-voucher');
  });

  test('a chain is no longer than is allowed', () => {
    const world = new TrustWorld(2);
    for (const name of ['lock>alice', 'alice>bob', 'bob>carol', 'carol>dave']) world.done(world.trusts(name));
    world.done(world.introduces('lock>bob', 'alice', { introduce: 2, level: 'manage' }));
    world.done(world.introduces('lock>carol', 'bob', { introduce: 1 }));
    assert.equal(world.trust.lengthOf(relationship('lock>carol')), 2);
    const refused = refusedBy(world.introduces('lock>dave', 'carol'), 'chain-too-long');
    assert.deepEqual(refused.missing, { length: 3, chainMax: 2 });
  });

  test('another introducer holds it up as well, once', () => {
    const world = home();
    world.done(world.trusts('lock>carol'));
    world.done(world.trusts('carol>bob'));
    world.done(world.introduces('lock>bob', 'alice'));
    refusedBy(world.vouches('lock>bob', 'alice'), 'introducer-repeated');
    refusedBy(world.vouches('lock>alice', 'carol'), 'not-introduced');
    refusedBy(world.vouches('lock>nobody', 'carol'), 'relationship-unknown');
    world.done(world.vouches('lock>bob', 'carol'));
    world.done(world.revokes('lock>alice'));
    assert.ok(world.trust.isValid(relationship('lock>bob')));
    world.done(world.revokes('lock>carol'));
    assert.ok(!world.trust.isValid(relationship('lock>bob')));
    refusedBy(world.vouches('lock>bob', 'carol'), 'relationship-ended');
  });

  test('two who hold each other up fall together', () => {
    const world = new TrustWorld();
    for (const name of ['lock>alice', 'alice>key', 'lock>bob', 'bob>lock', 'bob>alice'])
      world.done(world.trusts(name));
    world.done(world.introduces('lock>key', 'alice', { introduce: 1 }));
    world.done(world.introduces('bob>key', 'lock', { introduce: 0 }));
    world.done(world.vouches('lock>key', 'bob'));
    // lock>key stands on bob>key, which stands on lock>key.
    const { cascade } = world.done(world.revokes('lock>alice'));
    assert.deepEqual(cascade.fallen, [
      { id: 'lock>key', because: 'lock>alice' },
      { id: 'bob>key', because: 'lock>key' },
    ]);
    assert.deepEqual(cascade.survivors, []);
  });
});
