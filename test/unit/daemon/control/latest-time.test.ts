/** G13: the latest time of day outlives the process. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryStore } from '../../../../src/adapters/store/index.ts';
import { type WallTime, wallTime } from '../../../../src/base/index.ts';
import { keepTime, latestTime, watchTime } from '../../../../src/daemon/control/index.ts';
import type { ActorId, Revision } from '../../../../src/trust/index.ts';
import { fakeLog } from '../../../fakes/operator-log.ts';

const at = (text: string): WallTime => wallTime(Date.parse(text));
const [MAY, JUNE, JULY] = ['2026-05-01', '2026-06-01', '2026-07-01'].map((day) => at(`${day}T00:00:00Z`)) as [
  WallTime,
  WallTime,
  WallTime,
];

/** A store whose log has an entry of each time. */
async function written(...times: readonly WallTime[]): Promise<{ store: MemoryStore; head: Revision }> {
  const store = new MemoryStore();
  let head = 0 as Revision;
  for (const time of times) {
    const event = {
      kind: 'actor-added',
      id: `u-${head}` as ActorId,
      actor: 'user',
      name: `u${head}`,
      owner: null,
    } as const;
    head = await store.append(head, { at: time, by: 'operator', events: [event] });
  }
  return { store, head };
}

describe('G13: the latest time of day', () => {
  test('of an empty store is the beginning of time', async () => {
    const { store, head } = await written();
    assert.equal(await latestTime(store, head), 0);
  });

  test('is that of the newest entry, or a later one that was written down', async () => {
    const { store, head } = await written(MAY, JUNE);
    assert.equal(await latestTime(store, head), JUNE);
    await keepTime(store, JULY);
    assert.equal(await latestTime(store, head), JULY);
    await keepTime(store, MAY);
    assert.equal(await latestTime(store, head), JULY, 'what is written down never goes back');
  });

  test('goes back only where an operator says so, and not for entries to come', async () => {
    const { store, head } = await written(MAY, JULY);
    await keepTime(store, JUNE, { head });
    assert.equal(await latestTime(store, head), JUNE);
    const event = {
      kind: 'actor-added',
      id: 'u-x' as ActorId,
      actor: 'user',
      name: 'x',
      owner: null,
    } as const;
    const next = await store.append(head, { at: JULY, by: 'operator', events: [event] });
    assert.equal(await latestTime(store, next), JULY);
  });

  test('a clock far behind it is said to the operator, once', async () => {
    const { store } = await written();
    const log = fakeLog();
    const end = watchTime({ clock: { wall: () => JUNE, behind: () => 3_600_000 }, store, log });
    end();
    assert.deepEqual(log.lines, [{ level: 'error', event: 'clock behind', fields: { by_s: 3_600 } }]);
    watchTime({ clock: { wall: () => JUNE, behind: () => 2_000 }, store, log })();
    assert.equal(log.lines.length, 1, 'two seconds are nothing');
  });
});
