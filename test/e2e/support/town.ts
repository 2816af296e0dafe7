/** A town behind the real gateway, with libcoap's client as the devices: a lock, a platform, and whoever is let in. */
import assert from 'node:assert/strict';
import { type Backend, startBackend } from '../../interop/support/backend.ts';
import type { Peer } from '../../support/peers.ts';
import { run } from '../../support/process.ts';
import { furnish, type Gateway, startGateway } from './gateway.ts';

export interface Relationship {
  readonly id: string;
}

type Body = Readonly<Record<string, unknown>>;

/** Somebody who asks with a token of his own. */
export interface Citizen {
  readonly token: string;
  post(path: string, body?: object): Promise<Body>;
  /** Status and code of a refusal. */
  refused(path: string, body?: object): Promise<[status: number, code: string]>;
  get(path: string): Promise<Body>;
}

/** A gateway without any configured right; what the lock has lies behind /door, what the platform has behind /acme. */
export async function foundTown(peer: Peer): Promise<Town> {
  const door = await startBackend({ '/state': 'locked', '/firmware': 'v7', '/in': 'taken' });
  const url = `coap://127.0.0.1:${door.port}`;
  const place = await furnish('relationships', {
    backends: { acme: { url }, lock: { url, actor: 'device/lock' } },
    routes: [
      { name: 'acme', path: '/acme/*', backend: 'acme' },
      { name: 'door', path: '/door/*', backend: 'lock' },
    ],
    rights: [],
  });
  const town = new Town(await startGateway(place), door, peer);
  for (const name of ['ann', 'bob', 'carl', 'dan', 'guest', 'fay', 'gil', 'hal']) await town.user(name);
  await town.post('/v1/actors', { kind: 'platform', name: 'acme' });
  await town.device('lock', 'ann');
  return town;
}

export class Town {
  readonly gateway: Gateway;
  readonly door: Backend;
  readonly #peer: Peer;

  constructor(gateway: Gateway, door: Backend, peer: Peer) {
    this.gateway = gateway;
    this.door = door;
    this.#peer = peer;
  }

  async post(path: string, body: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.gateway.admin(path, { method: 'POST', body });
    assert.ok(answer.status < 300, `${path} ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Whoever acts for himself from here on. */
  async citizen(actor: string): Promise<Citizen> {
    const { token } = await this.post('/v1/credentials', { actor, kind: 'token' });
    const ask = async (path: string, body?: object): Promise<{ status: number; body: Body }> => {
      const response = await fetch(`${this.gateway.adminUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Body };
    };
    const done = async (path: string, asked?: object): Promise<Body> => {
      const { status, body } = await ask(path, asked);
      assert.ok(status < 300, `${actor}: ${path} ${status} ${JSON.stringify(body)}`);
      return body;
    };
    return {
      token: String(token),
      get: (path) => done(path),
      post: (path, body = {}) => done(path, body),
      refused: async (path, asked = {}) => {
        const { status, body } = await ask(path, asked);
        assert.ok(status >= 400, `${actor}: ${path} ${status} was not refused`);
        return [status, String(body['code'])];
      },
    };
  }

  async user(name: string): Promise<void> {
    await this.post('/v1/actors', { kind: 'user', name });
  }

  async device(name: string, owner: string): Promise<void> {
    await this.post('/v1/actors', { kind: 'device', name, owner, credential: this.psk(name) });
  }

  /** The libcoap client takes keys as text. */
  psk(name: string) {
    return { kind: 'psk', identity: name, keyHex: Buffer.from(keyOf(name)).toString('hex') } as const;
  }

  access(name: string) {
    const { identity, keyHex } = this.psk(name);
    return { id: '', credential: '', identity, keyHex };
  }

  async trusts(trustor: string, trustee: string, grant: string, over: object = {}): Promise<Relationship> {
    const body = { trustor, trustee, ...termsOf(grant), ...over };
    return { id: String((await this.post('/v1/relationships', body))['id']) };
  }

  async introduce(
    introducer: string,
    trustor: string,
    trustee: string,
    grant: string,
    over: object = {},
  ): Promise<Relationship> {
    const body = { introducer, trustor, trustee, ...termsOf(grant), ...over };
    return { id: String((await this.post('/v1/introductions', body))['id']) };
  }

  revoke(id: string): Promise<Readonly<Record<string, unknown>>> {
    return this.post(`/v1/relationships/${id}/revoke`);
  }

  /** 1: lock trusts B; 2: B trusts C; 3: C trusts D; 4: lock trusts C, by B; 5: lock trusts D, by C. */
  async picture(suffix: string) {
    const [b, c, d] = [`b-${suffix}`, `c-${suffix}`, `d-${suffix}`];
    for (const name of [b, c, d]) await this.user(name);
    await this.device(`${c}-phone`, c);
    await this.device(`${d}-phone`, d);
    const all = 'read=d/lock/*';
    await this.trusts('device/lock', `user/${b}`, all, { introduce: 2 });
    const two = await this.trusts(`user/${b}`, `user/${c}`, all, { introduce: 2 });
    await this.trusts(`user/${c}`, `user/${d}`, all, { introduce: 2 });
    const four = await this.introduce(`user/${b}`, 'device/lock', `user/${c}`, all, { introduce: 1 });
    await this.introduce(`user/${c}`, 'device/lock', `user/${d}`, all);
    return { two: two.id, four: four.id, names: { four: `${c}-phone`, five: `${d}-phone`, fourUser: c } };
  }

  /** The payload, or the code of an error. */
  async get(device: string, path: string): Promise<string> {
    const uri = `coaps://127.0.0.1:${this.gateway.coapsPort}${path}`;
    const args = ['-v', '0', '-B', '4', '-m', 'get', '-u', device, '-k', keyOf(device), uri];
    const { stdout, stderr } = await run(this.#peer.command, args, { timeoutMs: 10_000 });
    return /^([45]\.\d\d)/m.exec(stderr)?.[1] ?? stdout.trim();
  }
}

const keyOf = (name: string): string => `key-of-${name}`.padEnd(16, '!').slice(0, 32);

/** `read=d/lock/*` */
export function termsOf(grant: string): object {
  const [action, resource] = grant.split('=');
  return { scope: [{ actions: [action], resources: [resource] }], level: 'view' };
}
