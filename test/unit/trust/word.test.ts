import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  establishCredential,
  establishTrust,
  resumeCredential,
  resumeRelationship,
  suspendCredential,
  suspendRelationship,
  transferDevice,
} from '../../../src/trust/index.ts';
import {
  actor,
  asActor,
  credential,
  EVERYTHING,
  hash,
  OPERATOR,
  psk,
  refusedBy,
  relationship,
  TrustWorld,
} from '../../support/trust-world.ts';

const FIRMWARE = { scope: [{ actions: ['*'], resources: ['d/lock/firmware/*'] }] } as const;
const STATE = { scope: [{ actions: ['read'], resources: ['d/lock/state'] }] } as const;

/** `lock` trusts its maker with the firmware, by an operator's word, and alice with all of it. */
function withMaker(firm = false): TrustWorld {
  const world = new TrustWorld();
  world.actor('maker', 'manufacturer');
  world.done(world.trusts('lock>alice', { scope: [{ actions: ['*'], resources: ['d/lock/*'] }] }));
  const ends = { trustor: actor('lock'), trustee: actor('maker') };
  const terms = { ...FIRMWARE, level: 'manage', introduce: 0, notBefore: null, notAfter: null } as const;
  const wish = { id: relationship('lock>maker'), ...ends, terms, credential: null, firm };
  world.done(establishTrust(world.trust, wish, OPERATOR));
  return world;
}

describe('a manufacturer', () => {
  test('is let in further by an operator only: not by the owner, not by way of him, not by an introduction', () => {
    const world = withMaker();
    const alice = asActor('alice');
    refusedBy(world.trusts('lock>maker', STATE, null, alice), 'manufacturer-bound');
    refusedBy(world.trusts('alice>maker', STATE, null, alice), 'manufacturer-bound');
    world.done(world.trusts('lock>bob', { introduce: 1 }));
    world.done(world.trusts('bob>maker'));
    refusedBy(world.introduces('lock>maker', 'bob', STATE, asActor('bob')), 'manufacturer-bound');
    assert.equal(world.introduces('lock>maker', 'bob', STATE, OPERATOR).kind, 'accepted');
  });

  test('is shown out by the owner', () => {
    const world = withMaker();
    world.done(world.revokes('lock>maker', asActor('alice')));
    assert.equal(world.trust.isValid(relationship('lock>maker')), false);
  });

  test('stays where an operator made it firm', () => {
    const world = withMaker(true);
    const id = relationship('lock>maker');
    refusedBy(world.revokes('lock>maker', asActor('alice')), 'not-entitled');
    refusedBy(suspendRelationship(world.trust, id, asActor('alice')), 'not-entitled');
    world.done(suspendRelationship(world.trust, id, OPERATOR));
    world.done(world.revokes('lock>maker', OPERATOR));
  });

  test('nobody but an operator makes anything firm', () => {
    const world = new TrustWorld();
    const ends = { trustor: actor('alice'), trustee: actor('bob') };
    const terms = {
      scope: EVERYTHING,
      level: 'view',
      introduce: 0,
      notBefore: null,
      notAfter: null,
    } as const;
    const wish = { id: relationship('alice>bob'), ...ends, terms, credential: null, firm: true };
    refusedBy(establishTrust(world.trust, wish, asActor('alice')), 'not-entitled');
  });
});

