import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutOf } from '../../../../src/daemon/control/about.ts';
import {
  type ActorId,
  apply,
  emptySnapshot,
  type Relationship,
  type RelationshipId,
  type Revision,
  type TrustEvent,
  type TrustSnapshot,
} from '../../../../src/trust/index.ts';

const added = (actor: 'user' | 'device', name: string): TrustEvent => ({
  kind: 'actor-added',
  id: `${actor}-id-${name}` as ActorId,
  actor,
  name,
  owner: null,
});
const known: TrustSnapshot = apply(emptySnapshot(), 1 as Revision, [
  added('user', 'ann'),
  added('device', 'lamp'),
]);

const between = (id: RelationshipId): Relationship => ({
  id,
  trustor: 'user-id-ann' as ActorId,
  trustee: id as string as ActorId,
  terms: { scope: [], level: 'view', introduce: 0, notBefore: null, notAfter: null },
  origin: { kind: 'direct', ground: { kind: 'operator' } },
  state: { kind: 'active' },
  revision: 1 as Revision,
});

test('actors by kind and name: those that are there, those that come and those that go', () => {
  const lamp = 'device-id-lamp' as ActorId;
  assert.equal(aboutOf([{ kind: 'actor-removed', id: lamp }], known), 'device/lamp');
  const comes = added('device', 'new');
  const owned: TrustEvent = { kind: 'owner-set', id: 'device-id-new' as ActorId, owner: null };
  assert.equal(aboutOf([comes, owned], known), 'device/new');
  assert.equal(aboutOf([{ kind: 'actor-suspended', id: 'dev-gone' as ActorId }], known), 'dev-gone');
});

test('of many the first three, and how many more', () => {
  const many = Array.from({ length: 10 }, (_, i) => added('user', `u${i}`));
  assert.equal(aboutOf(many, known), 'user/u0, user/u1, user/u2, 7 more');
  const because = 'rel-0' as RelationshipId;
  const ids = Array.from({ length: 10 }, (_, i) => `rel-${i + 1}` as RelationshipId);
  const knowing = { ...known, relationships: new Map([because, ...ids].map((id) => [id, between(id)])) };
  const fell: TrustEvent = { kind: 'relationships-ended', revoked: [because], fallen: [{ ids, because }] };
  assert.equal(aboutOf([fell], knowing), 'user/ann -> rel-0, user/ann -> rel-1, user/ann -> rel-2, 8 more');
  assert.equal(aboutOf([{ kind: 'claim-window-closed' }], known), '');
});
