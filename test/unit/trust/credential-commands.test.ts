import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import {
  type Agent,
  endCredential,
  establishCredential,
  removeActor,
  restoreSnapshot,
  resumeActor,
  resumeCredential,
  type Revision,
  rotateCredential,
  standingOf,
  suspendActor,
  suspendCredential,
  useCredential,
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
  rpk,
  TrustWorld,
} from '../../support/trust-world.ts';

function holding(...facts: Parameters<typeof establishCredential>[1][]): TrustWorld {
  const world = new TrustWorld();
  for (const each of facts) world.done(establishCredential(world.trust, each));
  return world;
}

describe('credentials', () => {
  test('every kind has its place, and is found by what it proves', () => {
    const common = { user: null, established: 'ca', notBefore: null, notAfter: null } as const;
    const world = holding(
      psk('p', 'lock'),
      rpk('r', 'lock', hash('a')),
      {
        ...common,
        id: credential('x'),
        actor: actor('lock'),
        kind: 'x509',
        anchorHex: hash('b'),
        subject: 'CN=lock',
      },
      {
        ...common,
        id: credential('c'),
        actor: actor('lock'),
        kind: 'pairing-code',
        sealedCode: 's',
        failuresMax: 3,
      },
      { ...common, id: credential('t'), actor: actor('alice'), kind: 'token', hashHex: hash('c') },
    );
    const { identities, held } = world.trust.snapshot;
    assert.deepEqual(
      [...identities],
      [
        ['70', 'p'],
        [`rpk:${hash('a')}`, 'r'],
        [`x509:${hash('b')}:CN=lock`, 'x'],
        [`token:${hash('c')}`, 't'],
      ],
    );
    assert.deepEqual(held.get(actor('lock')), ['p', 'r', 'x', 'c']);
  });

  test('one key never has two owners', () => {
    const world = holding(rpk('r', 'lock', hash('a')), psk('p', 'lock'));
    refusedBy(establishCredential(world.trust, rpk('s', 'lamp', hash('a'))), 'identity-taken');
    refusedBy(establishCredential(world.trust, psk('p', 'lamp')), 'identity-taken');
    world.done(endCredential(world.trust, credential('r'), OPERATOR));
    world.done(establishCredential(world.trust, rpk('s', 'lamp', hash('a'))));
  });

  test('what has not the form of its kind is refused', () => {
    const { trust } = new TrustWorld();
    refusedBy(establishCredential(trust, rpk('r', 'lock', 'A'.repeat(64))), 'key-invalid');
    refusedBy(establishCredential(trust, { ...rpk('r', 'lock', hash('a')), spkiHex: '30' }), 'key-invalid');
    refusedBy(establishCredential(trust, rpk('r', 'nobody', hash('a'))), 'actor-unknown');
    refusedBy(establishCredential(trust, rpk('r', 'alice', hash('a'))), 'credential-not-allowed');
    refusedBy(establishCredential(trust, psk('p', 'lock', { user: actor('acme') })), 'actor-unknown');
    const span = { notBefore: wallTime(5), notAfter: wallTime(5) };
    refusedBy(establishCredential(trust, psk('p', 'lock', span)), 'validity-empty');
  });

  test('rotation: both are valid until the first use of the new one', () => {
    const world = holding(psk('old', 'acme'));
    world.done(world.trusts('lock>acme', {}, 'old'));
    world.done(
      rotateCredential(
        world.trust,
        { id: credential('old'), successor: psk('new', 'acme'), until: null },
        OPERATOR,
      ),
    );
    const stands = (id: string): boolean => standingOf(world.trust, credential(id)) !== undefined;
    assert.deepEqual([stands('old'), stands('new')], [true, true]);
    assert.deepEqual(world.done(useCredential(world.trust, credential('old'))).events, []);
    world.done(useCredential(world.trust, credential('new')));
    assert.deepEqual([stands('old'), stands('new')], [false, true]);
    assert.deepEqual(world.valid(), ['lock>acme'], 'what stood on the one stands on the other');
    const { cascade } = world.done(endCredential(world.trust, credential('new'), OPERATOR));
    assert.deepEqual(cascade.revoked, ['lock>acme']);
  });

  test('rotation: the old one ends at its date, and has one successor only', () => {
    const world = holding(psk('old', 'acme'));
    const rotate = (id: string, successor: string, of = 'acme') =>
      rotateCredential(
        world.trust,
        {
          id: credential(id),
          successor: psk(successor, of),
          until: wallTime(10),
        },
        OPERATOR,
      );
    refusedBy(rotate('old', 'new', 'lock'), 'credential-not-allowed');
    refusedBy(rotate('none', 'new'), 'credential-unknown');
    assert.equal(refusedBy(rotate('old', 'old'), 'identity-taken').field, '/successor/identity');
    world.done(rotate('old', 'new'));
    refusedBy(rotate('old', 'newer'), 'credential-replaced');
    world.trust.advance(wallTime(10));
    assert.equal(standingOf(world.trust, credential('old')), undefined);
    world.done(rotate('new', 'newer'));
    assert.deepEqual(
      world
        .done(useCredential(world.trust, credential('newer')))
        .events.map((event) => 'id' in event && event.id),
      ['new', 'old'],
    );
  });

  test('one whose successor has ended is followed by the successor of that, or rotates again', () => {
    const world = holding(psk('a', 'acme'));
    const rotate = (id: string, to: string) =>
      rotateCredential(
        world.trust,
        { id: credential(id), successor: psk(to, 'acme'), until: null },
        OPERATOR,
      );
    const end = (id: string) => world.done(endCredential(world.trust, credential(id), OPERATOR));
    world.done(rotate('a', 'b'));
    end('b');
    world.done(rotate('a', 'c'));
    world.done(rotate('c', 'd'));
    end('c');
    assert.equal(world.trust.snapshot.credentials.get(credential('a'))?.successor, 'd');
    world.done(useCredential(world.trust, credential('d')));
    assert.deepEqual(world.trust.snapshot.held.get(actor('acme')), ['d'], 'the first use ends all before it');
  });

  test('what an operator has suspended is not rotated back into force by its holder', () => {
    const world = holding(psk('c', 'lock'));
    world.done(suspendCredential(world.trust, credential('c'), OPERATOR));
    const rotate = (by: Agent) =>
      rotateCredential(world.trust, { id: credential('c'), successor: psk('d', 'lock'), until: null }, by);
    refusedBy(rotate(asActor('alice')), 'not-entitled');
    world.done(rotate(OPERATOR));
  });

  test('the end of the last credential is final for what stands on it, its suspension is not', () => {
    const world = holding(psk('c', 'acme'));
    world.done(world.trusts('lock>acme', {}, 'c'));
    world.done(world.trusts('acme>lamp'));
    world.done(world.introduces('lock>lamp', 'acme'));
    world.done(suspendCredential(world.trust, credential('c'), OPERATOR));
    assert.deepEqual(world.valid(), ['acme>lamp']);
    world.done(resumeCredential(world.trust, credential('c'), OPERATOR));
    assert.deepEqual(world.valid(), ['acme>lamp', 'lock>acme', 'lock>lamp']);
    const { cascade } = world.done(endCredential(world.trust, credential('c'), OPERATOR));
    assert.deepEqual(cascade.fallen, [{ id: 'lock>lamp', because: 'lock>acme' }]);
  });

  test('who stands behind a credential, and in whose name', () => {
    const world = holding(
      psk('own', 'lock'),
      psk('guest', 'lock', { user: actor('bob'), notAfter: wallTime(9) }),
    );
    const userOf = (id: string) => standingOf(world.trust, credential(id))?.user;
    assert.deepEqual([userOf('own'), userOf('guest'), userOf('none')], ['alice', 'bob', undefined]);
    world.done(suspendActor(world.trust, actor('bob')));
    assert.equal(userOf('guest'), undefined, 'neither the owner nor nobody instead');
    world.done(resumeActor(world.trust, actor('bob')));
    assert.equal(userOf('guest'), 'bob');
    world.trust.advance(wallTime(9));
    assert.equal(userOf('guest'), undefined);
    world.done(suspendActor(world.trust, actor('lock')));
    assert.equal(userOf('own'), undefined);
  });

  test('an actor is removed with its credentials and all that stands on them', () => {
    const world = holding(psk('c', 'key', { user: actor('carol') }));
    world.done(world.trusts('lock>carol', {}, 'c'));
    world.done(world.trusts('carol>bob'));
    world.done(world.introduces('lock>bob', 'carol'));
    const { cascade } = world.done(removeActor(world.trust, actor('key')));
    assert.deepEqual(cascade.revoked, ['lock>carol'], 'it stood on a credential of the key');
    assert.deepEqual(world.valid(), ['carol>bob']);
    assert.equal(world.trust.snapshot.relationships.get(relationship('lock>bob'))?.state.kind, 'ended');
  });

  test('a record of the first release is read as it was meant', () => {
    const revision = 3 as Revision;
    const { actors, credentials, relationships } = restoreSnapshot({
      revision,
      actors: [{ id: actor('lock'), kind: 'device', name: 'lock', owner: null, revision }],
      credentials: [
        {
          id: credential('c'),
          kind: 'psk',
          actor: actor('lock'),
          identityHex: '6c',
          sealedKey: '',
          established: 'file',
          revision,
        },
      ],
    });
    assert.equal(actors.get(actor('lock'))?.state, 'active');
    const { line, state, notAfter } = credentials.get(credential('c')) ?? {};
    assert.deepEqual({ line, state, notAfter }, { line: 'c', state: 'active', notAfter: null });
    assert.equal(relationships.size, 0);
  });
});
