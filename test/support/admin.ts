/** The admin interface over a control plane with fake shards; requests are injected, nothing listens. */
import { Readable } from 'node:stream';
import type { LightMyRequestResponse } from 'fastify';
import { buildApp } from '../../src/admin/index.ts';
import { openMetrics, sumCounters } from '../../src/adapters/telemetry/index.ts';
import { tokenDigest, tokenMatches } from '../../src/crypto/index.ts';
import { CONTROL_METRICS, METRICS } from '../../src/daemon/ports/index.ts';
import { type ControlPlane, type ControlPlaneOptions, controlPlane } from './control.ts';

export const TOKEN = 'a-token-that-only-the-operator-has';

/** One for all tests of a process: it watches the process. */
const page = openMetrics();

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null`: none. */
  readonly token?: string | null;
  /** The address that it comes from: failures are counted by address. */
  readonly from?: string;
}

export interface AdminUnderTest extends ControlPlane {
  ask(url: string, asked?: Asked): Promise<LightMyRequestResponse>;
  /** Adds a user and gives its id. */
  addUser(name: string): Promise<string>;
  /** Adds a device of `ann`, who must exist, and gives what the interface answered. */
  addDevice(
    name: string,
  ): Promise<{ id: string; revision: number; credential: { id: string; keyHex: string } }>;
}

/** With its shards started. */
export async function adminUnderTest(
  options: ControlPlaneOptions = {},
  hosts: readonly string[] = [],
): Promise<AdminUnderTest> {
  const plane = await controlPlane(options);
  await plane.supervisor.start();
  const digest = tokenDigest(TOKEN);

  const app = await buildApp({
    gateway: plane.gateway,
    settings: { address: '127.0.0.1', port: 0, hosts },
    recognise: (token) => tokenMatches(token, digest),
    metrics: {
      contentType: page.contentType,
      text: async () => {
        const { shards, control } = await plane.gateway.counters();
        return await page.render([
          [METRICS, sumCounters(shards)],
          [CONTROL_METRICS, control],
        ]);
      },
    },
    log: plane.log,
    version: '0.0.0',
  });
  const ask = (
    url: string,
    { method, body, headers, token = TOKEN, from }: Asked = {},
  ): Promise<LightMyRequestResponse> =>
    app.inject({
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      url,
      ...(from === undefined ? {} : { remoteAddress: from }),
      headers: {
        host: '127.0.0.1:8080',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { payload: typeof body === 'string' || body instanceof Readable ? body : JSON.stringify(body) }),
    });
  const made = async (body: unknown): Promise<never> => {
    const response = await ask('/v1/actors', { body });
    if (response.statusCode !== 201) throw new Error(`${response.statusCode} ${response.body}`);
    return response.json<never>();
  };
  return {
    ...plane,
    ask,
    addUser: async (name) => (await made({ kind: 'user', name }))['id'],
    addDevice: (name) => made({ kind: 'device', name, owner: 'ann', credential: { kind: 'psk' } }),
  };
}

/** Status and code of a problem. */
export function problemOf(response: LightMyRequestResponse): [number, string] {
  const type = String(response.headers['content-type']);
  if (!type.startsWith('application/problem+json'))
    throw new Error(`${response.statusCode} ${type} ${response.body}`);
  return [response.statusCode, response.json<{ code: string }>().code];
}
