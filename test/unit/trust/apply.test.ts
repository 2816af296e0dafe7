import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ActorId,
  apply,
  type CredentialId,
  emptySnapshot,
  findActor,
  plainSnapshot,
  recordInPieces,
  recordSnapshot,
  replay,
  restoreSnapshot,
  type Revision,
  type TrustEvent,
  type TrustSnapshot,
} from '../../../src/trust/index.ts';

const alice: TrustEvent = {
  kind: 'actor-added',
  id: 'usr-1' as ActorId,
  actor: 'user',
  name: 'alice',
  owner: null,
};
const lock: TrustEvent = {
  kind: 'actor-added',
  id: 'dev-1' as ActorId,
  actor: 'device',
  name: 'lock-1',
  owner: 'usr-1' as ActorId,
};
const key: TrustEvent = {
  kind: 'psk-established',
  id: 'crd-1' as CredentialId,
  actor: 'dev-1' as ActorId,
  identityHex: '6c',
  sealedKey: 'sealed',
  established: 'file',
};

function after(...batches: TrustEvent[][]): TrustSnapshot {
  return replay(
    emptySnapshot(),
    batches.map((events, i) => ({ revision: (i + 1) as Revision, events })),
  );
}

describe('fold of the trust log', () => {
  test('actors and credentials appear with the revision that made them', () => {
    const snapshot = after([alice], [lock, key]);
    assert.equal(snapshot.revision, 2);
    assert.deepEqual(snapshot.actors.get('usr-1' as ActorId), {
      id: 'usr-1',
      kind: 'user',
      name: 'alice',
      owner: null,
      state: 'active',
      revision: 1,
    });
    assert.deepEqual(snapshot.credentials.get('crd-1' as CredentialId), {
      id: 'crd-1',
      kind: 'psk',
      actor: 'dev-1',
      identityHex: '6c',
      sealedKey: 'sealed',
      established: 'file',
      user: null,
      notBefore: null,
      notAfter: null,
      state: 'active',
      line: 'crd-1',
      successor: null,
      revision: 2,
    });
    assert.equal(snapshot.identities.get('6c'), 'crd-1');
    assert.deepEqual(snapshot.held.get('dev-1' as ActorId), ['crd-1']);
  });

  test('what ends is gone from every index', () => {
    const gone = after(
      [alice],
      [lock, key],
      [
        { kind: 'credential-ended', id: 'crd-1' as CredentialId },
        { kind: 'actor-removed', id: 'dev-1' as ActorId },
      ],
    );
    const never = after([alice]);
    assert.deepEqual(recordSnapshot(gone), { ...recordSnapshot(never), revision: 3 });
    assert.deepEqual([gone.identities.size, gone.names.size, gone.held.size], [0, 1, 0]);
  });

  test('the older snapshot does not change', () => {
    const before = after([alice]);
    const later = apply(before, 2 as Revision, [lock]);
    assert.equal(before.actors.size, 1);
    assert.equal(later.actors.size, 2);
  });

  test('an actor is found by id and by name, within its kind only', () => {
    const snapshot = after([alice], [lock]);
    assert.equal(findActor(snapshot, 'user', 'alice')?.id, 'usr-1');
    assert.equal(findActor(snapshot, 'user', 'usr-1')?.id, 'usr-1');
    assert.equal(findActor(snapshot, 'user', 'dev-1'), undefined);
    assert.equal(findActor(snapshot, 'device', 'alice'), undefined);
  });

  test('record and restore give the same snapshot, through JSON; plain maps survive structured cloning', () => {
    const snapshot = after([alice], [lock, key]);
    assert.deepEqual(JSON.parse([...recordInPieces(snapshot)].join('')), recordSnapshot(snapshot));
    const restored = restoreSnapshot(JSON.parse(JSON.stringify(recordSnapshot(snapshot))));
    assert.deepEqual(plainSnapshot(restored), plainSnapshot(snapshot));
    assert.deepEqual(structuredClone(plainSnapshot(snapshot)), plainSnapshot(snapshot));
  });

  for (const [what, batches] of [
    ['an actor added twice', [[alice], [alice]]],
    ['a name used twice', [[alice], [{ ...alice, id: 'usr-2' as ActorId }]]],
    ['a credential without actor', [[key]]],
    ['an identity used twice', [[alice, lock, key], [{ ...key, id: 'crd-2' as CredentialId }]]],
    ['the end of an unknown credential', [[{ kind: 'credential-ended', id: 'crd-9' as CredentialId }]]],
    [
      'the removal of an actor that holds a credential',
      [[alice, lock, key], [{ kind: 'actor-removed', id: 'dev-1' as ActorId }]],
    ],
  ] satisfies [string, TrustEvent[][]][]) {
    test(`${what} is a damaged log`, () => {
      assert.throws(() => after(...batches), /once|unique|belongs|one identity|existing|ended before/);
    });
  }

  test('a gap in the revisions is a damaged log', () => {
    assert.throws(() => apply(emptySnapshot(), 2 as Revision, [alice]), /revisions follow/);
  });
});
