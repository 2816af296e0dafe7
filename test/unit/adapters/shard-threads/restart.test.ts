/** Shards that end and are started again, as real threads on one port: what the others own still reaches them. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { shardThreads } from '../../../../src/adapters/shard-threads/index.ts';
import { toHex, wallTime } from '../../../../src/base/index.ts';
import type {
  ListenerAddress,
  ShardMessage,
  ShardSettings,
  ShardThread,
} from '../../../../src/daemon/ports/index.ts';
import { restoreSnapshot, type Revision } from '../../../../src/trust/index.ts';
import { connect } from '../../../e2e/support/device.ts';
import { SETTINGS } from '../../../fakes/world.ts';
import { eventually } from '../../../support/control.ts';

const ENTRY = new URL('../../../../src/worker.ts', import.meta.url);
const KEY = new Uint8Array(16).fill(7);

interface Running {
  readonly thread: ShardThread;
  readonly said: ShardMessage[];
}

/** Starts shards, each with one device that it knows: `meter`. */
function starter(
  t: TestContext,
): (shard: number, listeners?: readonly ListenerAddress[]) => Promise<Running> {
  const start = shardThreads(ENTRY);
  return async (shard, listeners = [{ address: '127.0.0.1', port: 0 }]) => {
    const said: ShardMessage[] = [];
    const settings: ShardSettings = { ...SETTINGS, shards: 2, shard, listeners };
    const thread = start(settings, { message: (message) => said.push(message), exited: () => undefined });
    t.after(() => thread.terminate());
    const revision = 1 as Revision;
    const identityHex = Buffer.from('meter').toString('hex');
    const actor = 'd1' as never;
    const id = 'c1' as never;
    const credential = {
      id,
      kind: 'psk',
      actor,
      identityHex,
      sealedKey: '',
      established: 'file',
      revision,
    } as const;
    const snapshot = restoreSnapshot({
      revision,
      actors: [
        { id: 'u1' as never, kind: 'user', name: 'ann', owner: null, revision },
        { id: actor, kind: 'device', name: 'meter', owner: 'u1' as never, revision },
      ],
      credentials: [credential],
    });
    const key = { credential: id, actor, identityHex, key: KEY.slice() };
    thread.post({ kind: 'load', wall: wallTime(Date.now()), revision, snapshot, keys: [key] });
    await eventually(() => said.some(({ kind }) => kind === 'applied'), `shard ${shard} serves`);
    return { thread, said };
  };
}

async function sessionsOf({ thread, said }: Running): Promise<number> {
  said.length = 0;
  thread.post({ kind: 'ask', request: 1, question: { kind: 'sessions' } });
  await eventually(() => said.some(({ kind }) => kind === 'answer'), 'it answers');
  const [message] = said.filter((each) => each.kind === 'answer');
  return message?.answer.kind === 'sessions' ? message.answer.sessions.length : 0;
}

const listenersOf = ({ said }: Running): readonly ListenerAddress[] =>
  said.flatMap((message) => (message.kind === 'listening' ? message.listeners : []));

test('a device whose datagrams reach a shard that was started again is still served by its own', async (t) => {
  const startShard = starter(t);
  const first = await startShard(0);
  const listeners = listenersOf(first);
  const port = listeners[0]?.port ?? 0;
  // While it is the only one, all sessions are the first one's.
  const access = { identity: 'meter', keyHex: toHex(KEY) };
  const [device, still] = [await connect(port, access), await connect(port, access)];
  const second = await startShard(1, listeners);
  await second.thread.terminate();
  const again = await startShard(1, listeners);

  // The kernel gives about half of these ports to the second shard.
  for (let i = 0; i < 16; i++) {
    await device.move();
    assert.equal((await device.get('/vault/x')).code, '4.03', `from port ${i}`);
  }
  // Without moving, by its path: the second shard has been told whose it is.
  for (let i = 0; i < 4; i++) assert.equal((await still.get('/vault/x')).code, '4.03');
  assert.deepEqual([await sessionsOf(first), await sessionsOf(again)], [2, 0]);
  device.close();
  still.close();
});
