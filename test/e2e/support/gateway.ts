/** The real gateway process, and what one needs to talk to it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Backend, startBackend } from '../../interop/support/backend.ts';
import { type Child, start, temporaryDirectory } from '../../support/process.ts';

export const POSTERN = fileURLToPath(new URL('../../../bin/postern', import.meta.url));

export interface AdminAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

export interface Gateway {
  readonly child: Child;
  readonly state: string;
  readonly coapsPort: number;
  readonly adminPort: number;
  readonly adminUrl: string;
  admin(path: string, asked?: { readonly method?: string; readonly body?: unknown }): Promise<AdminAnswer>;
}

export interface Place {
  /** State directory; nothing is in it yet. */
  readonly state: string;
  /** A configuration with any free ports, whose backend counts requests. */
  readonly config: string;
  readonly backend: Backend;
}

/** A state directory, a backend, and a configuration that joins them: `/open/*` is allowed, `/closed/*` is not. */
export async function furnish(name: string, more: object = {}): Promise<Place> {
  const directory = temporaryDirectory(name);
  const hello = 'hello from behind';
  const backend = await startBackend({ '/hello': hello, '/slow': hello, '/gold': 'nobody gets this' });
  after(() => backend.close());
  const config = join(directory, 'postern.yaml');
  const settings = {
    listeners: [{ address: '127.0.0.1', port: 0 }],
    admin: { address: '127.0.0.1', port: 0 },
    backends: { own: { url: `coap://127.0.0.1:${backend.port}` } },
    routes: [
      { name: 'open', path: '/open/*', backend: 'own' },
      { name: 'closed', path: '/closed/*', backend: 'own' },
    ],
    rights: [{ devices: ['*'], routes: ['open'], actions: ['read'] }],
    shutdown_grace_s: 1,
    ...more,
  };
  writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
  return { state: join(directory, 'var'), config, backend };
}

/** Starts the gateway and waits for its ready line. */
export function startGateway(place: Place, ...flags: string[]): Promise<Gateway> {
  return startGatewayIn({}, place, ...flags);
}

/** The same, with more in its environment. */
export async function startGatewayIn(
  env: Readonly<Record<string, string>>,
  { state, config }: Place,
  ...flags: string[]
): Promise<Gateway> {
  const args = ['serve', '--config', config, ...flags];
  const child = start(POSTERN, args, { env: { ...env, POSTERN_STATE: state } });
  after(() => child.stop('SIGKILL'));
  const [, coaps, admin] = await child.waitFor(READY, 30_000);
  const token = readFileSync(join(state, 'admin.token'), 'utf8').trim();
  const adminUrl = `http://127.0.0.1:${admin}`;
  return {
    child,
    state,
    coapsPort: Number(coaps),
    adminPort: Number(admin),
    adminUrl,
    admin: async (path, { method, body } = {}) => {
      const response = await fetch(`${adminUrl}${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = text.startsWith('{') ? (JSON.parse(text) as AdminAnswer['body']) : { text };
      return { status: response.status, body: json, headers: response.headers };
    },
  };
}

export interface DeviceAccess {
  readonly id: string;
  readonly credential: string;
  readonly identity: string;
  readonly keyHex: string;
}

/** Adds a device of `ann`, who is added too if she is missing; the gateway makes the key. */
export async function addDevice(gateway: Gateway, name: string): Promise<DeviceAccess> {
  await gateway.admin('/v1/actors', { body: { kind: 'user', name: 'ann' } });
  const { status, body } = await gateway.admin('/v1/actors', {
    body: { kind: 'device', name, owner: 'ann', credential: { kind: 'psk' } },
  });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  const { id, credential } = body as {
    id: string;
    credential: { id: string; identity: string; keyHex: string };
  };
  return { id, credential: credential.id, identity: credential.identity, keyHex: credential.keyHex };
}

const READY = /^postern ready coaps=127\.0\.0\.1:(\d+) admin=127\.0\.0\.1:(\d+) pid=\d+$/m;
