import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { utf8, type WallTime, wallTime } from '../../../src/base/index.ts';
import {
  type CanonicalRequest,
  compileGate,
  compileRights,
  type Decision,
  decide,
  explain,
  type Holder,
} from '../../../src/policy/index.ts';
import {
  type ActorId,
  type ActorKind,
  type Agent,
  establishTrust,
  introduce,
  type Level,
  type RelationshipId,
  restoreSnapshot,
  revoke,
  type Revision,
  suspendActor,
  Trust,
  type Verdict,
} from '../../../src/trust/index.ts';

const OPERATOR: Agent = { kind: 'operator' };
const REVISION = 1 as Revision;
const actor = (id: string, kind: ActorKind, owner: string | null = null) => ({
  id: id as ActorId,
  kind,
  name: id,
  owner: owner as ActorId | null,
  revision: REVISION,
});

/** Platform acme behind backend acme, lock behind backend door; ann owns the lock, bob the phone. */
class Town {
  readonly trust = new Trust(
    restoreSnapshot({
      revision: REVISION,
      actors: [
        actor('acme', 'platform'),
        actor('services', 'provider'),
        actor('ann', 'user'),
        actor('bob', 'user'),
        actor('lock', 'device', 'ann'),
        actor('phone', 'device', 'bob'),
        actor('stray', 'device'),
      ],
      credentials: [],
    }),
    wallTime(1_000),
  );
  rights = compileRights([]);

  make(verdict: Verdict): void {
    assert.ok(verdict.kind === 'accepted', JSON.stringify(verdict));
    const revision = (this.trust.snapshot.revision + 1) as Revision;
    this.trust.apply({ revision, events: verdict.events });
  }

  trusts(trustor: string, trustee: string, level: Level, over: Partial<Terms> = {}): RelationshipId {
    const id = `${trustor}-${trustee}` as RelationshipId;
    const terms = { ...EVERYTHING, level, ...over };
    const ends = { trustor: trustor as ActorId, trustee: trustee as ActorId };
    this.make(establishTrust(this.trust, { id, ...ends, terms, credential: null }, OPERATOR));
    return id;
  }

  decide(
    over: Partial<{ who: string; action: CanonicalRequest['action']; backend: string; path: string }> = {},
  ) {
    const { who = 'phone', action = 'read', backend = 'acme', path = 'in' } = over;
    const found = this.trust.snapshot.actors.get(who as ActorId);
    assert.ok(found);
    const principal = {
      actor: found.id,
      kind: found.kind,
      name: who,
      credential: 'c' as never,
      user: found.owner,
    };
    const resource = { route: 'r', backend, segments: [utf8(path)] };
    const gate = compileGate(this.rights, [{ name: 'acme' }, { name: 'door', actor: LOCK }]);
    return decide({ principal, action, resource }, gate, this.trust);
  }
}

interface Terms {
  readonly scope: { actions: string[]; resources: string[] }[];
  readonly introduce: number;
  readonly notAfter: WallTime | null;
}
const EVERYTHING: Terms & { notBefore: null } = {
  scope: [{ actions: ['*'], resources: ['*'] }],
  introduce: 0,
  notBefore: null,
  notAfter: null,
};
const LOCK: Holder = { kind: 'device', name: 'lock' };
const lackOf = (decision: Decision): string =>
  decision.outcome === 'deny' && decision.missing.kind === 'trust'
    ? decision.missing.lack.kind
    : decision.outcome;

