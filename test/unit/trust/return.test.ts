/** A device that was reset, let in as a newcomer, proves what it was: its key goes over, and all before it ends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../src/base/index.ts';
import {
  admissionRefusal,
  type ActorId,
  admitDevice,
  type ClaimCode,
  returnDevice,
  type ReturnWish,
  type RefusalCode,
} from '../../../src/trust/index.ts';
import { actor, credential, hash, psk, refusedBy, rpk, TrustWorld } from '../../support/trust-world.ts';

const CODE: ClaimCode = { hashHex: hash('c'), established: 'printed', notAfter: null, failuresLeft: 5 };
const PROOF = hash('7');

const wish = (more: Partial<ReturnWish> = {}): ReturnWish => ({
  newcomer: actor('new-1'),
  device: actor('lock'),
  hashHex: PROOF,
  credential: credential('back'),
  code: CODE,
  ...more,
});

/** `lock` of alice, with a key and a proof; bob is trusted by it; `new-1` is at the door with a key of its own. */
function world(): TrustWorld {
  const made = new TrustWorld();
  made.append(
    { kind: 'credential-established', credential: psk('old', 'lock') },
    { kind: 'reset-proof-set', id: actor('lock'), hashHex: PROOF },
    {
      kind: 'claim-window-opened',
      window: { admits: { kind: 'open', perMinuteMax: 2 }, notAfter: wallTime(9_000) },
    },
  );
  made.done(made.trusts('lock>bob'));
  const newcomer = { id: actor('new-1'), name: 'new-1', credential: rpk('fresh', 'new-1', hash('f')) };
  made.done(admitDevice(made.trust, newcomer));
  return made;
}

describe('a device that comes back', () => {
  test('has its name, its new key, no owner, and nothing of what stood on it', () => {
    const made = world();
    assert.equal(made.trust.snapshot.unclaimed, 1);
    made.done(returnDevice(made.trust, wish()));
    const after = made.trust.snapshot;
    assert.equal(after.actors.get(actor('lock'))?.owner, null);
    assert.equal(after.actors.has(actor('new-1')), false);
    assert.deepEqual(after.held.get(actor('lock')), ['back']);
    const back = after.credentials.get(credential('back'));
    assert.deepEqual(
      [back?.kind === 'rpk' ? back.fingerprintHex : null, back?.established],
      [hash('f'), 'first-contact'],
    );
    assert.equal(after.identities.get(`rpk:${hash('f')}`), 'back');
    assert.deepEqual([made.valid(), after.unclaimed], [[], 1]);
    assert.equal(after.claims.get(actor('lock'))?.code?.hashHex, hash('c'));
    assert.equal(after.claims.get(actor('lock'))?.reset?.hashHex, PROOF, 'and can be reset again');
  });

  test('G08: a wrong proof counts, and the fifth of a newcomer is its last; others have their own', () => {
    const made = world();
    for (let i = 0; i < 5; i++) {
      const refused = refusedBy(returnDevice(made.trust, wish({ hashHex: hash('0') })), 'reset-proof-wrong');
      made.append(...(refused.events ?? []));
    }
    refusedBy(returnDevice(made.trust, wish()), 'reset-proof-missing');
    assert.equal(made.trust.snapshot.actors.get(actor('lock'))?.owner, 'alice');
    const other = { id: actor('new-2'), name: 'new-2', credential: rpk('second', 'new-2', hash('2')) };
    made.done(admitDevice(made.trust, other));
    made.done(returnDevice(made.trust, wish({ newcomer: actor('new-2') })));
  });

  test('G08: a thousand wrong proofs of all together spend it', () => {
    const made = world();
    for (let i = 0; i < 1_000; i++)
      made.append({ kind: 'reset-failed', id: actor('lock'), by: actor(`stranger-${i}`) });
    refusedBy(returnDevice(made.trust, wish()), 'reset-proof-missing');
  });

  const REFUSALS: Readonly<Record<string, readonly [Partial<ReturnWish>, RefusalCode]>> = {
    'what never was': [{ device: actor('nothing') }, 'actor-unknown'],
    'a user': [{ device: actor('bob') }, 'actor-unknown'],
    'what it is': [{ device: actor('new-1') }, 'actor-unknown'],
    'what has no proof': [{ device: actor('lamp') }, 'reset-proof-missing'],
    'somebody who is owned': [{ newcomer: actor('key') }, 'not-entitled'],
    'nobody at the door': [{ newcomer: 'gone' as ActorId }, 'not-entitled'],
    'a code that is none': [{ code: { ...CODE, hashHex: 'short' } }, 'key-invalid'],
  };
  for (const [what, [more, code]] of Object.entries(REFUSALS)) {
    test(`cannot have been: ${what}`, () => {
      const made = world();
      refusedBy(returnDevice(made.trust, wish(more)), code);
    });
  }

  test('a newcomer that was claimed meanwhile stays what it is', () => {
    const made = world();
    made.append({ kind: 'owner-set', id: actor('new-1'), owner: actor('bob') });
    refusedBy(returnDevice(made.trust, wish()), 'not-entitled');
  });
});

test('an open window admits so many in a minute; a list has no such bound', () => {
  const made = world();
  assert.equal(admissionRefusal(made.trust.snapshot, made.trust.now), undefined);
  const second = { id: actor('new-2'), name: 'new-2', credential: rpk('second', 'new-2', hash('2')) };
  made.done(admitDevice(made.trust, second));
  assert.equal(admissionRefusal(made.trust.snapshot, wallTime(59_999))?.code, 'window-rate');
  assert.equal(admissionRefusal(made.trust.snapshot, wallTime(60_000)), undefined);
  const admits = { kind: 'listed', devices: [] } as const;
  made.append({ kind: 'claim-window-opened', window: { admits, notAfter: wallTime(9_000) } });
  assert.equal(admissionRefusal(made.trust.snapshot, made.trust.now), undefined);
});
