import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import { type Level, rightOf, type RightAnswer, type ScopeAction } from '../../../src/trust/index.ts';
import { actor, type TermsOf, TrustWorld } from '../../support/trust-world.ts';

interface Ask {
  readonly of: string;
  readonly as?: string | null;
  readonly on?: string;
  readonly action?: ScopeAction;
  readonly path?: string;
  readonly level?: Level;
}

function ask(
  world: TrustWorld,
  { of, as, on = 'lock', action = 'read', path = '/state', level }: Ask,
): RightAnswer {
  const owner = world.trust.snapshot.actors.get(actor(of))?.owner ?? null;
  const user = as === undefined ? owner : as === null ? null : actor(as);
  const resource = on === 'acme' ? `backend/acme${path}` : `d/${on}${path}`;
  const asker = { actor: actor(of), user };
  return rightOf(world.trust, {
    of: actor(on),
    asker,
    action,
    resource,
    level: level ?? 'operate',
  });
}

const lackOf = (answer: RightAnswer): unknown => (answer.kind === 'lacking' ? answer.lack : answer.kind);

function world(...trusted: (readonly [string, TermsOf?])[]): TrustWorld {
  const made = new TrustWorld();
  for (const [name, terms] of trusted) made.done(made.trusts(name, terms));
  return made;
}

describe('rights', () => {
  test('they come from the device, from its owner, or from the platform behind a backend', () => {
    for (const name of ['lock>key', 'lock>alice']) {
      assert.equal(ask(world([name]), { of: 'key' }).kind, 'held', name);
    }
    assert.equal(ask(world(['lock>alice'], ['alice>lamp']), { of: 'lamp' }).kind, 'held');
    assert.equal(ask(world(['alice>lamp']), { of: 'lamp' }).kind, 'lacking', 'the lock must let alice do it');
    assert.equal(ask(world(['acme>lock']), { of: 'lock', on: 'acme' }).kind, 'held');
    assert.equal(
      ask(world(['lock>acme']), { of: 'lock', on: 'acme' }).kind,
      'lacking',
      'not the other way round',
    );
    assert.equal(ask(world(['key>lock']), { of: 'key' }).kind, 'lacking');
    assert.equal(ask(world(['bob>key']), { of: 'key' }).kind, 'lacking', 'bob does not own the lock');
  });

  test('the one with the shortest chain is named, with its path', () => {
    const made = world(['lock>acme'], ['acme>bob']);
    made.done(made.introduces('lock>bob', 'acme', { level: 'operate' }));
    const answer = ask(made, { of: 'lamp' });
    const path = { steps: ['lock>acme', 'acme>bob'], cut: false };
    assert.deepEqual(answer, { kind: 'held', relationship: 'lock>bob', path, length: 1, level: 'operate' });
    made.done(made.trusts('lock>lamp'));
    const direct = ask(made, { of: 'lamp' });
    assert.equal(direct.kind === 'held' && direct.relationship, 'lock>lamp');
  });

  test('an owner gives no more than the device lets her do herself', () => {
    const made = world(['lock>alice', { level: 'operate' }], ['alice>bob']);
    const answer = ask(made, { of: 'lamp' });
    const path = { steps: ['lock>alice', 'alice>bob'], cut: false };
    assert.deepEqual(answer, { kind: 'held', relationship: 'alice>bob', path, length: 1, level: 'operate' });
    const low = { kind: 'level', relationship: 'lock>alice', has: 'operate', needs: 'manage' };
    assert.deepEqual(lackOf(ask(made, { of: 'lamp', level: 'manage' })), low);
  });

  test('the nearest thing that is missing is named', () => {
    const none = world();
    assert.deepEqual(lackOf(ask(none, { of: 'lamp' })), {
      kind: 'relationship',
      trustor: 'lock',
      trustee: 'bob',
    });
    const late = world(['lock>lamp', { notBefore: 10, notAfter: 20 }]);
    const flaw = { kind: 'not-begun', notBefore: 10 };
    assert.deepEqual(lackOf(ask(late, { of: 'lamp' })), {
      kind: 'validity',
      relationship: 'lock>lamp',
      flaw,
    });
    late.trust.advance(wallTime(20));
    assert.deepEqual(lackOf(ask(late, { of: 'lamp' })), {
      kind: 'validity',
      relationship: 'lock>lamp',
      flaw: { kind: 'expired', notAfter: 20 },
    });
    const scope = [{ actions: ['read'], resources: ['d/lock/state'] }];
    const narrow = world(['lock>lamp', { scope, level: 'view' }]);
    assert.deepEqual(lackOf(ask(narrow, { of: 'lamp', path: '/log' })), {
      kind: 'scope',
      relationship: 'lock>lamp',
    });
    assert.deepEqual(lackOf(ask(narrow, { of: 'lamp', action: 'write' })), {
      kind: 'scope',
      relationship: 'lock>lamp',
    });
    const low = { kind: 'level', relationship: 'lock>lamp', has: 'view', needs: 'operate' };
    assert.deepEqual(lackOf(ask(narrow, { of: 'lamp' })), low);
    assert.equal(ask(narrow, { of: 'lamp', level: 'view' }).kind, 'held');
  });

  test('a device has its own rights and those of its user; a device of nobody has its own only', () => {
    const made = world(['lock>bob']);
    assert.equal(ask(made, { of: 'lamp' }).kind, 'held');
    assert.equal(ask(made, { of: 'lamp', as: 'carol' }).kind, 'lacking');
    assert.equal(ask(made, { of: 'lamp', as: null }).kind, 'lacking');
  });

  test('a platform that acts for a user has only what both have', () => {
    const platform = world(['lock>acme']);
    assert.equal(ask(platform, { of: 'acme', as: null }).kind, 'held');
    assert.equal(ask(platform, { of: 'acme', as: 'carol' }).kind, 'lacking');
    const user = world(['lock>carol']);
    assert.equal(ask(user, { of: 'acme', as: 'carol' }).kind, 'lacking');
    assert.equal(ask(world(['lock>carol'], ['lock>acme']), { of: 'acme', as: 'carol' }).kind, 'held');
  });
});
