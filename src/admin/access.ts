/** Access: which route is for whom, in one table. A route without a row is a bug that shows at the start. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { assert } from '../base/index.ts';
import type { AdminApp } from './app.ts';
import { agentOf } from './auth.ts';
import { sendProblem } from './problem.ts';

/**
 * `operator`: nobody else. `actors`: they too, each for itself: it sees what concerns it and does what the trust core
 * lets it; of what does not concern it, it hears what it would if that were not there.
 */
export type Access = 'operator' | 'actors';

/** Every route behind the token. */
export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /v1/actors': 'actors',
  'POST /v1/actors': 'operator',
  'GET /v1/actors/:id': 'actors',
  'DELETE /v1/actors/:id': 'operator',
  'POST /v1/actors/:id/suspend': 'operator',
  'POST /v1/actors/:id/resume': 'operator',
  'POST /v1/actors/:id/release': 'actors',
  'POST /v1/actors/:id/transfer': 'operator',
  'POST /v1/actors/:id/reset': 'actors',
  'POST /v1/actors/:id/claim-code': 'operator',
  'PUT /v1/actors/:id/reset-proof': 'operator',
  'POST /v1/devices/batch': 'operator',
  'GET /v1/credentials': 'actors',
  'POST /v1/credentials': 'actors',
  'GET /v1/credentials/:id': 'actors',
  'POST /v1/credentials/:id/rotate': 'actors',
  'POST /v1/credentials/:id/suspend': 'actors',
  'POST /v1/credentials/:id/resume': 'actors',
  'DELETE /v1/credentials/:id': 'actors',
  'GET /v1/relationships': 'actors',
  'POST /v1/relationships': 'actors',
  'GET /v1/relationships/:id': 'actors',
  'POST /v1/relationships/:id/suspend': 'actors',
  'POST /v1/relationships/:id/resume': 'actors',
  'POST /v1/relationships/:id/preview-revocation': 'actors',
  'POST /v1/relationships/:id/revoke': 'actors',
  'POST /v1/introductions': 'actors',
  'POST /v1/claims': 'actors',
  'GET /v1/claim-window': 'operator',
  'PUT /v1/claim-window': 'operator',
  'DELETE /v1/claim-window': 'operator',
  'GET /v1/sessions': 'actors',
  'DELETE /v1/sessions/:id': 'actors',
  'GET /v1/audit': 'operator',
  'GET /v1/audit/verify': 'operator',
  'GET /v1/gateway': 'actors',
  'GET /v1/authorities': 'operator',
  'POST /v1/authorities/reload': 'operator',
  'GET /v1/backends': 'operator',
  'GET /v1/routes': 'operator',
};

/** Sees to it that every route which is added from here on has a row, and that the row is kept to. */
export function guardRoutes(app: AdminApp): void {
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of Array.isArray(method) ? method : [method]) {
      assert(accessOf(each, url) !== undefined, 'every route says for whom it is: access.ts');
    }
  });
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (agentOf(request).kind === 'operator') return undefined;
    if (accessOf(request.method, request.routeOptions.url ?? '') === 'actors') return undefined;
    return await sendProblem(reply, 'operator-only');
  });
}

/** Whoever may read may ask whether there is something to read. */
export function accessOf(method: string, url: string): Access | undefined {
  return ACCESS[`${method === 'HEAD' ? 'GET' : method} ${url}`];
}