describe('the gate', () => {
  test('nothing is allowed that nobody trusts anybody to do', () => {
    const town = new Town();
    const decision = town.decide();
    assert.equal(lackOf(decision), 'relationship');
    assert.match(explain(decision), /no relationship leads from acme to bob/);
  });

  test('the platform behind a backend trusts a device, or the user in whose name it acts', () => {
    const town = new Town();
    town.trusts('acme', 'phone', 'view');
    const decision = town.decide();
    assert.ok(decision.outcome === 'permit');
    assert.deepEqual(
      [decision.by, decision.grounds?.path, decision.grounds?.length],
      ['trust', ['acme-phone'], 0],
    );
    const other = new Town();
    other.trusts('acme', 'bob', 'view');
    assert.equal(other.decide().outcome, 'permit');
    assert.equal(other.decide({ who: 'lock' }).outcome, 'deny', "ann's device is not bob's");
  });

  test('level, scope and time bound it, and the denial names what lacks', () => {
    const town = new Town();
    const scope = [{ actions: ['read', 'write'], resources: ['backend/acme/in/*'] }];
    town.trusts('acme', 'phone', 'view', { scope, notAfter: wallTime(2_000) });
    assert.equal(town.decide().outcome, 'permit');
    assert.equal(lackOf(town.decide({ action: 'write' })), 'level');
    assert.equal(lackOf(town.decide({ path: 'out' })), 'scope');
    assert.equal(lackOf(town.decide({ action: 'fetch' })), 'scope');
    town.trust.advance(wallTime(2_000));
    const late = town.decide();
    assert.equal(lackOf(late), 'validity');
    assert.match(explain(late), /it has run out/);
  });

  test('a device, or its owner, trusts others with what is on the device', () => {
    const town = new Town();
    town.trusts('lock', 'bob', 'operate', { scope: [{ actions: ['*'], resources: ['d/lock/in'] }] });
    assert.equal(town.decide({ backend: 'door', action: 'write' }).outcome, 'permit');
    assert.equal(lackOf(town.decide({ backend: 'door', action: 'delete' })), 'level');
    assert.equal(lackOf(town.decide({ backend: 'acme' })), 'relationship', 'and with nothing else');
    const owner = new Town();
    owner.trusts('ann', 'phone', 'view');
    assert.equal(owner.decide({ backend: 'door' }).outcome, 'deny', 'the lock does not trust its owner');
    owner.trusts('lock', 'ann', 'view');
    assert.equal(owner.decide({ backend: 'door' }).outcome, 'permit');
  });

  test('an introduction shows its path, falls with its ground, and is suspended with its introducer', () => {
    const town = new Town();
    const first = town.trusts('acme', 'services', 'manage', { introduce: 1 });
    town.trusts('services', 'bob', 'manage');
    const id = 'introduced' as RelationshipId;
    const vouch = { introducer: 'services' as ActorId, through: null, knows: null };
    const ends = { trustor: 'acme' as ActorId, trustee: 'bob' as ActorId };
    town.make(introduce(town.trust, { ...EVERYTHING, id, ...vouch, ...ends, level: 'operate' }, OPERATOR));
    const decision = town.decide({ action: 'write' });
    assert.ok(decision.outcome === 'permit');
    assert.deepEqual(decision.grounds?.path, ['acme-services', 'services-bob']);
    assert.equal(decision.grounds.length, 1);
    town.make(suspendActor(town.trust, 'services' as ActorId));
    assert.equal(lackOf(town.decide({ action: 'write' })), 'validity');
    const back = { kind: 'actor-resumed', id: 'services' as ActorId } as const;
    town.make({ kind: 'accepted', events: [back] });
    assert.equal(town.decide({ action: 'write' }).outcome, 'permit');
    town.make(revoke(town.trust, { id: first, by: { kind: 'operator' }, shown: null }));
    assert.equal(town.decide({ action: 'write' }).outcome, 'deny');
  });

  test('the rights of the configuration stand beside trust, for devices with an owner only', () => {
    const town = new Town();
    town.rights = compileRights([{ devices: ['*'], routes: ['r'], actions: ['read'] }]);
    const decision = town.decide();
    assert.ok(decision.outcome === 'permit');
    assert.deepEqual([decision.by, decision.grounds], ['rights', null]);
    assert.equal(town.decide({ action: 'write' }).outcome, 'deny');
    assert.equal(town.decide({ who: 'services' }).outcome, 'deny');
    const stray = town.decide({ who: 'stray' });
    assert.equal(stray.outcome === 'deny' && stray.reason, 'unowned-device');
    town.trusts('acme', 'stray', 'administer');
    assert.equal(town.decide({ who: 'stray' }).outcome, 'deny', 'whatever anybody trusts it with');
  });
});
