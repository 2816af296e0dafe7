import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryStore } from '../../../../src/adapters/store/index.ts';
import { wallTime } from '../../../../src/base/index.ts';
import type { Store, StoredEntry } from '../../../../src/daemon/ports/index.ts';
import type {
  ActorId,
  RelationshipId,
  Revision,
  TrustEvent,
  TrustSnapshot,
} from '../../../../src/trust/index.ts';
import { ownerTerms } from '../../../../src/trust/index.ts';
import { controlPlane } from '../../../support/control.ts';

const ANN = 'usr-a' as ActorId;
const device = (name: string): ActorId => `dev-${name}` as ActorId;

const added = (name: string, owner: ActorId | null): TrustEvent => ({
  kind: 'actor-added',
  id: owner === null ? ANN : device(name),
  actor: owner === null ? 'user' : 'device',
  name,
  owner,
});

/** A log as it was written before ownership was a relationship. */
async function oldLog(...more: readonly (readonly TrustEvent[])[]): Promise<Store> {
  const store = new MemoryStore();
  const batches = [[added('ann', null)], [added('lamp', ANN)], [added('lock', ANN)], ...more];
  for (const [index, events] of batches.entries()) {
    await store.append(index as Revision, { at: wallTime(1), by: 'operator', events });
  }
  return store;
}

async function entries(store: Store): Promise<StoredEntry[]> {
  const found: StoredEntry[] = [];
  for await (const entry of store.read(0 as Revision)) found.push(entry);
  return found;
}

const trusting = ({ relationships }: TrustSnapshot): readonly (readonly [ActorId, ActorId, string])[] =>
  [...relationships.values()].map(({ trustor, trustee, state }) => [trustor, trustee, state.kind] as const);

describe('migrations', () => {
  test('devices of an older log come to trust their owners, once, in the name of the gateway', async () => {
    const store = await oldLog();
    const { control } = await controlPlane({ store });
    assert.deepEqual(trusting(control.snapshot), [
      [device('lamp'), ANN, 'active'],
      [device('lock'), ANN, 'active'],
    ]);
    for (const { id, terms } of control.snapshot.relationships.values()) {
      assert.ok(control.trust.isValid(id));
      assert.equal(terms.level, 'administer');
    }
    const log = await entries(store);
    assert.deepEqual([log.length, log[3]?.by, log[3]?.events.length], [4, 'gateway', 2]);
    const again = await controlPlane({ store });
    assert.equal(again.control.snapshot.revision, 4);
    assert.deepEqual(trusting(again.control.snapshot), trusting(control.snapshot));
  });

  test('what was revoked stays so: before it, and after it', async () => {
    const id = 'rel-1' as RelationshipId;
    const origin = { kind: 'direct', ground: { kind: 'operator' } } as const;
    const facts = { id, trustor: device('lamp'), trustee: ANN, terms: ownerTerms('lamp'), origin };
    const store = await oldLog(
      [{ kind: 'relationship-established', relationship: facts }],
      [{ kind: 'relationships-ended', revoked: [id], fallen: [] }],
    );
    const { control } = await controlPlane({ store });
    const state = new Map(trusting(control.snapshot).map(([trustor, , kind]) => [trustor, kind]));
    assert.deepEqual(
      state,
      new Map([
        [device('lamp'), 'ended'],
        [device('lock'), 'active'],
      ]),
    );
    const [, lock] = control.snapshot.relationships.values();
    assert.ok(lock !== undefined);
    const revoke = { kind: 'revoke', id: lock.id, ifRevision: null, asOf: null } as const;
    assert.equal((await control.run(revoke, { kind: 'operator' })).kind, 'done');
    const forgotten: TrustEvent = { kind: 'relationships-forgotten', ids: [id, lock.id] };
    await store.append(control.snapshot.revision, { at: wallTime(2), by: 'gateway', events: [forgotten] });
    const later = await controlPlane({ store });
    assert.deepEqual(trusting(later.control.snapshot), []);
  });

  test('when writing fails half way, the next start goes on where it was', async () => {
    const store = await oldLog();
    const putBlob = store.putBlob.bind(store);
    store.putBlob = (name, content) =>
      name === 'owners-trusted' ? Promise.reject(new Error('no space')) : putBlob(name, content);
    await assert.rejects(controlPlane({ store }), /no space/);
    store.putBlob = putBlob;
    const { control } = await controlPlane({ store });
    assert.equal(control.snapshot.relationships.size, 2);
  });

  test('a new log gets no entry', async () => {
    const store = new MemoryStore();
    await controlPlane({ store });
    assert.deepEqual(await entries(store), []);
  });
});
