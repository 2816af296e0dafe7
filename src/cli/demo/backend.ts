/**
 * The demo's backend: a plain CoAP server on node-coap, in a process of its own, so that nothing it does can disturb
 * the gateway. It ends with the process that forked it.
 */
import { createServer, type IncomingMessage, type OutgoingMessage, type Server } from 'coap';
import { CommandFault, EXIT, sentenceOf } from '../fault.ts';

/** The first message to the parent. */
export interface BackendReady {
  readonly port: number;
}

interface Reply {
  readonly code: string;
  readonly payload?: string | Uint8Array;
  readonly format?: string;
}

type Resource = (request: IncomingMessage) => Reply;

export interface DemoBackend {
  readonly port: number;
  /** How many requests came for each path. */
  readonly counts: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Serves on `port` of 127.0.0.1; 0 takes any free one. */
export async function startDemoBackend(port: number): Promise<DemoBackend> {
  const counts = new Map<string, number>();
  const resources = demoResources(counts);
  const server = createServer({ type: 'udp4' }, (request: IncomingMessage, response: OutgoingMessage) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const resource = resources[path];
    count(counts, resource === undefined ? 'unknown' : path);
    reply(response, resource === undefined ? { code: '4.04' } : resource(request));
  });
  await listen(server, port);
  return {
    port: portOf(server),
    counts,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** The child process: serves until the parent is gone. */
export async function runDemoBackend(): Promise<void> {
  if (process.send === undefined) {
    throw new CommandFault(EXIT.usage, 'demo-backend is a part of: postern serve --demo');
  }
  // Ctrl-C reaches the whole process group; the backend stays until the gateway has drained.
  process.on('SIGINT', () => undefined);
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  process.once('disconnect', resolve);
  const backend = await startDemoBackend(0);
  process.send({ port: backend.port } satisfies BackendReady);
  await gone;
}

function demoResources(counts: ReadonlyMap<string, number>): Readonly<Record<string, Resource>> {
  return {
    '/hello': ({ method }) => (method === 'GET' ? text('hello from the demo backend') : { code: '4.05' }),
    '/temperature': ({ method }) =>
      method === 'GET' ? json({ celsius: temperature(Date.now()) }) : { code: '4.05' },
    '/echo': ({ method, payload, headers }) => {
      if (method === 'GET') return text('send me something with PUT or POST');
      const format = headers['Content-Format'];
      const echoed = { code: '2.04', payload };
      return typeof format === 'string' ? { ...echoed, format } : echoed;
    },
    '/vault/gold': () => text('gold: the gateway let somebody in who had no right'),
    '/requests': () => json(Object.fromEntries(counts)),
  };
}

const text = (payload: string): Reply => ({ code: '2.05', payload, format: 'text/plain' });
const json = (value: unknown): Reply => ({
  code: '2.05',
  payload: JSON.stringify(value),
  format: 'application/json',
});

function reply(response: OutgoingMessage, { code, payload, format }: Reply): void {
  response.code = code;
  if (format !== undefined) response.setOption('Content-Format', format);
  response.end(payload === undefined ? undefined : Buffer.from(payload));
}

function count(counts: Map<string, number>, path: string): void {
  counts.set(path, (counts.get(path) ?? 0) + 1);
}

/** Warm at one end of ten minutes, cool at the other; `now` in milliseconds. */
function temperature(now: number): number {
  return Number((21 + 2 * Math.sin((now / PERIOD_MS) * 2 * Math.PI)).toFixed(2));
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.on('error', reject);
  server.listen(port, '127.0.0.1', (error?: Error) => (error ? reject(error) : resolve()));
  try {
    await promise;
  } catch (thrown) {
    throw new CommandFault(EXIT.unavailable, `the demo backend cannot listen: ${sentenceOf(thrown)}`);
  }
}

function portOf(server: Server): number {
  const socket = server._sock;
  if (socket !== null && 'address' in socket) return socket.address().port;
  throw new CommandFault(EXIT.failure, 'the demo backend has no socket');
}

const PERIOD_MS = 600_000;
