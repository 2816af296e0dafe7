/** Threats G01, G02, G03, G07 and G13: what somebody could try to be trusted more than anybody trusts him. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { utf8, type WallTime, wallTime } from '../../src/base/index.ts';
import { compileGate, compileRights, decide } from '../../src/policy/index.ts';
import {
  type ActorId,
  type ActorKind,
  type Agent,
  establishTrust,
  introduce,
  type RelationshipId,
  restoreSnapshot,
  revoke,
  type Revision,
  Trust,
  type Verdict,
} from '../../src/trust/index.ts';

const OPERATOR: Agent = { kind: 'operator' };
const FIRST = 1 as Revision;
const TERMS = {
  scope: [{ actions: ['*'], resources: ['*'] }],
  level: 'operate',
  introduce: 2,
  notBefore: null,
  notAfter: null,
} as const;

function world(chainMax = 3, ...actors: readonly (readonly [name: string, kind: ActorKind])[]) {
  const trust = new Trust(
    restoreSnapshot({
      revision: FIRST,
      actors: actors.map(([name, kind]) => ({
        id: name as ActorId,
        kind,
        name,
        owner: null,
        revision: FIRST,
      })),
      credentials: [],
    }),
    wallTime(1_000),
    { chainMax },
  );
  const make = (verdict: Verdict): Verdict => {
    const revision = (trust.snapshot.revision + 1) as Revision;
    if (verdict.kind === 'accepted') trust.apply({ revision, events: verdict.events });
    return verdict;
  };
  const trusts = (a: string, b: string, notAfter: WallTime | null = null): RelationshipId => {
    const id = `${a}-${b}` as RelationshipId;
    const ends = { trustor: a as ActorId, trustee: b as ActorId };
    const made = make(
      establishTrust(trust, { id, ...ends, terms: { ...TERMS, notAfter }, credential: null }, OPERATOR),
    );
    assert.equal(made.kind, 'accepted');
    return id;
  };
  const vouch = (introducer: string, a: string, b: string, further = 0): Verdict => {
    const id = `${a}-${b}-by-${introducer}` as RelationshipId;
    const ends = { trustor: a as ActorId, trustee: b as ActorId, introducer: introducer as ActorId };
    return make(
      introduce(trust, { ...TERMS, id, ...ends, through: null, knows: null, introduce: further }, OPERATOR),
    );
  };
  return { trust, make, trusts, vouch };
}

const users = (...names: readonly string[]) => names.map((name) => [name, 'user'] as const);

describe('G01: vouching in a circle', () => {
  test('ends, and nothing in the circle is valid once its ground is gone', () => {
    const { trust, make, trusts, vouch } = world(9, ...users('a', 'b', 'c', 'd'));
    const ground = trusts('a', 'b');
    trusts('b', 'c');
    trusts('c', 'b');
    trusts('c', 'd');
    assert.equal(vouch('b', 'a', 'c', 1).kind, 'accepted');
    const back = vouch('c', 'a', 'b');
    assert.equal(back.kind === 'refused' && back.code, 'vouch-for-voucher');
    make(revoke(trust, { id: ground, by: { kind: 'operator' }, shown: null }));
    for (const { id, trustor } of trust.snapshot.relationships.values())
      if (trustor === 'a') assert.equal(trust.isValid(id), false, id);
  });
});

describe('G02: vouching for oneself', () => {
  test('is refused, in every form', () => {
    const { trusts, vouch } = world(3, ...users('a', 'b', 'c'));
    trusts('a', 'b');
    trusts('b', 'c');
    for (const [verdict, code] of [
      [vouch('b', 'a', 'b'), 'self-vouch'],
      [vouch('a', 'a', 'b'), 'self-vouch'],
      [vouch('b', 'c', 'c'), 'self-trust'],
    ] as const)
      assert.equal(verdict.kind === 'refused' && verdict.code, code);
  });
});

describe('G03: chains that cost too much', () => {
  test('a longer chain than the configuration allows is refused, and so is passing on what must not be', () => {
    const names = Array.from({ length: 6 }, (_, i) => `u${i}`);
    const { trusts, vouch } = world(2, ...users(...names));
    for (let i = 0; i < 5; i++) trusts(`u${i}`, `u${i + 1}`);
    assert.equal(vouch('u1', 'u0', 'u2', 1).kind, 'accepted');
    assert.equal(vouch('u2', 'u0', 'u3', 0).kind, 'accepted');
    const further = vouch('u3', 'u0', 'u4');
    assert.equal(further.kind === 'refused' && further.code, 'introductions-exhausted');
  });
});

describe('G07: acting through somebody else’s rights', () => {
  test('a platform that acts for a user has what both have, never its own right alone', () => {
    const town = world(3, ...users('ann'), ['acme', 'platform'], ['other', 'platform']);
    const { trust, trusts } = town;
    const gate = compileGate(compileRights([{ devices: ['*'], routes: ['*'], actions: ['*'] }]), [
      { name: 'acme' },
    ]);
    const ask = (user: string | null): string => {
      const who = {
        actor: 'other' as ActorId,
        kind: 'platform',
        name: 'other',
        credential: 'c' as never,
      } as const;
      const resource = { route: 'r', backend: 'acme', segments: [utf8('in')] };
      const principal = { ...who, user: user as ActorId | null };
      return decide({ principal, action: 'read', resource }, gate, trust).outcome;
    };
    assert.equal(ask(null), 'deny', 'a rule for all devices is none for a platform');
    trusts('acme', 'other');
    assert.deepEqual([ask(null), ask('ann')], ['permit', 'deny']);
    trusts('acme', 'ann');
    assert.equal(ask('ann'), 'permit');
  });
});

describe('G13: setting the clock back', () => {
  test('gives nothing back that has run out', () => {
    const { trust, trusts } = world(3, ...users('a', 'b'));
    const id = trusts('a', 'b', wallTime(2_000));
    trust.advance(wallTime(2_000));
    assert.equal(trust.isValid(id), false);
    trust.advance(wallTime(1_500));
    assert.equal(trust.isValid(id), false);
  });
});
