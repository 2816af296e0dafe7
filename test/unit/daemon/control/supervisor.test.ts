import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AssertionFault } from '../../../../src/base/index.ts';
import type { Behaviour } from '../../../fakes/shards.ts';
import { controlPlane, eventually } from '../../../support/control.ts';

const obedient: Behaviour = { obedient: true };

describe('supervisor', () => {
  test('is ready when every shard listens, and not before', async () => {
    const { supervisor, shards } = await controlPlane({
      shards: 2,
      behaviour: (n) => (n === 0 ? obedient : {}),
    });
    const starting = supervisor.start();
    await eventually(() => shards.started.length === 2, 'both started');
    assert.equal(supervisor.ready, false);
    shards.started[1]?.say({ kind: 'listening', shard: 1, listeners: [] });
    assert.deepEqual(await starting, [
      { address: '127.0.0.1', port: 5_684 },
      { address: '::1', port: 5_684 },
    ]);
    assert.equal(supervisor.ready, true);
    await supervisor.stop();
    assert.equal(supervisor.ready, false);
  });

  test('a shard is loaded before it hears of any change', async () => {
    const { control, supervisor, shards } = await controlPlane();
    await control.run(
      { kind: 'add-actor', actor: { kind: 'user', name: 'ann', owner: null }, credential: null },
      { kind: 'operator' },
    );
    await supervisor.start();
    await control.run(
      { kind: 'add-actor', actor: { kind: 'user', name: 'bob', owner: null }, credential: null },
      { kind: 'operator' },
    );
    assert.deepEqual(
      shards.started[0]?.received.map((message) => [message.kind, 'revision' in message && message.revision]),
      [
        ['load', 1],
        ['apply', 2],
      ],
    );
    await supervisor.stop();
  });

  test('the others get the ports that the first one found', async () => {
    const { supervisor, shards } = await controlPlane({
      shards: 2,
      listeners: [
        { address: '127.0.0.1', port: 0 },
        { address: '::1', port: 0 },
      ],
    });
    await supervisor.start();
    assert.deepEqual(
      shards.started.map(({ settings: { shard, listeners } }) => [
        shard,
        ...listeners.map(({ port }) => port),
      ]),
      [
        [0, 0, 0],
        [1, 40_000, 40_001],
      ],
    );
    await supervisor.stop();
  });

  test('what the first start cannot do is said once, by rejecting', async () => {
    const unable = { code: 'PN_PORT_IN_USE', message: '127.0.0.1:5684 (UDP) is in use' } as const;
    const { supervisor, log } = await controlPlane({
      shards: 2,
      behaviour: (n) => (n === 1 ? { unable } : obedient),
    });
    await assert.rejects(supervisor.start(), unable);
    assert.equal(supervisor.running, 0, 'none is left behind');
    assert.ok(!log.events().includes('shard exited'));
  });

  test('a shard that ends at its start without a word fails the start', async () => {
    const { supervisor, shards } = await controlPlane({ behaviour: () => ({}) });
    const starting = supervisor.start();
    shards.started[0]?.exit('SyntaxError: oops');
    await assert.rejects(starting, { code: 'PN_SHARD_FAILED', message: /SyntaxError: oops/ });
  });

  test('a shard that ends is started again, with longer and longer waits, and loads what is true then', async () => {
    const { control, supervisor, shards, log } = await controlPlane({
      backoff: { firstMs: 1, mostMs: 4, calmMs: 60_000 },
    });
    await supervisor.start();
    await control.run(
      { kind: 'add-actor', actor: { kind: 'user', name: 'ann', owner: null }, credential: null },
      { kind: 'operator' },
    );
    for (let round = 1; round <= 4; round++) {
      shards.started.at(-1)?.exit('crash');
      assert.equal(supervisor.ready, false);
      await eventually(() => shards.started.length === round + 1 && supervisor.ready, `restart ${round}`);
    }
    assert.deepEqual(
      log.lines.filter(({ event }) => event === 'shard restarting').map(({ fields }) => fields['wait_ms']),
      [1, 2, 4, 4],
    );
    const [load] = shards.started.at(-1)?.received ?? [];
    assert.equal(load?.kind === 'load' && load.revision, 1);
    await supervisor.stop();
  });

  test('a shard that cannot listen again is tried until it can', async () => {
    const unable = { code: 'PN_PORT_IN_USE', message: 'in use' } as const;
    const { supervisor, shards, log } = await controlPlane({
      behaviour: (n) => (n === 1 || n === 2 ? { unable } : obedient),
    });
    await supervisor.start();
    shards.started[0]?.exit('crash');
    await eventually(() => supervisor.ready, 'listens again');
    assert.equal(shards.started.length, 4);
    assert.equal(log.events().filter((event) => event === 'shard unable').length, 2);
    await supervisor.stop();
  });

  test('a shard that does not apply a change is ended, so that its sessions end with it', async () => {
    let mute = false;
    const { control, supervisor, shards } = await controlPlane({
      patienceMs: 30,
      behaviour: (n) => ({ obedient: n > 0 || !mute }),
    });
    await supervisor.start();
    mute = true;
    const first = shards.started[0];
    if (first !== undefined) first.say = () => undefined; // it hears, and never answers
    const outcome = await control.run(
      { kind: 'add-actor', actor: { kind: 'user', name: 'ann', owner: null }, credential: null },
      { kind: 'operator' },
    );
    assert.equal(outcome.kind, 'done');
    await eventually(() => shards.started.length === 2 && supervisor.ready, 'replaced');
    await supervisor.stop();
  });

  test('asking gathers the answers that come, and does not wait for shards that ended', async () => {
    const { supervisor, shards } = await controlPlane({
      shards: 3,
      behaviour: (n) => ({
        obedient: true,
        answer: (question) =>
          n < 2 && question.kind === 'close-session' ? { kind: 'closed', found: n === 1 } : undefined,
      }),
    });
    await supervisor.start();
    const asking = supervisor.ask({ kind: 'close-session', id: 's' });
    setTimeout(() => shards.started[2]?.exit('crash'), 5);
    assert.deepEqual(await asking, [
      { kind: 'closed', found: false },
      { kind: 'closed', found: true },
    ]);
    assert.deepEqual(await supervisor.ask({ kind: 'sessions' }, 10), [], 'silence has an end');
    await supervisor.stop();
  });

  test('draining asks every shard, waits for them, and starts none again', async () => {
    const asked: number[] = [];
    const { supervisor, shards } = await controlPlane({
      shards: 2,
      behaviour: () => ({
        obedient: true,
        answer: (question, shard) => {
          if (question.kind !== 'drain') return undefined;
          asked.push(shard, question.graceMs);
          return { kind: 'drained' };
        },
      }),
    });
    await supervisor.start();
    await supervisor.drain(1_234);
    assert.deepEqual(asked, [0, 1_234, 1, 1_234]);
    assert.equal(supervisor.running, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(shards.started.length, 2);
  });

  const petition = { kind: 'used', credential: 'crd-none' as never } as const;

  test('a petition is answered to the shard that asked, with what became of it', async () => {
    const { supervisor, shards } = await controlPlane();
    await supervisor.start();
    shards.started[0]?.say({ kind: 'petition', shard: 0, request: 7, petition });
    await eventually(() => shards.started[0]?.received.at(-1)?.kind === 'word', 'there is a word');
    const word = { kind: 'refused', code: 'credential-unknown' };
    assert.deepEqual(shards.started[0]?.received.at(-1), { kind: 'word', request: 7, word });
    await supervisor.stop();
  });

  test('a petition of a shard that has ended is not answered to the one in its place', async () => {
    const decided = Promise.withResolvers<{ kind: 'failed' }>();
    const { supervisor, shards } = await controlPlane({ petition: () => decided.promise });
    await supervisor.start();
    shards.started[0]?.say({ kind: 'petition', shard: 0, request: 7, petition });
    await new Promise(setImmediate);
    shards.started[0]?.exit('gone');
    await eventually(() => shards.started.length === 2 && supervisor.ready, 'it is started again');
    decided.resolve({ kind: 'failed' });
    await new Promise(setImmediate);
    assert.ok(shards.started[1]?.received.every(({ kind }) => kind !== 'word'));
    await supervisor.stop();
  });

  test('a petition that we fail at is reported, and fails', async () => {
    const fault = new AssertionFault('it cannot be');
    const { supervisor, shards, log } = await controlPlane({ petition: () => Promise.reject(fault) });
    await supervisor.start();
    shards.started[0]?.say({ kind: 'petition', shard: 0, request: 7, petition });
    await eventually(() => shards.started[0]?.received.at(-1)?.kind === 'word', 'there is a word');
    assert.deepEqual(shards.started[0]?.received.at(-1), {
      kind: 'word',
      request: 7,
      word: { kind: 'failed' },
    });
    assert.ok(log.lines.some(({ event }) => event === 'petition failed'));
    await supervisor.stop();
  });
});
