import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import {
  type ActorId,
  addActor,
  addPsk,
  apply,
  type CredentialId,
  emptySnapshot,
  endCredential,
  type NewActor,
  type NewPsk,
  removeActor,
  type Revision,
  revisionRefusal,
  Trust,
  type TrustSnapshot,
  type Verdict,
} from '../../../src/trust/index.ts';

const user = (name: string, id = `usr-${name}`): NewActor => ({
  id: id as ActorId,
  kind: 'user',
  name,
  owner: null,
});
const device = (name: string, owner: string | null): NewActor => ({
  id: `dev-${name}` as ActorId,
  kind: 'device',
  name,
  owner,
});
const psk = (identityHex: string): NewPsk => ({
  id: `crd-${identityHex}` as CredentialId,
  identityHex,
  sealedKey: 'sealed',
  established: 'file',
});

/** Runs accepted commands one after the other; a refused one fails the test. */
function world(...commands: ((snapshot: TrustSnapshot) => Verdict)[]): TrustSnapshot {
  return commands.reduce((snapshot, command) => {
    const verdict = command(snapshot);
    assert.equal(verdict.kind, 'accepted', JSON.stringify(verdict));
    return apply(
      snapshot,
      (snapshot.revision + 1) as Revision,
      verdict.kind === 'accepted' ? verdict.events : [],
    );
  }, emptySnapshot());
}

function refused(verdict: Verdict, code: string, field?: string): void {
  assert.equal(verdict.kind, 'refused');
  assert.equal(verdict.kind === 'refused' && verdict.code, code);
  assert.equal(verdict.kind === 'refused' ? verdict.field : null, field);
}

const live = (snapshot: TrustSnapshot): Trust => new Trust(snapshot, wallTime(0));

const home = (): TrustSnapshot =>
  world(
    (s) => addActor(s, user('alice'), null),
    (s) => addActor(s, device('lock', 'alice'), psk('6c')),
  );

describe('commands on the trust log', () => {
  test('a device and its first credential are one transaction, the owner resolved to an id', () => {
    const before = world((s) => addActor(s, user('alice'), null));
    const verdict = addActor(before, device('lock', 'alice'), psk('6c'));
    assert.deepEqual(verdict.kind === 'accepted' && verdict.events.map((event) => event.kind), [
      'actor-added',
      'psk-established',
    ]);
    assert.equal(home().actors.get('dev-lock' as ActorId)?.owner, 'usr-alice');
  });

  test('names: one per kind, of a closed alphabet, never like an id', () => {
    refused(addActor(home(), user('alice', 'usr-2'), null), 'name-taken', '/name');
    for (const name of [
      '',
      ' ',
      'a b',
      'ä',
      'a\nb',
      '-a',
      'a'.repeat(65),
      'usr-0123456789abcdef0123',
      '__proto__',
    ]) {
      refused(addActor(home(), user(name), null), 'name-invalid', '/name');
    }
    for (const name of [
      'a',
      'a'.repeat(64),
      'urn:dev:mac:0024befffe804ff1',
      'me@example.org',
      'constructor',
    ]) {
      assert.equal(addActor(home(), user(name), null).kind, 'accepted', name);
    }
    assert.equal(
      addActor(home(), device('alice', 'alice'), null).kind,
      'accepted',
      'other kinds have their own names',
    );
  });

  test('a device needs an existing user as owner, nobody else has one', () => {
    refused(addActor(home(), device('meter', null), null), 'owner-missing', '/owner');
    refused(addActor(home(), device('meter', 'bob'), null), 'owner-unknown', '/owner');
    refused(addActor(home(), device('meter', 'dev-lock'), null), 'owner-unknown', '/owner');
    refused(addActor(home(), { ...user('bob'), owner: 'alice' }, null), 'owner-not-allowed', '/owner');
  });

  test('one identity, one credential, and identities have a length', () => {
    refused(addActor(home(), device('meter', 'alice'), psk('6c')), 'identity-taken', '/credential/identity');
    refused(addPsk(home(), 'dev-lock' as ActorId, psk('6c')), 'identity-taken', '/identity');
    for (const identityHex of ['', '0', 'zz', '6C', '00'.repeat(129)]) {
      refused(addPsk(home(), 'dev-lock' as ActorId, psk(identityHex)), 'identity-invalid', '/identity');
    }
    assert.equal(addPsk(home(), 'dev-lock' as ActorId, psk('00'.repeat(128))).kind, 'accepted');
  });

  test('credentials belong to devices that exist, and only so many to one', () => {
    refused(addPsk(home(), 'dev-none' as ActorId, psk('01')), 'actor-unknown', '/actor');
    refused(addPsk(home(), 'usr-alice' as ActorId, psk('01')), 'credential-not-allowed', '/actor');
    let snapshot = home();
    for (let i = 1; i < 16; i++) {
      const verdict = addPsk(snapshot, 'dev-lock' as ActorId, psk(`aa${i.toString(16).padStart(2, '0')}`));
      assert.equal(verdict.kind, 'accepted');
      snapshot = apply(
        snapshot,
        (snapshot.revision + 1) as Revision,
        verdict.kind === 'accepted' ? verdict.events : [],
      );
    }
    refused(addPsk(snapshot, 'dev-lock' as ActorId, psk('bb')), 'limit-reached');
  });

  test('removing an actor ends its credentials first', () => {
    const verdict = removeActor(live(home()), 'dev-lock' as ActorId);
    assert.deepEqual(verdict.events, [
      { kind: 'credential-ended', id: 'crd-6c' },
      { kind: 'actor-removed', id: 'dev-lock' },
    ]);
  });

  test('a user who owns devices stays until they are gone', () => {
    refused(removeActor(live(home()), 'usr-alice' as ActorId), 'owns-devices');
    const alone = world(
      (s) => addActor(s, user('alice'), null),
      (s) => addActor(s, device('lock', 'alice'), null),
      (s) => removeActor(live(s), 'dev-lock' as ActorId),
      (s) => removeActor(live(s), 'usr-alice' as ActorId),
    );
    assert.equal(alone.actors.size, 0);
  });

  test('what is not there cannot be ended', () => {
    refused(removeActor(live(home()), 'dev-x' as ActorId), 'actor-unknown');
    refused(endCredential(live(home()), 'crd-x' as CredentialId, { kind: 'operator' }), 'credential-unknown');
  });

  test('a change based on another revision is refused', () => {
    assert.equal(revisionRefusal(3 as Revision, null), undefined);
    assert.equal(revisionRefusal(3 as Revision, 3 as Revision), undefined);
    refused(revisionRefusal(3 as Revision, 2 as Revision) as Verdict, 'revision-stale');
  });
});
