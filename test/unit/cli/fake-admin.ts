/** An admin interface in a few lines, behind a `fetch` of its own: no socket. */
import assert from 'node:assert/strict';

export interface FakeAdmin {
  /** `METHOD path?query` of every request, in order. */
  readonly asked: string[];
  readonly bodies: unknown[];
  readonly fetch: typeof fetch;
  readonly env: { readonly POSTERN_URL: string; readonly POSTERN_TOKEN: string };
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export type Answers = (method: string, url: URL, body: unknown) => Reply | undefined;

/** Serves `answers`; what they leave undefined is 404. */
export function fakeAdmin(answers: Answers): FakeAdmin {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const serve: typeof fetch = async (input, init) => {
    assert.ok(typeof input === 'string');
    const url = new URL(input);
    const method = init?.method ?? 'GET';
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    asked.push(`${method} ${url.pathname}${url.search}`);
    if (body !== undefined) bodies.push(body);
    const authorized = new Headers(init?.headers).get('authorization') === 'Bearer good-token';
    const { status, body: replied } = authorized ? (answers(method, url, body) ?? MISSING) : REFUSED;
    return new Response(replied === undefined ? null : JSON.stringify(replied), { status });
  };
  return { asked, bodies, fetch: serve, env: ENV };
}

/** A machine on which nobody listens. */
export const nobodyThere: FakeAdmin = {
  asked: [],
  bodies: [],
  fetch: async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    throw new TypeError('fetch failed', { cause });
  },
  env: { POSTERN_URL: 'http://127.0.0.1:8080', POSTERN_TOKEN: 'good-token' },
};

const ENV = { POSTERN_URL: 'http://gateway.test', POSTERN_TOKEN: 'good-token' };
const MISSING = { status: 404, body: { code: 'not-found', detail: 'there is nothing at this address' } };
const REFUSED = {
  status: 401,
  body: { code: 'token-wrong', detail: 'the admin token is not the one of this gateway' },
};
