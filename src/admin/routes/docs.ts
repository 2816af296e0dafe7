/**
 * /docs: the human page of the interface. It is large and rarely asked for, so it is loaded on the first request, into
 * a server of its own that never listens.
 */
import fastify, { type FastifyInstance } from 'fastify';
import type { AdminApp } from '../app.ts';

export function addDocsRoutes(app: AdminApp): void {
  let page: Promise<FastifyInstance> | undefined;
  app.get('/docs', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs/', 301));
  app.get('/docs/*', { schema: { hide: true } }, async (request, reply) => {
    page ??= loadPage();
    const { url } = request.raw;
    const { statusCode, headers, rawPayload } = await (await page).inject({
      method: 'GET',
      url: url ?? '/docs/',
    });
    return reply
      .code(statusCode)
      .header('content-type', headers['content-type'] ?? 'text/plain')
      .header('content-security-policy', PAGE_POLICY)
      .send(rawPayload);
  });
}

async function loadPage(): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference');
  const app = fastify({ logger: false });
  await app.register(reference, {
    routePrefix: '/docs',
    configuration: { url: '/v1/openapi.json', pageTitle: 'Postern', withDefaultFonts: false },
  });
  await app.ready();
  return app;
}

/** The page writes its own styles and starts by an inline script; everything comes from here. */
const PAGE_POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
