/** /v1/backends and /v1/routes: what the configuration says, to look at. */
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { backendSchema, emptyQuery, pageSchema, problems, routeSchema } from '../schemas.ts';

export function addWiringRoutes(app: AdminApp, gateway: Gateway): void {
  const tags = ['configuration'];
  app.get(
    '/backends',
    {
      schema: {
        summary: 'Where requests go',
        tags,
        querystring: emptyQuery,
        response: { 200: pageSchema(backendSchema), ...problems },
      },
    },
    () => ({
      items: gateway.backends.map(({ name, kind, address, port, security, timeoutMs, inflightMax }) => ({
        id: name,
        name,
        kind,
        url: `coap${security === undefined ? '' : 's'}://${address.includes(':') ? `[${address}]` : address}:${port}`,
        timeout_s: timeoutMs / 1_000,
        inflight_max: inflightMax,
      })),
      next: null,
    }),
  );

  app.get(
    '/routes',
    {
      schema: {
        summary: 'Which request path leads to which backend',
        tags,
        querystring: emptyQuery,
        response: { 200: pageSchema(routeSchema), ...problems },
      },
    },
    () => ({ items: gateway.routes.map((route) => ({ id: route.name, ...route })), next: null }),
  );
}
