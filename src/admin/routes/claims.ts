/** /v1/claims and releases: how a device that nobody owns gets exactly one owner. */
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { agentOf } from '../auth.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { emptyQuery, idParams, madeActorSchema, problems } from '../schemas.ts';
import { claimSchema, newClaimSchema } from '../trust-schemas.ts';

export function addClaimRoutes(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/claims',
    {
      schema: {
        summary: 'Claim a device for a user by its code: exactly one ever succeeds',
        tags: ['trust'],
        body: newClaimSchema,
        querystring: emptyQuery,
        response: { 201: claimSchema, ...problems },
      },
    },
    async (request, reply) => {
      const outcome = await gateway.run({ kind: 'claim', ...request.body }, agentOf(request));
      if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
      const { actor, relationship, revision } = outcome;
      const owner = actor?.owner ?? null;
      if (actor === undefined || owner === null || relationship === undefined)
        return await sendProblem(reply, 'internal');
      return reply
        .code(201)
        .header('location', `/v1/relationships/${relationship.id}`)
        .send({ device: actor.id, user: owner, relationship: relationship.id, revision });
    },
  );

  app.post(
    '/actors/:id/release',
    {
      schema: {
        summary: 'Its owner lets go of a device: its keys end, and it gets a new claim code, shown this once',
        tags: ['trust'],
        params: idParams,
        querystring: emptyQuery,
        response: { 200: madeActorSchema, ...problems },
      },
    },
    async (request, reply) => {
      const outcome = await gateway.run({ kind: 'release', device: request.params.id }, agentOf(request));
      if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
      const { actor, claimCode } = outcome;
      if (actor === undefined || claimCode === undefined) return await sendProblem(reply, 'internal');
      return { ...actor, claimCode };
    },
  );
}
