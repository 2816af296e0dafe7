/** The shard as a thread of its own, with real sockets: what only the composition root can get wrong. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type Instant, instant, path, Secret, seconds, utf8, wallTime } from '../../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../../src/crypto/index.ts';
import type {
  ControlMessage,
  ListenerAddress,
  ShardMessage,
  ShardSettings,
} from '../../../../src/daemon/ports/index.ts';
import { DtlsEndpoint, type Effects } from '../../../../src/dtls/index.ts';
import { restoreSnapshot, type Revision } from '../../../../src/trust/index.ts';
import { SETTINGS } from '../../../fakes/world.ts';

const LOOPBACK: ShardSettings = { ...SETTINGS, listeners: [{ address: '127.0.0.1', port: 0 }] };
const ENTRY = new URL('../../../../src/worker.ts', import.meta.url);

class Thread {
  readonly worker: Worker;
  readonly #said: ShardMessage[] = [];

  constructor(t: TestContext, settings: ShardSettings, peers: { shard: number; port: MessagePort }[] = []) {
    const transferList = peers.map(({ port }) => port);
    this.worker = new Worker(ENTRY, { workerData: { settings, peers }, transferList });
    this.worker.on('message', (message: ShardMessage) => this.#said.push(message));
    t.after(() => this.worker.terminate());
  }

  post(message: ControlMessage): void {
    this.worker.postMessage(message);
  }

  async hears<K extends ShardMessage['kind']>(kind: K): Promise<Extract<ShardMessage, { kind: K }>> {
    for (;;) {
      const found = this.#said.find((message) => message.kind === kind);
      if (found !== undefined) {
        this.#said.splice(this.#said.indexOf(found), 1);
        return found as Extract<ShardMessage, { kind: K }>;
      }
      await once(this.worker, 'message');
    }
  }

  load(): void {
    const revision = 1 as Revision;
    const identityHex = Buffer.from('meter').toString('hex');
    const snapshot = restoreSnapshot({
      revision,
      actors: [{ id: 'd1' as never, kind: 'device', name: 'meter', owner: null, revision }],
      credentials: [
        {
          id: 'c1' as never,
          kind: 'psk',
          actor: 'd1' as never,
          identityHex,
          sealedKey: '',
          established: 'file',
          revision,
        },
      ],
    });
    const key = { credential: 'c1' as never, actor: 'd1' as never, identityHex, key: KEY.slice() };
    this.post({ kind: 'load', wall: wallTime(0), revision, snapshot, keys: [key] });
  }
}

/** A handshake with whoever listens there. */
async function handshake(t: TestContext, { address, port }: ListenerAddress): Promise<void> {
  const socket: Socket = createSocket('udp4');
  t.after(() => socket.close());
  socket.on('error', () => undefined); // the shard may be gone before us
  socket.connect(port, address);
  await once(socket, 'connect');
  const now = (): Instant => instant(performance.now());
  const dtls = new DtlsEndpoint({
    settings: {
      suites: SETTINGS.dtls.suites,
      extendedMasterSecret: 'wanted',
      mtu: 1_200,
      idleTimeout: seconds(60),
      handshakeTimeout: seconds(10),
      retransmit: seconds(1),
    },
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });
  const to = path(0, address, port);
  await new Promise<void>((resolve) => {
    const carryOut = (effects: Effects): void => {
      for (const effect of effects) {
        if (effect.kind === 'transmit') socket.send(effect.datagram);
        if (effect.kind === 'established') resolve();
      }
    };
    socket.on('message', (datagram) => carryOut(dtls.receive(now(), to, datagram)));
    const psk = { identity: utf8('meter'), key: new Secret(KEY) };
    carryOut(dtls.connect(now(), to, { psk }).effects);
  });
}

async function sessionsOf(thread: Thread): Promise<number> {
  thread.post({ kind: 'ask', request: 1, question: { kind: 'sessions' } });
  const { answer } = await thread.hears('answer');
  assert.ok(answer.kind === 'sessions');
  return answer.sessions.length;
}

describe('a shard thread', () => {
  test('says where it listens, applies what it was sent before, and serves', async (t) => {
    const thread = new Thread(t, LOOPBACK);
    thread.load();
    const { listeners } = await thread.hears('listening');
    assert.deepEqual(await thread.hears('applied'), { kind: 'applied', shard: 0, revision: 1 });
    const [listener] = listeners;
    assert.ok(listener !== undefined && listener.port > 0);
    await handshake(t, listener);
    assert.equal(await sessionsOf(thread), 1);
    thread.post({ kind: 'ask', request: 2, question: { kind: 'drain', graceMs: 1_000 } });
    assert.deepEqual((await thread.hears('answer')).answer, { kind: 'drained' });
  });

  test('that cannot listen says so, and ends by itself', async (t) => {
    const taken = createSocket('udp4');
    t.after(() => taken.close());
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();
    const thread = new Thread(t, { ...LOOPBACK, listeners: [{ address: '127.0.0.1', port }] });
    const exited = once(thread.worker, 'exit');
    const unable = await thread.hears('unable');
    assert.equal(unable.code, 'PN_PORT_IN_USE');
    assert.match(unable.message, new RegExp(String(port)));
    assert.deepEqual(await exited, [0]);
  });

  test('with routes that are none says so too', async (t) => {
    const routes = [{ name: 'r', path: 'nonsense', backend: 'demo', rewrite: '/' }];
    const thread = new Thread(t, { ...LOOPBACK, routes });
    assert.equal((await thread.hears('unable')).code, 'PN_ROUTES');
  });

  test('shares its port with others, and all devices are served', async (t) => {
    const { port1, port2 } = new MessageChannel();
    const both = { ...LOOPBACK, shards: 2 };
    const first = new Thread(t, both, [{ shard: 1, port: port1 }]);
    const { listeners } = await first.hears('listening');
    const second = new Thread(t, { ...both, shard: 1, listeners }, [{ shard: 0, port: port2 }]);
    assert.deepEqual((await second.hears('listening')).listeners, listeners);
    first.load();
    second.load();
    await Promise.all([first.hears('applied'), second.hears('applied')]);
    const [listener] = listeners;
    assert.ok(listener !== undefined);
    for (let i = 0; i < 12; i++) await handshake(t, listener);
    const [a, b] = [await sessionsOf(first), await sessionsOf(second)];
    assert.equal(a + b, 12);
  });
});

const KEY = utf8('0123456789abcdef');
