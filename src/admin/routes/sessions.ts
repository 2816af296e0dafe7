/** /v1/sessions: who is connected right now. */
import Type from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { agentOf } from '../auth.ts';
import { sendProblem } from '../problem.ts';
import { pageRequest } from '../request.ts';
import {
  emptyQuery,
  idParams,
  pageQuery,
  pageSchema,
  problems,
  querySchema,
  sessionSchema,
} from '../schemas.ts';

export function addSessionRoutes(app: AdminApp, gateway: Gateway): void {
  const tags = ['sessions'];
  app.get(
    '/sessions',
    {
      schema: {
        summary: 'List sessions, the oldest first',
        tags,
        querystring: querySchema({ ...pageQuery, principal: Type.Optional(Type.String({ maxLength: 128 })) }),
        response: { 200: pageSchema(sessionSchema), ...problems },
      },
    },
    async (request, reply) => {
      const { principal, ...paging } = request.query;
      const page = await gateway.sessions(principal ?? null, pageRequest(paging), agentOf(request));
      if (page === undefined) return await sendProblem(reply, 'cursor-invalid');
      return { items: [...page.items], next: page.next };
    },
  );

  app.delete(
    '/sessions/:id',
    {
      schema: {
        summary: 'Close a session; the device may connect again',
        tags,
        params: idParams,
        querystring: emptyQuery,
        response: { 200: Type.Object({ id: Type.String() }), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (await gateway.closeSession(id, agentOf(request))) return { id };
      return await sendProblem(reply, 'session-unknown');
    },
  );
}
