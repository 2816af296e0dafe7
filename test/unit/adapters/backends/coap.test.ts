import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openBackend } from '../../../../src/adapters/backends/index.ts';
import { systemClock } from '../../../../src/adapters/clock/index.ts';
import { EMPTY, fromUtf8, utf8 } from '../../../../src/base/index.ts';
import {
  CODE,
  type CoapOption,
  decode,
  encode,
  getOptions,
  type Message,
  OPTION,
  optionsOf,
} from '../../../../src/coap/index.ts';
import type {
  Backend,
  BackendAnswer,
  BackendSettings,
  JobId,
  RelayedRequest,
} from '../../../../src/daemon/ports/index.ts';

type Answering = (request: Message, from: RemoteInfo, server: Socket) => void;

interface Rig {
  readonly backend: Backend;
  readonly server: Socket;
  readonly answers: Map<JobId, BackendAnswer>;
  readonly changes: string[];
}

/** A backend whose server does what the test says. */
async function rig(t: TestContext, answering: Answering, over: Partial<BackendSettings> = {}): Promise<Rig> {
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (datagram, from) => {
    const message = decode(datagram);
    assert.ok(typeof message !== 'string');
    answering(message, from, server);
  });
  const answers = new Map<JobId, BackendAnswer>();
  const changes: string[] = [];
  let random = 1;
  const backend = openBackend({
    settings: {
      name: 'demo',
      kind: 'coap',
      address: '127.0.0.1',
      port: server.address().port,
      timeoutMs: 200,
      inflightMax: 100,
      ...over,
    },
    clock: systemClock,
    entropy: () => (random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0),
    sink: (_now, job, answer) => {
      assert.equal(answers.has(job), false, 'a job is answered once');
      answers.set(job, answer);
    },
    changed: (reachable, code) => changes.push(`${reachable} ${code}`),
  });
  const alarm = setInterval(() => backend.timeout(systemClock.now()), 10);
  t.after(() => {
    clearInterval(alarm);
    backend.close();
    server.close();
  });
  return { backend, server, answers, changes };
}

const echo: Answering = (request, from, server) => {
  const path = getOptions(request.options, OPTION.URI_PATH).map((segment) => fromUtf8(segment));
  const options = optionsOf([OPTION.CONTENT_FORMAT, 0]);
  server.send(
    encode(reply(request, { options, payload: utf8(`/${path.join('/')}`) })),
    from.port,
    from.address,
  );
};

function reply(request: Message, over: Partial<Message> = {}): Message {
  const { messageId, token } = request;
  return { type: 'ACK', code: CODE.CONTENT, messageId, token, options: [], payload: EMPTY, ...over };
}

function request(
  path: string,
  over: Partial<RelayedRequest> & { options?: CoapOption[] } = {},
): RelayedRequest {
  return {
    principal: {} as never,
    action: 'read',
    resource: { route: 'r', backend: 'demo', segments: path.split('/').slice(1).map(utf8) },
    method: CODE.GET,
    options: optionsOf([OPTION.URI_QUERY, 'q=1'], [OPTION.HOP_LIMIT, 16]),
    payload: EMPTY,
    connection: 1,
    ...over,
  };
}

const job = (n: number): JobId => n as JobId;
const kindOf = (answer: BackendAnswer | undefined): string =>
  answer === undefined ? 'none' : answer.kind === 'failed' ? answer.reason : 'response';

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !condition(); i++) await wait(5);
  assert.ok(condition(), 'in time');
}

