import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryStore } from '../../../../src/adapters/store/index.ts';
import { fromHex, toHex, utf8 } from '../../../../src/base/index.ts';
import type { Command, Outcome } from '../../../../src/daemon/control/index.ts';
import type { ControlMessage } from '../../../../src/daemon/ports/index.ts';
import {
  type ActorId,
  type Credential,
  proofKey,
  type RelationshipId,
  type Revision,
} from '../../../../src/trust/index.ts';
import { controlPlane } from '../../../support/control.ts';

const addUser = (name: string): Command => ({
  kind: 'add-actor',
  actor: { kind: 'user', name, owner: null },
  credential: null,
});
const addDevice = (name: string, keyHex: string | null = null): Command => ({
  kind: 'add-actor',
  actor: { kind: 'device', name, owner: 'ann' },
  credential: { kind: 'psk', user: null, identityHex: null, keyHex, established: 'file' },
});

function done(outcome: Outcome): Outcome & { kind: 'done' } {
  assert.equal(outcome.kind, 'done', JSON.stringify(outcome));
  return outcome;
}

const applies = (received: readonly ControlMessage[]): (ControlMessage & { kind: 'apply' })[] =>
  received.filter((message) => message.kind === 'apply');

const identityOf = (credential: Credential | undefined): string | undefined =>
  credential && proofKey(credential);

