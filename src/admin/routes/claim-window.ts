/** /v1/claim-window: whether devices with unknown keys are let in, to be claimed. */
import Type from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change } from '../change.ts';
import { claimWindowWish } from '../enrolment-request.ts';
import { claimWindowSchema, newClaimWindowSchema } from '../enrolment-schemas.ts';
import { sendUnfit } from '../problem.ts';
import { emptyQuery, problems, querySchema } from '../schemas.ts';

export function addClaimWindowRoutes(app: AdminApp, gateway: Gateway): void {
  const schema = {
    tags: ['trust'],
    querystring: emptyQuery,
    response: { 200: claimWindowSchema, ...problems },
  };
  const view = () => gateway.trust.claimWindow;
  app.get(
    '/claim-window',
    { schema: { ...schema, summary: 'Whether the claim window is open' } },
    (_, reply) => {
      const window = view();
      void reply.header('etag', `"${window.revision}"`);
      return window;
    },
  );

  app.put(
    '/claim-window',
    {
      bodyLimit: LIST_BYTES_MAX,
      schema: {
        ...schema,
        summary:
          'Open the claim window, in place of the one before: devices with unknown raw public keys are let in, and ' +
          'may ask to be claimed and for nothing else',
        body: newClaimWindowSchema,
      },
    },
    async (request, reply) => {
      const window = claimWindowWish(request.body);
      if ('detail' in window) return await sendUnfit(reply, window);
      return await change(
        gateway,
        request,
        reply,
        (ifRevision) => ({ kind: 'open-claim-window', window, ifRevision }),
        view,
      );
    },
  );

  app.delete(
    '/claim-window',
    {
      schema: {
        ...schema,
        summary: 'Close the claim window; devices that were let in stay, unless it is said that they go',
        querystring: closingQuery,
      },
    },
    (request, reply) => {
      const { newcomers = 'keep' } = request.query;
      const asked = { kind: 'close-claim-window', newcomers } as const;
      return change(gateway, request, reply, (ifRevision) => ({ ...asked, ifRevision }), view);
    },
  );
}

const closingQuery = querySchema({
  newcomers: Type.Optional(
    Type.Enum(['keep', 'remove'], {
      description:
        '`remove`: devices that were let in, that nobody owns and that have no claim code, are removed.',
    }),
  ),
});

/** A manufacturer's list of 100,000 lines with hashes. */
const LIST_BYTES_MAX = 33_554_432;
