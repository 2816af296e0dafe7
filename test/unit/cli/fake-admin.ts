/** An admin interface in a few lines: actors and sessions in memory, problems as the real one words them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface FakeAdmin extends AsyncDisposable {
  readonly url: string;
  /** `METHOD path?query` of every request, in order. */
  readonly asked: string[];
  readonly bodies: unknown[];
  readonly env: { readonly POSTERN_URL: string; readonly POSTERN_TOKEN: string };
}

type Reply = { readonly status: number; readonly body?: unknown };
export type Answers = (method: string, url: URL, body: unknown) => Reply | undefined;

/** Serves `answers`; what they leave undefined is 404. */
export async function fakeAdmin(answers: Answers): Promise<FakeAdmin> {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body: unknown = request.method === 'POST' ? await json(request) : undefined;
    asked.push(`${request.method} ${request.url}`);
    if (body !== undefined) bodies.push(body);
    const authorized = request.headers.authorization === 'Bearer good-token';
    const { status, body: replied } = authorized
      ? (answers(request.method ?? '', new URL(request.url ?? '/', 'http://x'), body) ?? MISSING)
      : REFUSED;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(replied === undefined ? '' : JSON.stringify(replied));
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    bodies,
    env: { POSTERN_URL: url, POSTERN_TOKEN: 'good-token' },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => void server.close(closed));
    },
  };
}

const MISSING = { status: 404, body: { code: 'not-found', detail: 'there is nothing at this address' } };
const REFUSED = {
  status: 401,
  body: { code: 'token-wrong', detail: 'the admin token is not the one of this gateway' },
};
