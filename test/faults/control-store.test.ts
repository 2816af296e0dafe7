import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/adapters/store/index.ts';
import { plainSnapshot, recordSnapshot, type TrustSnapshot } from '../../src/trust/index.ts';
import type { Command, Outcome } from '../../src/daemon/control/index.ts';
import { failingStore } from '../fakes/store.ts';
import { controlPlane } from '../support/control.ts';

const script: Command[] = [
  { kind: 'add-actor', actor: { kind: 'user', name: 'ann', owner: null }, credential: null },
  ...['lamp', 'lock', 'meter'].map(
    (name): Command => ({
      kind: 'add-actor',
      actor: { kind: 'device', name, owner: 'ann' },
      credential: { kind: 'psk', user: null, identityHex: null, keyHex: null, established: 'file' },
    }),
  ),
  {
    kind: 'add-credential',
    actor: 'lamp',
    credential: { kind: 'psk', user: null, identityHex: 'aa', keyHex: null, established: 'file' },
  },
];

test('for N = 1, 2, ...: the N-th write fails; nothing acknowledged is lost, nothing refused is there', async () => {
  let failures = 0;
  for (let nth = 1; ; nth++) {
    const inner = new MemoryStore();
    const store = failingStore(nth, inner);
    const plane = await controlPlane({ store }).catch(() => undefined);
    if (plane === undefined) {
      failures++;
      continue; // the first write of all: the gateway does not start
    }
    await plane.supervisor.start();
    const acknowledged: Outcome[] = [];
    for (const command of script) {
      const before: TrustSnapshot = plane.control.snapshot;
      try {
        const outcome = await plane.control.run(command, { kind: 'operator' });
        if (outcome.kind === 'done') acknowledged.push(outcome);
      } catch (thrown) {
        failures++;
        assert.equal((thrown as { code?: string }).code, 'PN_STORE_FULL');
        assert.equal(plane.control.snapshot, before, 'the truth is what it was');
      }
    }
    await plane.control.close(); // whose snapshot may be what fails
    await plane.supervisor.stop();

    const again = await controlPlane({ store: inner });
    assert.deepEqual(plainSnapshot(again.control.snapshot), plainSnapshot(plane.control.snapshot));
    const { actors, credentials } = recordSnapshot(again.control.snapshot);
    for (const outcome of acknowledged) {
      if (outcome.kind !== 'done') continue;
      if (outcome.actor !== undefined) assert.ok(actors.some(({ id }) => id === outcome.actor?.id));
      if (outcome.credential !== undefined)
        assert.ok(credentials.some(({ id }) => id === outcome.credential?.id));
    }
    const shard = plane.shards.started[0];
    const told = shard?.received.filter(({ kind }) => kind === 'apply').length;
    assert.equal(told, plane.control.snapshot.revision, 'shards heard of exactly what is in the log');
    if (nth > store.writes) break;
  }
  assert.ok(failures >= 6, `${failures} failures were seen`);
});
