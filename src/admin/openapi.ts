/** The description of the interface, made from the routes' own schemas. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { accessOf } from './access.ts';
import { EXAMPLES } from './examples.ts';

export function openApi(version: string): FastifyDynamicSwaggerOptions {
  return {
    // Schemas go by the names that they carry.
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json['$id'] === 'string' ? json['$id'] : `part-${index}`,
    },
    transform: ({ schema, url, route }) => {
      const methods = [route.method].flat();
      const examples = methods.flatMap((method) => EXAMPLES[`${method} ${url}`] ?? []);
      const isOperators = methods.some((method) => accessOf(method, url) === 'operator');
      const described = isOperators ? { ...schema, description: 'For operators only.' } : schema;
      if (examples.length === 0) return { schema: described, url };
      return { schema: { ...described, body: { ...(schema.body as object), examples } }, url };
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Postern',
        version,
        description:
          'Administration of a Postern gateway. Lists take `limit` and `cursor` and give `{items, next}`. Changes ' +
          'take `If-Match: "<revision>"` and are in force on every shard when they are answered. Failures are ' +
          'problem+json (RFC 9457) with a stable `code`. Operators do everything; users, platforms, providers and ' +
          'manufacturers with a token of their own see what concerns them and do what trust lets them: what does ' +
          'not concern them is not there.',
      },
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The content of `admin.token` in the state directory, or the token of an actor: a credential of the ' +
              'kind `token`.',
          },
        },
      },
      security: [{ token: [] }],
      tags: [
        { name: 'actors', description: 'Users, devices, platforms, providers, manufacturers' },
        { name: 'credentials', description: 'What devices prove themselves with' },
        { name: 'trust', description: 'Who trusts whom, on whose word, and what falls with it' },
        { name: 'audit', description: 'Who changed what' },
        { name: 'sessions', description: 'Who is connected' },
        { name: 'configuration', description: 'Backends and routes' },
      ],
    },
  };
}
