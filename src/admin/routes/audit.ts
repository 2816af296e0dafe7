/** /v1/audit: the log, which is hash-chained. */
import Type from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { emptyQuery, problems, querySchema } from '../schemas.ts';
import { auditSchema } from '../trust-schemas.ts';

export function addAuditRoutes(app: AdminApp, gateway: Gateway): void {
  const tags = ['audit'];
  const querystring = querySchema({
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'Revision to go on after.' })),
    limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: 'Entries at most.' })),
  });
  app.get(
    '/audit',
    {
      schema: {
        summary: 'Who changed what, the oldest first; keys and codes are left out',
        tags,
        querystring,
        response: {
          200: Type.Object({
            items: Type.Array(auditSchema),
            next: Type.Union([Type.Integer({ description: '`after` of the next page.' }), Type.Null()]),
          }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const limit = Number(request.query.limit ?? LIMIT_DEFAULT);
      const { items, next } = await gateway.trust.audit(Number(request.query.after ?? 0), limit);
      return await reply.send({ items: items as never[], next });
    },
  );

  app.get(
    '/audit/verify',
    {
      schema: {
        summary: 'Read the whole log and check every link of its chain of hashes',
        tags,
        querystring: emptyQuery,
        response: {
          200: Type.Object({ revision: Type.Integer(), entries: Type.Integer() }),
          ...problems,
        },
      },
    },
    () => gateway.trust.verify(),
  );
}

const LIMIT_DEFAULT = 100;
