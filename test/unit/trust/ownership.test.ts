import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import {
  addUnclaimedDevice,
  admitDevice,
  type Admission,
  type Agent,
  claimDevice,
  closeClaimWindow,
  establishCredential,
  issueClaimCode,
  openClaimWindow,
  releaseDevice,
  resetDevice,
  setResetProof,
  standingOf,
  suspendRelationship,
  transferDevice,
  type Verdict,
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

const code = (digit: string, notAfter: number | null = null) =>
  ({ hashHex: hash(digit), established: 'printed', notAfter: notAfter as null, failuresLeft: 3 }) as const;

function opened(admits: Admission, notAfter = 100): TrustWorld {
  const world = new TrustWorld();
  world.done(openClaimWindow(world.trust, { admits, notAfter: wallTime(notAfter) }));
  return world;
}

const knocks = (world: TrustWorld, name: string, fingerprint: string): Verdict =>
  admitDevice(world.trust, { id: actor(name), name, credential: rpk(`k-${name}`, name, fingerprint) });

const claims = (world: TrustWorld, device: string, user: string, digit: string, by = OPERATOR): Verdict => {
  const id = relationship(`${device}>${user}`);
  return claimDevice(
    world.trust,
    {
      device: actor(device),
      user: actor(user),
      hashHex: hash(digit),
      relationship: id,
    },
    by,
  );
};

describe('the claim window', () => {
  test('it is closed by default, and again when it has run out', () => {
    const world = new TrustWorld();
    refusedBy(knocks(world, 'new', hash('a')), 'window-closed');
    refusedBy(
      openClaimWindow(world.trust, { admits: { kind: 'open', perMinuteMax: 1 }, notAfter: wallTime(0) }),
      'validity-empty',
    );
    const open = opened({ kind: 'open', perMinuteMax: 5 });
    open.done(knocks(open, 'new', hash('a')));
    open.trust.advance(wallTime(100));
    refusedBy(knocks(open, 'newer', hash('b')), 'window-closed');
    const closed = opened({ kind: 'open', perMinuteMax: 5 });
    closed.done(closeClaimWindow(closed.trust));
    refusedBy(knocks(closed, 'new', hash('a')), 'window-closed');
  });

  test('a list admits the keys on it, with the code that is printed on the device', () => {
    const listed = { fingerprintHex: hash('a'), claimHashHex: hash('1'), resetHashHex: hash('2') };
    const world = opened({ kind: 'listed', devices: [listed] });
    const refused = refusedBy(knocks(world, 'other', hash('b')), 'window-not-listed');
    assert.deepEqual(refused.missing, { fingerprint: hash('b') });
    world.done(knocks(world, 'new', hash('a')));
    assert.equal(world.trust.snapshot.actors.get(actor('new'))?.owner, null);
    assert.equal(standingOf(world.trust, credential('k-new'))?.user, null, 'it acts for nobody');
    world.done(claims(world, 'new', 'bob', '1'));
  });

  test('an open one admits so many in a minute, and no key twice', () => {
    const world = opened({ kind: 'open', perMinuteMax: 2 }, 1_000_000);
    world.done(knocks(world, 'a', hash('a')));
    refusedBy(knocks(world, 'b', hash('a')), 'identity-taken');
    world.done(knocks(world, 'b', hash('b')));
    refusedBy(knocks(world, 'c', hash('c')), 'window-rate');
    world.trust.advance(wallTime(60_000));
    world.done(knocks(world, 'c', hash('c')));
    assert.equal(world.trust.snapshot.unclaimed, 3);
  });
});

test('A12: newcomers of whom nobody wants any are shown out in one stroke, and nobody else', () => {
  const world = opened({ kind: 'open', perMinuteMax: 9 });
  for (const name of ['a', 'b', 'c', 'd']) world.done(knocks(world, name, hash(name)));
  world.done(addUnclaimedDevice(world.trust, actor('new'), 'new', code('1')));
  world.done(issueClaimCode(world.trust, actor('c'), code('2')));
  world.append({ kind: 'owner-set', id: actor('d'), owner: actor('bob') });
  world.done(world.trusts('a>b'));
  world.done(closeClaimWindow(world.trust, 'remove'));
  const { actors, credentials, unclaimed, claimWindow } = world.trust.snapshot;
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'new', 'lock'].filter((name) => actors.has(actor(name))),
    ['c', 'd', 'new', 'lock'],
  );
  assert.deepEqual([...credentials.keys()], ['k-c', 'k-d']);
  assert.deepEqual([unclaimed, claimWindow, world.valid()], [2, null, []]);
  assert.deepEqual(world.done(closeClaimWindow(world.trust, 'remove')).events, [], 'and again: nothing left');
});