describe('control', () => {
  test('A12: what has ended is forgotten, the oldest first, so that making and ending fills nothing', async () => {
    const { control, supervisor, shards, store } = await controlPlane({ shards: 2, endedMax: 10 });
    await supervisor.start();
    const operator = { kind: 'operator' } as const;
    for (const name of ['ann', 'bob']) done(await control.run(addUser(name), operator));
    const ends = { trustor: 'user/ann', trustee: 'user/bob' };
    const scope = [{ actions: ['*'], resources: ['*'] }];
    const wish = { ...ends, scope, level: 'view', introduce: 0, notBefore: null, notAfter: null } as const;
    const made: string[] = [];
    for (let n = 0; n < 25; n++) {
      const { relationship } = done(await control.run({ kind: 'establish', wish, firm: false }, operator));
      made.push(relationship?.id ?? '');
      const id = made[n] as RelationshipId;
      done(await control.run({ kind: 'revoke', id, ifRevision: null, asOf: null }, operator));
      assert.ok(control.snapshot.relationships.size <= 10);
    }
    assert.deepEqual(
      [...control.snapshot.relationships.keys()],
      made.slice(-control.snapshot.relationships.size),
    );
    const { revision } = control.snapshot;
    for (const { received } of shards.started) assert.equal(applies(received).at(-1)?.revision, revision);
    const by = [];
    for await (const entry of store.read(0 as Revision))
      if (entry.events.some(({ kind }) => kind === 'relationships-forgotten')) by.push(entry.by);
    assert.ok(by.length >= 3 && by.every((each) => each === 'gateway'));
  });

  test('a new device is in the log, in the snapshot and on every shard when it is answered', async () => {
    const { control, supervisor, shards, store } = await controlPlane({ shards: 3 });
    await supervisor.start();
    done(await control.run(addUser('ann'), { kind: 'operator' }));
    const made = done(await control.run(addDevice('lamp'), { kind: 'operator' }));

    assert.equal(made.revision, 2);
    assert.equal(control.snapshot.revision, 2);
    const logged = [];
    for await (const { revision, by, events } of store.read(0 as Revision))
      logged.push([revision, by, events.length]);
    assert.deepEqual(logged, [
      [1, 'operator', 1],
      [2, 'operator', 3], // the device, its key, and that it trusts its owner
    ]);
    for (const { received } of shards.started) {
      const last = applies(received).at(-1);
      assert.equal(last?.revision, 2);
      assert.equal(toHex(last?.keys[0]?.key as Uint8Array), made.keyHex);
      assert.equal(last?.keys[0]?.identityHex, toHex(utf8('lamp')));
    }
    await supervisor.stop();
  });

  test('is not answered before the last shard has applied it', async () => {
    const { control, supervisor, shards } = await controlPlane({
      shards: 2,
      behaviour: (start) => ({ obedient: start === 0 }),
    });
    const starting = supervisor.start();
    await new Promise((resolve) => setTimeout(resolve, 10));
    const second = shards.started[1];
    second?.say({ kind: 'listening', shard: 1, listeners: [{ address: '127.0.0.1', port: 5_684 }] });
    await starting;

    let answered = false;
    const answer = control.run(addUser('ann'), { kind: 'operator' }).then((outcome) => {
      answered = true;
      return outcome;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(answered, false, 'one shard is behind');
    second?.say({ kind: 'applied', shard: 1, revision: 1 as Revision });
    assert.equal(done(await answer).revision, 1);
    await supervisor.stop();
  });

  test('commands take turns, each against what the one before left', async () => {
    const { control } = await controlPlane();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => control.run(addUser(`u${i % 10}`), { kind: 'operator' })),
    );
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.revision : outcome.code)),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...Array.from({ length: 10 }, () => 'name-taken')],
    );
  });

  test('a refused command changes nothing', async () => {
    const { control, store } = await controlPlane();
    const outcome = await control.run(addDevice('lamp'), { kind: 'operator' });
    assert.equal(outcome.kind === 'refused' && outcome.code, 'owner-unknown');
    assert.equal(control.snapshot.revision, 0);
    for await (const entry of store.read(0 as Revision)) assert.fail(JSON.stringify(entry));
  });

  test('keys lie in the log sealed, and come back in the clear for a shard that starts', async () => {
    const store = new MemoryStore();
    const { control } = await controlPlane({ store });
    await control.run(addUser('ann'), { kind: 'operator' });
    const keyHex = '00112233445566778899aabbccddeeff';
    assert.equal(
      done(await control.run(addDevice('lamp', keyHex), { kind: 'operator' })).keyHex,
      undefined,
      'not shown again',
    );
    for await (const entry of store.read(0 as Revision)) assert.ok(!JSON.stringify(entry).includes(keyHex));

    const again = await controlPlane({ store });
    const load = again.control.load();
    assert.deepEqual(
      load.keys.map(({ identityHex, key }) => [identityHex, toHex(key)]),
      [[toHex(utf8('lamp')), keyHex]],
    );
    assert.equal(load.revision, 2);
    assert.deepEqual(structuredClone(load), load, 'travels to another thread');
  });

  test('another master key is refused before anything starts', async () => {
    const store = new MemoryStore();
    await controlPlane({ store });
    await assert.rejects(controlPlane({ store, master: new Uint8Array(32).fill(2) }), {
      code: 'PN_MASTER_KEY_MISMATCH',
    });
  });

  test('a log that contradicts itself is refused', async () => {
    const store = new MemoryStore();
    await controlPlane({ store });
    const removed = { kind: 'actor-removed', id: 'usr-nobody' as ActorId } as const;
    await store.append(0 as Revision, { at: 0 as never, by: 'x', events: [removed] });
    await assert.rejects(controlPlane({ store }), { code: 'PN_STORE_CORRUPT' });
  });

  test('closing keeps a snapshot, and the next start goes on from it', async () => {
    const store = new MemoryStore();
    const first = await controlPlane({ store });
    await first.control.run(addUser('ann'), { kind: 'operator' });
    await first.control.run(addDevice('lamp'), { kind: 'operator' });
    await first.control.close();
    assert.equal((await store.loadSnapshot())?.revision, 2);
    const second = await controlPlane({ store });
    await second.control.run(addUser('bob'), { kind: 'operator' });
    assert.deepEqual([...second.control.snapshot.actors.values()].map(({ name }) => name).toSorted(), [
      'ann',
      'bob',
      'lamp',
    ]);
    const third = await controlPlane({ store });
    assert.equal(third.control.snapshot.revision, 3);
  });

  test('identities: the name when it is free and short, else the id; keys: 16 random bytes', async () => {
    const { control } = await controlPlane();
    await control.run(addUser('ann'), { kind: 'operator' });
    const lamp = done(await control.run(addDevice('lamp'), { kind: 'operator' }));
    assert.equal(identityOf(lamp.credential), toHex(utf8('lamp')));
    assert.equal(fromHex(lamp.keyHex ?? '')?.length, 16);
    const actor = lamp.actor?.id ?? '';
    const credential = {
      kind: 'psk',
      user: null,
      identityHex: null,
      keyHex: null,
      established: 'displayed',
    } as const;
    const further = done(
      await control.run({ kind: 'add-credential', actor, credential }, { kind: 'operator' }),
    );
    assert.equal(identityOf(further.credential), toHex(utf8(further.credential?.id ?? '')));
    assert.notEqual(further.keyHex, lamp.keyHex);
    const long = done(await control.run(addDevice('x'.repeat(33)), { kind: 'operator' }));
    assert.equal(identityOf(long.credential), toHex(utf8(long.credential?.id ?? '')));
  });

  test('keys that protect nothing are refused', async () => {
    const { control } = await controlPlane();
    await control.run(addUser('ann'), { kind: 'operator' });
    for (const keyHex of [
      '',
      '00',
      '00'.repeat(16),
      'ff'.repeat(16),
      'ab'.repeat(65),
      'zz'.repeat(16),
      '0011223344556',
    ]) {
      const outcome = await control.run(addDevice('lamp', keyHex), { kind: 'operator' });
      assert.equal(outcome.kind === 'refused' && outcome.code, 'key-invalid', keyHex);
      assert.equal(outcome.kind === 'refused' && outcome.field, '/credential/keyHex');
    }
  });

  test('too many waiting commands are turned away', async () => {
    const { control } = await controlPlane();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1_100 }, (_, i) => control.run(addUser(`u${i}`), { kind: 'operator' })),
    );
    const busy = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(busy.length, 76);
    for (const { reason } of busy) assert.equal((reason as { code?: string }).code, 'PN_BUSY');
    assert.equal(control.snapshot.revision, 1_024);
  });
});
