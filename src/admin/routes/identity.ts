/** /v1/gateway: what devices know this gateway by, so that they can pin it. */
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { emptyQuery, identitySchema, problems } from '../schemas.ts';

export function addIdentityRoutes(app: AdminApp, gateway: Gateway): void {
  app.get(
    '/gateway',
    {
      schema: {
        summary: "The gateway's own public key",
        tags: ['configuration'],
        querystring: emptyQuery,
        response: { 200: identitySchema, ...problems },
      },
    },
    () => ({ ...gateway.identity, certificates: [...gateway.identity.certificates] }),
  );
}