describe("an owner's word for his device", () => {
  test('carries as far as the device trusts him, in every respect, and names what goes beyond', () => {
    const world = new TrustWorld();
    const lock = [{ actions: ['read'], resources: ['d/lock/*'] }];
    world.done(world.trusts('lock>alice', { scope: lock, level: 'manage', introduce: 1, notAfter: 100 }));
    const says = (terms: object) => world.trusts('lock>bob', terms, null, asActor('alice'));
    const within = { scope: lock, level: 'manage', introduce: 1, notAfter: 100 } as const;
    for (const [over, what] of [
      [{ scope: EVERYTHING }, 'scope'],
      [{ level: 'administer' }, 'level'],
      [{ introduce: 2 }, 'introduce'],
      [{ notAfter: 101 }, 'notAfter'],
    ] as const) {
      const { missing, field } = refusedBy(says({ ...within, ...over }), 'terms-exceeded');
      assert.deepEqual([missing?.['what'], field], [what, `/${what}`]);
    }
    world.done(says(within));
    world.done(suspendRelationship(world.trust, relationship('lock>alice'), OPERATOR));
    refusedBy(says(within), 'terms-exceeded');
  });

  test('names himself as its ground; an operator is named as one', () => {
    const world = new TrustWorld();
    world.done(world.trusts('alice>bob', {}, null, asActor('alice')));
    world.done(world.trusts('alice>carol'));
    const grounds = [...world.trust.snapshot.relationships.values()].map(({ origin }) => origin);
    assert.deepEqual(grounds, [
      { kind: 'direct', ground: { kind: 'actor', id: 'alice' } },
      { kind: 'direct', ground: { kind: 'operator' } },
    ]);
  });

  test("makes nobody else the owner, nor stand behind a key of his choice: that is an operator's to say", () => {
    const world = new TrustWorld();
    const to = { user: actor('bob'), relationship: relationship('lock>bob'), credential: psk('new', 'lock') };
    refusedBy(transferDevice(world.trust, actor('lock'), asActor('alice'), to), 'not-entitled');
  });

  test('is followed with a key that acts for the new owner, for nobody else', () => {
    const world = new TrustWorld();
    const to = { user: actor('bob'), relationship: relationship('lock>bob') };
    const borrowed = psk('new', 'lock', { user: actor('carol') });
    refusedBy(
      transferDevice(world.trust, actor('lock'), OPERATOR, { ...to, credential: borrowed }),
      'credential-not-allowed',
    );
    const credential = psk('new', 'lock');
    world.done(transferDevice(world.trust, actor('lock'), OPERATOR, { ...to, credential }));
  });
});

describe('whoever suspends', () => {
  test('an actor resumes what an actor has suspended, and nothing that an operator has', () => {
    const world = new TrustWorld();
    world.done(world.trusts('lock>bob'));
    const id = relationship('lock>bob');
    const alice = asActor('alice');
    world.done(suspendRelationship(world.trust, id, alice));
    world.done(resumeRelationship(world.trust, id, alice));
    world.done(suspendRelationship(world.trust, id, OPERATOR));
    world.done(suspendRelationship(world.trust, id, alice));
    refusedBy(resumeRelationship(world.trust, id, alice), 'not-entitled');
    world.done(resumeRelationship(world.trust, id, OPERATOR));
    world.done(suspendRelationship(world.trust, id, alice));
    world.done(suspendRelationship(world.trust, id, OPERATOR));
    refusedBy(resumeRelationship(world.trust, id, alice), 'not-entitled');
  });

  test('keys are no different', () => {
    const world = new TrustWorld();
    world.done(establishCredential(world.trust, psk('c', 'lock')));
    const id = credential('c');
    const alice = asActor('alice');
    world.done(suspendCredential(world.trust, id, alice));
    world.done(resumeCredential(world.trust, id, alice));
    assert.equal(world.trust.snapshot.credentials.get(id)?.suspendedBy, undefined);
    world.done(suspendCredential(world.trust, id, alice));
    world.done(suspendCredential(world.trust, id, OPERATOR));
    refusedBy(resumeCredential(world.trust, id, alice), 'not-entitled');
    world.done(resumeCredential(world.trust, id, OPERATOR));
  });
});

describe('tokens', () => {
  test('are for whoever is no device, and speak for their holder alone', () => {
    const world = new TrustWorld();
    const token = (of: string, user: string | null = null) =>
      establishCredential(world.trust, {
        id: credential('t'),
        actor: actor(of),
        user: user === null ? null : actor(user),
        established: 'file',
        notBefore: null,
        notAfter: null,
        kind: 'token',
        hashHex: hash('a'),
      });
    refusedBy(token('lock'), 'credential-not-allowed');
    refusedBy(token('acme', 'bob'), 'credential-not-allowed');
    world.done(token('bob'));
  });
});
