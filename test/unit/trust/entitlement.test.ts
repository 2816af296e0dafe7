import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addUnclaimedDevice,
  type Agent,
  agentName,
  claimDevice,
  endCredential,
  establishCredential,
  keyEntitled,
  resumeRelationship,
  rotateCredential,
  suspendActor,
  suspendCredential,
  suspendRelationship,
} from '../../../src/trust/index.ts';
import {
  actor,
  asActor,
  credential,
  hash,
  OPERATOR,
  psk,
  refusedBy,
  relationship,
  TrustWorld,
} from '../../support/trust-world.ts';

const GATEWAY: Agent = { kind: 'gateway' };

/** The lock is alice's; bob has a say in nothing of it. */
describe('who may do what', () => {
  test('the trustor itself or the owner of the device that it is trusts; nobody else does in its name', () => {
    const world = new TrustWorld();
    world.done(world.trusts('lock>alice'));
    for (const by of [asActor('bob'), asActor('acme'), GATEWAY, asActor('nobody')]) {
      refusedBy(world.trusts('lock>bob', {}, null, by), 'not-entitled');
      refusedBy(world.trusts('alice>carol', {}, null, by), 'not-entitled');
    }
    world.done(world.trusts('lock>bob', {}, null, asActor('alice')));
    world.done(world.trusts('alice>carol', {}, null, asActor('alice')));
    world.done(world.trusts('acme>carol', {}, null, asActor('acme')));
    world.done(suspendActor(world.trust, actor('alice')));
    refusedBy(world.trusts('lock>dave', {}, null, asActor('alice')), 'not-entitled');
  });

  test('an introducer vouches himself; neither the trustor nor the trustee puts words in his mouth', () => {
    const world = new TrustWorld();
    for (const name of ['lock>bob', 'bob>carol', 'lock>dave', 'dave>carol']) world.done(world.trusts(name));
    for (const by of [asActor('alice'), asActor('carol'), asActor('dave'), GATEWAY]) {
      refusedBy(world.introduces('lock>carol', 'bob', {}, by), 'not-entitled');
    }
    world.done(world.introduces('lock>carol', 'bob', {}, asActor('bob')));
    refusedBy(world.vouches('lock>carol', 'dave', asActor('bob')), 'not-entitled');
    world.done(world.vouches('lock>carol', 'dave', asActor('dave')));
  });

  test('a relationship is suspended and resumed by the trustor and its owner, not by the trustee', () => {
    const world = new TrustWorld();
    world.done(world.trusts('lock>bob'));
    const id = relationship('lock>bob');
    for (const by of [asActor('bob'), asActor('carol'), GATEWAY]) {
      refusedBy(suspendRelationship(world.trust, id, by), 'not-entitled');
      refusedBy(resumeRelationship(world.trust, id, by), 'not-entitled');
    }
    world.done(suspendRelationship(world.trust, id, asActor('alice')));
    world.done(resumeRelationship(world.trust, id, asActor('alice')));
  });

  test('everybody claims for himself', () => {
    const world = new TrustWorld();
    const code = { hashHex: hash('a'), established: 'printed', notAfter: null, failuresLeft: 5 } as const;
    world.done(addUnclaimedDevice(world.trust, actor('new'), 'new', code));
    const claim = (by: Agent) =>
      claimDevice(
        world.trust,
        {
          device: actor('new'),
          user: actor('bob'),
          hashHex: hash('a'),
          relationship: relationship('new>bob'),
        },
        by,
      );
    for (const by of [asActor('alice'), GATEWAY]) refusedBy(claim(by), 'not-entitled');
    assert.equal(claim(OPERATOR).kind, 'accepted');
    assert.equal(claim(asActor('bob')).kind, 'accepted');
  });

  test('the log names who it was', () => {
    assert.deepEqual([OPERATOR, GATEWAY, asActor('alice')].map(agentName), ['operator', 'gateway', 'alice']);
  });
});

describe('who may do what with keys', () => {
  test('an owner rotates and ends the keys of his devices; a stranger neither', () => {
    const world = new TrustWorld();
    world.done(establishCredential(world.trust, psk('old', 'lock')));
    const rotate = (by: Agent) =>
      rotateCredential(
        world.trust,
        { id: credential('old'), successor: psk('new', 'lock'), until: null },
        by,
      );
    for (const by of [asActor('bob'), GATEWAY]) {
      refusedBy(rotate(by), 'not-entitled');
      refusedBy(suspendCredential(world.trust, credential('old'), by), 'not-entitled');
      refusedBy(endCredential(world.trust, credential('old'), by), 'not-entitled');
    }
    world.done(rotate(asActor('alice')));
    world.done(endCredential(world.trust, credential('old'), asActor('alice')));
  });

  test('nobody gets a key that acts in the name of somebody else; that one may take it away', () => {
    const world = new TrustWorld();
    const shared = psk('bobs', 'lock', { user: actor('bob') });
    for (const by of [asActor('alice'), asActor('bob')])
      assert.equal(keyEntitled(world.trust, shared, by)?.code, 'not-entitled');
    world.done(establishCredential(world.trust, shared));
    const successor = psk('new', 'lock', { user: actor('bob') });
    const rotation = { id: credential('bobs'), successor, until: null };
    for (const by of [asActor('alice'), asActor('bob')])
      refusedBy(rotateCredential(world.trust, rotation, by), 'not-entitled');
    world.done(suspendCredential(world.trust, credential('bobs'), asActor('bob')));
    world.done(endCredential(world.trust, credential('bobs'), asActor('alice')));
  });
});
