import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { utf8, wallTime } from '../../../src/base/index.ts';
import {
  ACTIONS,
  type CanonicalRequest,
  compileGate,
  compileRights,
  decide,
  explain,
  type Principal,
} from '../../../src/policy/index.ts';
import {
  type ActorId,
  type CredentialId,
  restoreSnapshot,
  type Revision,
  Trust,
} from '../../../src/trust/index.ts';

const revision = 7 as Revision;
const trust = new Trust(restoreSnapshot({ revision, actors: [], credentials: [] }), wallTime(0));
const gate = (rules: Parameters<typeof compileRights>[0]) => compileGate(compileRights(rules), []);
const meter: Principal = {
  actor: 'a1' as ActorId,
  kind: 'device',
  name: 'meter',
  credential: 'c1' as CredentialId,
  user: 'u1' as ActorId,
};
const resource = { route: 'demo', backend: 'demo', segments: [utf8('hello')] };
const request = (over: Partial<CanonicalRequest> = {}): CanonicalRequest => ({
  principal: meter,
  action: 'read',
  resource,
  ...over,
});
const outcome = (rules: Parameters<typeof compileRights>[0], asked = request()): string =>
  decide(asked, gate(rules), trust).outcome;

describe('rights', () => {
  test('without a rule everything is denied, and the denial names the missing right', () => {
    for (const action of ACTIONS) {
      const decision = decide(request({ action }), gate([]), trust);
      assert.deepEqual(decision, {
        outcome: 'deny',
        by: 'rights',
        revision,
        reason: 'no-right',
        missing: { kind: 'right', device: 'meter', route: 'demo', action },
      });
      assert.match(explain(decision), new RegExp(`meter.*${action}.*demo`));
    }
  });

  test('a rule gives exactly its devices, routes and actions', () => {
    const rules = [{ devices: ['meter'], routes: ['demo'], actions: ['read', 'write'] }];
    assert.equal(outcome(rules), 'permit');
    assert.equal(outcome(rules, request({ action: 'delete' })), 'deny');
    assert.equal(outcome(rules, request({ resource: { ...resource, route: 'vault' } })), 'deny');
    assert.equal(outcome(rules, request({ principal: { ...meter, name: 'other' } })), 'deny');
  });

  test('a star names all of its column only', () => {
    const all = ['*'];
    assert.equal(outcome([{ devices: all, routes: ['demo'], actions: ['read'] }]), 'permit');
    assert.equal(outcome([{ devices: ['meter'], routes: all, actions: ['read'] }]), 'permit');
    assert.equal(outcome([{ devices: ['meter'], routes: ['demo'], actions: all }]), 'permit');
    assert.equal(outcome([{ devices: all, routes: ['vault'], actions: all }]), 'deny');
    assert.equal(outcome([{ devices: ['other'], routes: all, actions: all }]), 'deny');
    assert.equal(outcome([{ devices: all, routes: all, actions: ['observe'] }]), 'deny');
  });

  test('a permit names the first rule that gives it', () => {
    const decision = decide(
      request(),
      gate([
        { devices: ['meter'], routes: ['vault'], actions: ['read'] },
        { devices: ['meter'], routes: ['demo'], actions: ['read'] },
        { devices: ['meter'], routes: ['demo'], actions: ['read'] },
      ]),
      trust,
    );
    assert.deepEqual(decision, {
      outcome: 'permit',
      by: 'rights',
      revision,
      determinedBy: 'right 2',
      grounds: null,
    });
  });

  test('names of object properties are ordinary names', () => {
    const rules = [{ devices: ['__proto__'], routes: ['constructor'], actions: ['read'] }];
    assert.equal(outcome(rules), 'deny');
    const asked = request({
      principal: { ...meter, name: '__proto__' },
      resource: { ...resource, route: 'constructor' },
    });
    assert.equal(outcome(rules, asked), 'permit');
  });

  test('a device without owner acts for nobody', () => {
    const decision = decide(
      request({ principal: { ...meter, user: null } }),
      gate([{ devices: ['*'], routes: ['*'], actions: ['*'] }]),
      trust,
    );
    assert.equal(decision.outcome, 'deny');
    assert.equal(decision.outcome === 'deny' && decision.reason, 'unowned-device');
  });

  test('only devices hold rights', () => {
    const rules = [{ devices: ['*'], routes: ['*'], actions: ['*'] }];
    for (const kind of ['user', 'platform', 'provider', 'manufacturer', 'gateway'] as const) {
      assert.equal(outcome(rules, request({ principal: { ...meter, kind } })), 'deny');
    }
  });
});