describe('a CoAP backend', () => {
  test('gets path, options in order and payload, and its answer comes back', async (t) => {
    const seen: Message[] = [];
    const { backend, answers } = await rig(t, (message, from, server) => {
      seen.push(message);
      echo(message, from, server);
    });
    const options = optionsOf([OPTION.IF_MATCH, Uint8Array.of(1)], [OPTION.ACCEPT, 50]);
    const put = request('/a/b', { method: CODE.PUT, options, payload: utf8('body') });
    assert.equal(backend.forward(systemClock.now(), job(1), put), undefined);
    await until(() => answers.size === 1);
    const [message] = seen;
    assert.equal(message?.type, 'CON');
    assert.equal(message?.code, CODE.PUT);
    assert.deepEqual(
      message?.options.map(({ number }) => number),
      [OPTION.IF_MATCH, OPTION.URI_PATH, OPTION.URI_PATH, OPTION.ACCEPT],
    );
    assert.equal(fromUtf8(message?.payload ?? EMPTY), 'body');
    const answer = answers.get(job(1));
    assert.ok(answer?.kind === 'response');
    assert.equal(fromUtf8(answer.response.payload), '/a/b');
    assert.deepEqual(answer.response.options, optionsOf([OPTION.CONTENT_FORMAT, 0]));
    assert.equal(backend.inflight, 0);
  });

  test('many at once get each its own answer', async (t) => {
    const waiting: [Message, RemoteInfo][] = [];
    const { backend, answers, server } = await rig(t, (message, from) => waiting.push([message, from]));
    for (let i = 0; i < 50; i++) backend.forward(systemClock.now(), job(i), request(`/n/${i}`));
    await until(() => waiting.length === 50);
    for (const [message, from] of waiting.toReversed()) echo(message, from, server);
    await until(() => answers.size === 50);
    for (const [id, answer] of answers) {
      assert.ok(answer.kind === 'response');
      assert.equal(fromUtf8(answer.response.payload), `/n/${id}`);
    }
  });

  test('that is silent costs the time limit, and no more', async (t) => {
    const { backend, answers } = await rig(t, () => {});
    const begun = performance.now();
    backend.forward(systemClock.now(), job(1), request('/x'));
    await until(() => answers.size === 1);
    assert.equal(kindOf(answers.get(job(1))), 'timeout');
    assert.ok(performance.now() - begun >= 195);
    assert.equal(backend.inflight, 0);
  });

  test('whose port is closed fails at once, and is used again when it is back', async (t) => {
    const { backend, answers, server, changes } = await rig(t, echo, { timeoutMs: 60_000 });
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    for (let i = 0; i < 3; i++) backend.forward(systemClock.now(), job(i), request('/x'));
    await until(() => answers.size === 3);
    assert.deepEqual([...answers.values()].map(kindOf), ['unreachable', 'unreachable', 'unreachable']);
    assert.deepEqual(changes, ['false ECONNREFUSED']);
    assert.ok(backend.counts.errors >= 1);

    const revived = createSocket('udp4');
    t.after(() => revived.close());
    revived.on('message', (datagram, from) => echo(decode(datagram) as Message, from, revived));
    revived.bind(port, '127.0.0.1');
    await once(revived, 'listening');
    backend.forward(systemClock.now(), job(9), request('/back'));
    await until(() => answers.size === 4);
    assert.equal(kindOf(answers.get(job(9))), 'response');
    assert.deepEqual(changes, ['false ECONNREFUSED', 'true ']);
    t.mock.method(server, 'close', () => server); // closed already
  });

  test('may be named; a name that leads nowhere is unreachable, not an error', async (t) => {
    const { backend, answers } = await rig(t, echo, { address: 'localhost' });
    const forwarded = (): boolean => {
      backend.forward(systemClock.now(), job(performance.now()), request('/x'));
      return [...answers.values()].some((answer) => kindOf(answer) === 'response');
    };
    await until(forwarded);

    const nowhere = await rig(t, echo, { address: 'nowhere.invalid' });
    await until(() => nowhere.changes.length === 1);
    assert.equal(kindOf(nowhere.backend.forward(systemClock.now(), job(1), request('/x'))), 'unreachable');
  });

  test('that resets or answers nonsense has answered badly', async (t) => {
    const { backend, answers } = await rig(t, (message, from, server) => {
      const rst = { type: 'RST', code: CODE.EMPTY, token: EMPTY } as const;
      server.send(encode(reply(message, rst)), from.port, from.address);
    });
    backend.forward(systemClock.now(), job(1), request('/x'));
    await until(() => answers.size === 1);
    assert.equal(kindOf(answers.get(job(1))), 'bad-answer');
  });

  test('is not answered for by anybody else', async (t) => {
    const waiting: [Message, RemoteInfo][] = [];
    const { backend, answers, server } = await rig(t, (message, from) => waiting.push([message, from]));
    backend.forward(systemClock.now(), job(1), request('/x'));
    await until(() => waiting.length === 1);
    const stranger = createSocket('udp4');
    const [[message, from]] = waiting as [[Message, RemoteInfo]];
    echo(message, { ...from, address: '127.0.0.1' }, stranger);
    const wrongToken = { ...message, token: message.token.toReversed() };
    echo(wrongToken, from, server);
    await wait(50);
    assert.equal(answers.size, 0);
    assert.equal(backend.counts.dropped, 1, 'the wrong token; the stranger did not even get in');
    echo(message, from, server);
    await until(() => answers.size === 1);
    stranger.close();
  });

  test('answers larger than the limit are refused, and requests of it ignored', async (t) => {
    const { backend, answers } = await rig(t, (message, from, server) => {
      if (message.type !== 'CON') return;
      const asking = { type: 'NON', code: CODE.GET } as const;
      server.send(encode(reply(message, asking)), from.port, from.address);
      server.send(encode(reply(message, { payload: new Uint8Array(9_000) })), from.port, from.address);
    });
    backend.forward(systemClock.now(), job(1), request('/x'));
    await until(() => answers.size === 1);
    assert.equal(kindOf(answers.get(job(1))), 'bad-answer');
    assert.equal(backend.counts.dropped, 2);
  });

  test('an abandoned job is not answered', async (t) => {
    const waiting: [Message, RemoteInfo][] = [];
    const { backend, answers, server } = await rig(t, (message, from) => waiting.push([message, from]));
    backend.forward(systemClock.now(), job(1), request('/x'));
    backend.forward(systemClock.now(), job(2), request('/y'));
    await until(() => waiting.length === 2);
    backend.abandon(systemClock.now(), job(1));
    assert.equal(backend.inflight, 1);
    for (const [message, from] of waiting) echo(message, from, server);
    await until(() => answers.size === 1);
    await wait(20);
    assert.deepEqual([...answers.keys()], [job(2)]);
  });

  test('takes no more than its limit', async (t) => {
    const { backend } = await rig(t, () => {}, { inflightMax: 2 });
    const now = systemClock.now();
    assert.equal(backend.forward(now, job(1), request('/x')), undefined);
    assert.equal(backend.forward(now, job(2), request('/x')), undefined);
    assert.equal(kindOf(backend.forward(now, job(3), request('/x'))), 'overloaded');
  });

  test('each block-wise upload has a port of its own, from its first block to its last', async (t) => {
    const ports: string[] = [];
    const { backend, answers } = await rig(t, (message, from, server) => {
      ports.push(`${fromUtf8(message.payload)}:${from.port}`);
      server.send(encode(reply(message, { code: CODE.CONTINUE })), from.port, from.address);
    });
    const block = (number: number, more: boolean): number => (number << 4) | (more ? 8 : 0) | 2;
    let n = 0;
    const send = async (
      connection: number,
      payload: string,
      number?: number,
      more = false,
    ): Promise<void> => {
      const options = number === undefined ? [] : optionsOf([OPTION.BLOCK1, block(number, more)]);
      const upload = { method: CODE.PUT, options, payload: utf8(payload), connection };
      backend.forward(systemClock.now(), job(++n), request('/same', upload));
      await until(() => answers.size === n);
    };
    await send(1, 'a', 0, true);
    await send(2, 'b', 0, true);
    await send(3, 'c');
    await send(1, 'a', 1, true);
    await send(2, 'b', 1, false);
    await send(1, 'a', 2, false);
    const portsOf = (payload: string): Set<string> =>
      new Set(ports.filter((entry) => entry.startsWith(payload)).map((entry) => entry.slice(2)));
    assert.equal(portsOf('a').size, 1);
    assert.equal(portsOf('b').size, 1);
    assert.deepEqual(
      [...portsOf('a')].filter((port) => portsOf('b').has(port)),
      [],
    );
    assert.deepEqual(
      [...portsOf('a')].filter((port) => portsOf('c').has(port)),
      [],
    );
    assert.deepEqual(
      [...portsOf('b')].filter((port) => portsOf('c').has(port)),
      [],
    );
  });
});

test('a group is not a backend', () => {
  for (const address of ['224.0.1.187', '255.255.255.255', '0.0.0.0', 'ff02::fd', 'FF05::1', '::']) {
    const settings = { name: 'x', kind: 'coap', address, port: 1, timeoutMs: 1, inflightMax: 1 } as const;
    const options = { settings, clock: systemClock, entropy: () => 1, sink: () => {}, changed: () => {} };
    assert.throws(() => openBackend(options), { code: 'PN_BACKEND_ADDRESS' }, address);
  }
});