describe('ownership', () => {
  test('of a hundred who claim at once exactly one becomes the owner', () => {
    const world = new TrustWorld();
    for (let n = 0; n < 100; n++) world.actor(`u${n}`, 'user');
    world.done(addUnclaimedDevice(world.trust, actor('new'), 'new', code('1')));
    const verdicts = Array.from({ length: 100 }, (_, n) => {
      const verdict = claims(world, 'new', `u${n}`, '1');
      if (verdict.kind === 'accepted') world.done(verdict);
      return verdict.kind === 'accepted' ? 'owner' : verdict.code;
    });
    assert.equal(verdicts.filter((each) => each === 'owner').length, 1);
    assert.equal(verdicts.filter((each) => each === 'already-owned').length, 99);
    assert.equal(world.trust.snapshot.actors.get(actor('new'))?.owner, 'u0');
    assert.ok(world.trust.isValid(relationship('new>u0')));
    assert.equal(world.trust.snapshot.unclaimed, 0);
  });

  test('a code withstands so many failures, and runs out', () => {
    const world = new TrustWorld();
    world.done(addUnclaimedDevice(world.trust, actor('new'), 'new', code('1', 50)));
    for (let n = 0; n < 3; n++) {
      const refused = refusedBy(claims(world, 'new', 'bob', '9'), 'claim-code-wrong');
      world.append(...(refused.events ?? []));
    }
    refusedBy(claims(world, 'new', 'bob', '1'), 'claim-code-spent');
    world.done(issueClaimCode(world.trust, actor('new'), code('2', 50)));
    refusedBy(claims(world, 'new', 'nobody', '2'), 'actor-unknown');
    world.trust.advance(wallTime(50));
    refusedBy(claims(world, 'new', 'bob', '2'), 'claim-code-expired');
    refusedBy(issueClaimCode(world.trust, actor('lock'), code('2')), 'already-owned');
  });

  test('G08: who shows five wrong codes is not listened to any more; everybody else is', () => {
    const world = new TrustWorld();
    world.done(addUnclaimedDevice(world.trust, actor('new'), 'new', { ...code('1'), failuresLeft: 1_000 }));
    const bob = (digit: string) => claims(world, 'new', 'bob', digit, asActor('bob'));
    for (let n = 0; n < 5; n++) {
      const { events } = refusedBy(bob('9'), 'claim-code-wrong');
      assert.deepEqual(events, [{ kind: 'claim-failed', id: 'new', by: 'bob' }]);
      world.append(...(events ?? []));
    }
    assert.equal(refusedBy(bob('1'), 'claim-code-spent').events, undefined, 'and writes nothing any more');
    assert.equal(world.trust.snapshot.claims.get(actor('new'))?.code?.failuresLeft, 995);
    world.done(issueClaimCode(world.trust, actor('new'), { ...code('2'), failuresLeft: 1_000 }));
    refusedBy(bob('9'), 'claim-code-wrong');
    world.done(claims(world, 'new', 'carol', '2', asActor('carol')));
  });

  test('the owner lets go: keys, relationships and what stood on them end, and the code is a new one', () => {
    const world = new TrustWorld();
    world.done(establishCredential(world.trust, rpk('k', 'lock', hash('a'))));
    for (const name of ['lock>alice', 'alice>carol', 'acme>lock']) world.done(world.trusts(name));
    world.done(world.introduces('lock>carol', 'alice'));
    refusedBy(releaseDevice(world.trust, actor('lock'), asActor('bob'), null), 'not-entitled');
    world.done(releaseDevice(world.trust, actor('lock'), asActor('alice'), code('5')));
    assert.deepEqual(world.valid(), ['alice>carol']);
    assert.equal(world.trust.snapshot.credentials.size, 0);
    refusedBy(releaseDevice(world.trust, actor('lock'), OPERATOR, null), 'not-owned');
    world.done(claims(world, 'lock', 'bob', '5'));
    refusedBy(claims(world, 'lock', 'carol', '5'), 'already-owned');
  });

  test('G07: what an operator has laid down is not shaken off by letting go and claiming again', () => {
    const release = (world: TrustWorld, by: Agent = asActor('alice')) =>
      releaseDevice(world.trust, actor('lock'), by, code('5'));
    const cut = new TrustWorld();
    cut.done(cut.trusts('lock>alice', { level: 'view' }));
    assert.equal(refusedBy(release(cut), 'terms-exceeded').missing?.['what'], 'level');
    const suspended = new TrustWorld();
    suspended.done(suspended.trusts('lock>alice'));
    suspended.done(suspendRelationship(suspended.trust, relationship('lock>alice'), OPERATOR));
    refusedBy(release(suspended), 'terms-exceeded');
    suspended.done(release(suspended, OPERATOR));
    const firm = new TrustWorld();
    firm.done(firm.trusts('lock>alice'));
    firm.done(firm.trusts('lock>acme', {}, null, OPERATOR, true));
    assert.deepEqual(refusedBy(release(firm), 'not-entitled').missing, { relationship: 'lock>acme' });
    firm.done(firm.revokes('lock>acme'));
    firm.done(release(firm));
  });

  test('a device changes hands with a new key only', () => {
    const world = new TrustWorld();
    world.done(establishCredential(world.trust, rpk('k', 'lock', hash('a'))));
    world.done(world.trusts('lock>alice'));
    const to = (fingerprint: string) => ({
      user: actor('bob'),
      credential: rpk('k2', 'lock', fingerprint),
      relationship: relationship('lock>bob'),
    });
    const transfer = (fingerprint: string) =>
      transferDevice(world.trust, actor('lock'), OPERATOR, to(fingerprint));
    refusedBy(transfer(hash('a')), 'key-reused');
    world.done(transfer(hash('b')));
    assert.deepEqual(world.valid(), ['lock>bob']);
    assert.equal(standingOf(world.trust, credential('k2'))?.user, 'bob');
    refusedBy(transferDevice(world.trust, actor('lock'), asActor('bob'), to(hash('c'))), 'not-entitled');
  });

  test('the proof of a factory reset frees a device, so many wrong ones do not', () => {
    const world = new TrustWorld();
    world.done(establishCredential(world.trust, psk('k', 'lock')));
    world.done(world.trusts('lock>alice'));
    const reset = (digit: string) =>
      resetDevice(
        world.trust,
        {
          device: actor('lock'),
          hashHex: hash(digit),
          credential: rpk('k2', 'lock', hash('a')),
          code: code('7'),
        },
        OPERATOR,
      );
    refusedBy(reset('2'), 'reset-proof-missing');
    world.done(setResetProof(world.trust, actor('lock'), hash('2')));
    world.append(...(refusedBy(reset('9'), 'reset-proof-wrong').events ?? []));
    world.done(reset('2'));
    assert.deepEqual(world.valid(), []);
    assert.equal(standingOf(world.trust, credential('k2'))?.user, null);
    world.done(claims(world, 'lock', 'bob', '7'));
    for (let n = 0; n < 999; n++) world.append({ kind: 'reset-failed', id: actor('lock') });
    refusedBy(reset('2'), 'reset-proof-missing');
  });
});
