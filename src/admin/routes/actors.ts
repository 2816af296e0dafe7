/** /v1/actors: users and devices. */
import Type from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { credentialWish, ifMatch, pageRequest } from '../request.ts';
import {
  actorSchema,
  changeSchema,
  emptyQuery,
  idParams,
  madeActorSchema,
  newActorSchema,
  pageQuery,
  pageSchema,
  problems,
  querySchema,
} from '../schemas.ts';

export function addActorRoutes(app: AdminApp, gateway: Gateway): void {
  const tags = ['actors'];
  const listQuery = querySchema({
    ...pageQuery,
    kind: Type.Optional(Type.Enum(['user', 'device'])),
    name: Type.Optional(Type.String({ maxLength: 64 })),
  });
  app.get(
    '/actors',
    {
      schema: {
        summary: 'List actors, by kind and name',
        tags,
        querystring: listQuery,
        response: { 200: pageSchema(actorSchema), ...problems },
      },
    },
    async (request, reply) => {
      const { kind, name, ...paging } = request.query;
      const page = gateway.actors({ kind: kind ?? null, name: name ?? null }, pageRequest(paging));
      if (page === undefined) return await sendProblem(reply, 'cursor-invalid');
      return { items: [...page.items], next: page.next };
    },
  );

  app.get(
    '/actors/:id',
    {
      schema: {
        summary: 'One actor',
        tags,
        params: idParams,
        querystring: emptyQuery,
        response: { 200: actorSchema, ...problems },
      },
    },
    async (request, reply) => {
      const actor = gateway.actor(request.params.id);
      if (actor === undefined) return await sendProblem(reply, 'actor-unknown');
      return reply.header('etag', `"${actor.revision}"`).send(actor);
    },
  );

  addChanges(app, gateway);
  addRemoval(app, gateway);
}

function addChanges(app: AdminApp, gateway: Gateway): void {
  const tags = ['actors'];
  app.post(
    '/actors',
    {
      schema: {
        summary: 'Add a user, or a device with its first credential',
        tags,
        body: newActorSchema,
        querystring: emptyQuery,
        response: { 201: madeActorSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { kind, name, owner, credential } = request.body;
      const wish = credential === undefined ? null : credentialWish(credential);
      if (wish?.kind === 'unfit') {
        const { detail, field } = wish;
        return await sendProblem(reply, 'request-invalid', { detail, field: `/credential${field}` });
      }
      const actor = { kind, name, owner: owner ?? null };
      const outcome = await gateway.run({ kind: 'add-actor', actor, credential: wish }, 'operator');
      if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
      const made = outcome.actor;
      if (made === undefined) return await sendProblem(reply, 'internal');
      const { credential: established, keyHex } = outcome;
      const answer =
        established === undefined
          ? made
          : {
              ...made,
              credential: { ...gateway.view(established), ...(keyHex === undefined ? {} : { keyHex }) },
            };
      return reply
        .code(201)
        .header('location', `/v1/actors/${made.id}`)
        .header('etag', `"${made.revision}"`)
        .send(answer);
    },
  );
}

function addRemoval(app: AdminApp, gateway: Gateway): void {
  const tags = ['actors'];
  app.delete(
    '/actors/:id',
    {
      schema: {
        summary:
          'Remove an actor: its credentials end and its sessions are closed, on every shard, before the answer',
        tags,
        params: idParams,
        querystring: emptyQuery,
        response: { 200: changeSchema, ...problems },
      },
    },
    async (request, reply) => {
      const ifRevision = ifMatch(request.headers['if-match']);
      if (ifRevision === undefined) return await sendProblem(reply, 'if-match-invalid');
      const id = gateway.actor(request.params.id)?.id;
      if (id === undefined) return await sendProblem(reply, 'actor-unknown');
      const outcome = await gateway.run({ kind: 'remove-actor', id, ifRevision }, 'operator');
      if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
      return { id, revision: outcome.revision };
    },
  );
}
