/** /v1/actors: users, devices, and who stands behind platforms. */
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { agentOf } from '../auth.ts';
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
    kind: Type.Optional(Type.Enum(['user', 'device', 'platform', 'provider', 'manufacturer', 'gateway'])),
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
  addSwitches(app, gateway);
}

function addChanges(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/actors',
    {
      schema: {
        summary: 'Add a user, or a device with its first credential',
        tags: ['actors'],
        body: newActorSchema,
        querystring: emptyQuery,
        response: { 201: madeActorSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { kind, name, owner, credential, claim } = request.body;
      if (claim === true) return (await addUnclaimed(gateway, request, reply)) as never;
      const wish = credential === undefined ? null : credentialWish(credential);
      if (wish?.kind === 'unfit') {
        const { detail, field } = wish;
        return await sendProblem(reply, 'request-invalid', { detail, field: `/credential${field}` });
      }
      const actor = { kind, name, owner: owner ?? null };
      const outcome = await gateway.run({ kind: 'add-actor', actor, credential: wish }, agentOf(request));
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
  app.delete(
    '/actors/:id',
    {
      schema: {
        summary:
          'Remove an actor: its credentials end and its sessions are closed, on every shard, before the answer',
        tags: ['actors'],
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
      const outcome = await gateway.run({ kind: 'remove-actor', id, ifRevision }, agentOf(request));
      if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
      return { id, revision: outcome.revision };
    },
  );
}

function addSwitches(app: AdminApp, gateway: Gateway): void {
  for (const [path, kind, summary] of SWITCHES) {
    app.post(
      `/actors/:id/${path}`,
      {
        schema: {
          summary,
          tags: ['actors'],
          params: idParams,
          querystring: emptyQuery,
          response: { 200: actorSchema, ...problems },
        },
      },
      async (request, reply) => {
        const ifRevision = ifMatch(request.headers['if-match']);
        if (ifRevision === undefined) return await sendProblem(reply, 'if-match-invalid');
        const id = gateway.actor(request.params.id)?.id;
        if (id === undefined) return await sendProblem(reply, 'actor-unknown');
        const outcome = await gateway.run({ kind, id, ifRevision }, agentOf(request));
        if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
        return reply.send(gateway.actor(id) as never);
      },
    );
  }
}

type NewActorBody = Static<typeof newActorSchema>;

/** A device without owner and key: it gets the one by its claim, the other by POST /v1/credentials. */
async function addUnclaimed(
  gateway: Gateway,
  request: FastifyRequest<{ Body: NewActorBody }>,
  reply: Parameters<typeof sendProblem>[0],
): Promise<unknown> {
  const { kind, name, owner, credential } = request.body;
  if (kind !== 'device' || owner !== undefined || credential !== undefined) {
    const detail = 'only a device can be claimed, and it comes without owner and credential';
    return await sendProblem(reply, 'request-invalid', { detail, field: '/claim' });
  }
  const outcome = await gateway.run({ kind: 'add-unclaimed', name, notAfter: null }, agentOf(request));
  if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
  const { actor, claimCode } = outcome;
  if (actor === undefined) return await sendProblem(reply, 'internal');
  const answer = reply.code(201).header('location', `/v1/actors/${actor.id}`);
  return await answer.header('etag', `"${actor.revision}"`).send({ ...actor, claimCode });
}

const SWITCHES = [
  ['suspend', 'suspend-actor', 'Suspend an actor, and with it what stands on it, until it is resumed'],
  ['resume', 'resume-actor', 'Resume an actor; what stood on it returns'],
] as const;
