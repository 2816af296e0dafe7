/** Threats P07 and P14: what a backend could do to the gateway or, through it, to devices of other backends. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openBackend } from '../../src/adapters/backends/index.ts';
import { systemClock } from '../../src/adapters/clock/index.ts';
import { EMPTY, utf8, wallTime } from '../../src/base/index.ts';
import { CODE, codeName, decode, encode, type Message } from '../../src/coap/index.ts';
import type { BackendAnswer, JobId, RelayedRequest } from '../../src/daemon/ports/index.ts';
import { compileGate, compileRights, type Principal } from '../../src/policy/index.ts';
import { type Caller, compileRoutes, Relay, type RouteTable } from '../../src/relay/index.ts';
import { emptySnapshot, Trust } from '../../src/trust/index.ts';

const request = {
  resource: { route: 'r', backend: 'b', segments: [utf8('x')] },
  method: CODE.GET,
  options: [],
  payload: EMPTY,
  connection: 1,
} as unknown as RelayedRequest;

describe('P07: answers of a backend', () => {
  test('any bytes are survived, and none but the right ones are an answer', async (t) => {
    const server = createSocket('udp4');
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const answers: BackendAnswer[] = [];
    const backend = openBackend({
      settings: {
        name: 'b',
        kind: 'coap',
        address: '127.0.0.1',
        port: server.address().port,
        timeoutMs: 60_000,
        inflightMax: 10,
      },
      clock: systemClock,
      entropy: lcg(3),
      sink: (_now, _job, answer) => answers.push(answer),
      changed: () => {},
    });
    t.after(() => {
      backend.close();
      server.close();
    });
    backend.forward(systemClock.now(), 1 as JobId, request);
    const [datagram, from] = (await once(server, 'message')) as [Buffer, { port: number }];
    const message = decode(datagram) as Message;
    const good = encode({ ...message, type: 'ACK', code: CODE.CONTENT, options: [], payload: utf8('ok') });
    const random = lcg(11);
    for (let i = 0; i < 2_000; i++) {
      const mutant = Uint8Array.from(good);
      // The token stays wrong, so that no mutant is the answer by luck.
      mutant[4] = (mutant[4] as number) ^ 0xff;
      for (let flips = random() % 4; flips >= 0; flips--) mutant[random() % 4] = random();
      server.send(mutant.subarray(0, random() % (mutant.length + 1)), from.port, '127.0.0.1');
      if (i % 50 === 0) await wait(1);
    }
    await wait(50);
    assert.deepEqual(answers, []);
    assert.ok(backend.counts.dropped > 1_000, `${backend.counts.dropped} dropped`);
    assert.equal(backend.inflight, 1, 'and the job still waits');
    server.send(good, from.port, '127.0.0.1');
    for (let i = 0; i < 100 && answers.length === 0; i++) await wait(5);
    assert.equal(answers.length, 1);
  });

  test('a datagram of anybody else does not even arrive', async (t) => {
    const server = createSocket('udp4');
    const stranger: Socket = createSocket('udp4');
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const answers: BackendAnswer[] = [];
    const { port } = server.address();
    const backend = openBackend({
      settings: { name: 'b', kind: 'coap', address: '127.0.0.1', port, timeoutMs: 60_000, inflightMax: 10 },
      clock: systemClock,
      entropy: lcg(5),
      sink: (_now, _job, answer) => answers.push(answer),
      changed: () => {},
    });
    t.after(() => {
      backend.close();
      server.close();
      stranger.close();
    });
    backend.forward(systemClock.now(), 1 as JobId, request);
    const [datagram, from] = (await once(server, 'message')) as [Buffer, { port: number }];
    const message = decode(datagram) as Message;
    const answer = encode({ ...message, type: 'ACK', code: CODE.CONTENT, options: [], payload: EMPTY });
    for (let i = 0; i < 10; i++) stranger.send(answer, from.port, '127.0.0.1');
    await wait(50);
    assert.deepEqual(answers, []);
    assert.equal(backend.counts.dropped, 0, 'the kernel keeps it out: the socket is connected');
  });
});

describe('P14: a backend that does not answer', () => {
  test('fills its own share and nobody else’s', () => {
    const relay = new Relay({
      routes: compileRoutes([
        { name: 'slow', path: '/slow/*', backend: 'slow', rewrite: '/*' },
        { name: 'good', path: '/good/*', backend: 'good', rewrite: '/*' },
      ]) as RouteTable,
      gate: compileGate(compileRights([{ devices: ['*'], routes: ['*'], actions: ['*'] }]), []),
      backends: [
        { name: 'slow', inflightMax: 5 },
        { name: 'good', inflightMax: 5 },
      ],
      limits: {
        jobsMax: 100,
        jobsPerCallerMax: 100,
        requestsPerSecond: 1_000,
        requestBurst: 1_000,
        principalsMax: 10,
      },
      idPrefix: '',
    });
    const principal = { kind: 'device', name: 'd', actor: 'd', user: 'u' } as unknown as Principal;
    const caller: Caller = { connection: 1, principal, jobs: 0 };
    const trust = new Trust(emptySnapshot(), wallTime(0));
    let exchange = 0;
    const ask = (to: string): string => {
      const options = [to, 'x'].map((segment) => ({ number: 11, value: utf8(segment) }));
      const asking = { code: CODE.GET, options, payload: EMPTY, confirmable: true };
      const asked = relay.ask(0 as never, caller, ++exchange as never, asking, trust);
      return asked.kind === 'refused' ? codeName(asked.response.code) : asked.kind;
    };
    for (let i = 0; i < 5; i++) assert.equal(ask('slow'), 'forward');
    assert.equal(ask('slow'), '5.03');
    for (let i = 0; i < 5; i++) assert.equal(ask('good'), 'forward');
    for (let id = 1; id <= 5; id++) {
      const completed = relay.complete(id as JobId, { kind: 'failed', reason: 'timeout' });
      assert.equal(completed && codeName(completed.response.code), '5.04');
    }
    assert.equal(ask('slow'), 'forward', 'and its share is free again');
  });
});

/** A linear congruential generator of uint32. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
