/** /v1/authorities: whose certificates count, and having their files read again. */
import Type from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { sendProblem } from '../problem.ts';
import { emptyQuery, problems } from '../schemas.ts';

const time = (description: string) =>
  Type.Number({ description: `${description}; milliseconds since 1970.` });

const authoritiesSchema = Type.Object(
  {
    anchors: Type.Array(
      Type.Object({
        fingerprint: Type.String({ description: 'SHA-256 of the certificate, in hexadecimal.' }),
        subject: Type.String(),
        notAfter: time('The last second of its validity'),
        rules: Type.Integer({ description: 'Rules from its certificates to names of devices.' }),
      }),
    ),
    revocationLists: Type.Array(
      Type.Object({
        issuer: Type.String(),
        number: Type.Union([Type.String({ description: 'Hexadecimal.' }), Type.Null()]),
        thisUpdate: time('When it was issued'),
        nextUpdate: Type.Union([time('When the next one is promised'), Type.Null()]),
        revoked: Type.Integer({ description: 'How many certificates are on it.' }),
        state: Type.Enum(['not-yet', 'current', 'stale', 'no-promise'], {
          description: 'Of an issuer without a list that is current or makes no promise, nobody gets in.',
        }),
      }),
    ),
    problem: Type.Union([Type.String(), Type.Null()], {
      description: 'Why the files as they are now are not in force; null: they are.',
    }),
  },
  { $id: 'Authorities' },
);

export function addAuthorityRoutes(app: AdminApp, { authorities }: Gateway): void {
  const tags = ['configuration'];
  const shown = () => {
    const { anchors, revocationLists, problem } = authorities.view;
    return { anchors: [...anchors], revocationLists: [...revocationLists], problem };
  };
  app.get(
    '/authorities',
    {
      schema: {
        summary: 'The authorities whose certificates count, and their revocation lists',
        tags,
        querystring: emptyQuery,
        response: { 200: authoritiesSchema, ...problems },
      },
    },
    shown,
  );

  app.post(
    '/authorities/reload',
    {
      schema: {
        summary:
          'Read the files of authorities and lists again: in force on every shard, and sessions of revoked ' +
          'certificates closed, before the answer',
        tags,
        querystring: emptyQuery,
        response: {
          200: Type.Object({
            changed: Type.Boolean({ description: 'Whether anything in them was new.' }),
            closed: Type.Integer({ description: 'Sessions that ended.' }),
            ...authoritiesSchema.properties,
          }),
          ...problems,
        },
      },
    },
    async (_request, reply) => {
      const reloaded = await authorities.reload();
      if (reloaded.kind === 'refused') {
        return await sendProblem(reply, 'authorities-invalid', { detail: reloaded.detail });
      }
      const { changed, closed } = reloaded;
      return { changed, closed, ...shown() };
    },
  );
}
