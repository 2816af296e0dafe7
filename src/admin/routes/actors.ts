/** /v1/actors: users, devices, and who stands behind platforms. */
import Type, { type Static } from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change, created, type Done, madeActor } from '../change.ts';
import { sendProblem, sendUnfit } from '../problem.ts';
import { type ActorId, credentialWish } from '../request.ts';
import { actorSchema, emptyQuery, madeActorSchema, newActorSchema, problems } from '../schemas.ts';
import { addChanging, ENDING } from './changing.ts';
import { addReading } from './reading.ts';

type Kind = NonNullable<Parameters<Gateway['actors']>[0]['kind']>;

export function addActorRoutes(app: AdminApp, gateway: Gateway): void {
  addReading(app, {
    path: '/actors',
    tags: TAGS,
    item: actorSchema,
    filters: {
      kind: Type.Enum(['user', 'device', 'platform', 'provider', 'manufacturer', 'gateway']),
      name: Type.String({ maxLength: 64 }),
    },
    list: {
      summary: 'List actors, by kind and name',
      page: ({ kind = null, name = null }, paging, by) =>
        gateway.actors({ kind: kind as Kind, name }, paging, by),
    },
    one: { summary: 'One actor', find: (id, by) => gateway.actor(id, by), unknown: 'actor-unknown' },
  });
  addAdding(app, gateway);
  addRemoval(app, gateway);
  addSwitches(app, gateway);
}

function addAdding(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/actors',
    {
      schema: {
        summary: 'Add a user, or a device with its first credential',
        tags: TAGS,
        body: newActorSchema,
        querystring: emptyQuery,
        response: { 201: madeActorSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { kind, name, owner, credential, claim } = request.body;
      const answer = (done: Done): object | undefined => {
        if (done.actor !== undefined) created(reply, 'actors', done.actor);
        return madeActor(gateway, done);
      };
      if (claim === true) {
        if (!isBare(request.body)) return await sendProblem(reply, 'request-invalid', NOT_BARE);
        const unclaimed = { kind: 'add-unclaimed', name, notAfter: null } as const;
        return await change(gateway, request, reply, () => unclaimed, answer);
      }
      const wish = credential === undefined ? null : credentialWish(credential);
      if (wish?.kind === 'unfit') return await sendUnfit(reply, wish, '/credential');
      const actor = { kind, name, owner: owner ?? null };
      const added = { kind: 'add-actor', actor, credential: wish } as const;
      return await change(gateway, request, reply, () => added, answer);
    },
  );
}

function addRemoval(app: AdminApp, gateway: Gateway): void {
  addChanging(app, gateway, {
    ...ENDING,
    path: '/actors/:id',
    tags: TAGS,
    summary:
      'Remove an actor: its credentials end and its sessions are closed, on every shard, before the answer',
    command: (id, ifRevision) => ({ kind: 'remove-actor', id: id as ActorId, ifRevision }),
  });
}

function addSwitches(app: AdminApp, gateway: Gateway): void {
  for (const [path, kind, summary] of SWITCHES) {
    addChanging(app, gateway, {
      method: 'POST',
      path: `/actors/:id/${path}`,
      tags: TAGS,
      summary,
      item: actorSchema,
      command: (id, ifRevision) => ({ kind, id: id as ActorId, ifRevision }),
      shown: ({ actor }) => actor,
    });
  }
}

/** A device that waits for its claim gets its owner by that, and its key by POST /v1/credentials. */
const isBare = ({ kind, owner, credential }: Static<typeof newActorSchema>): boolean =>
  kind === 'device' && owner === undefined && credential === undefined;

const TAGS = ['actors'];
const NOT_BARE = {
  detail: 'only a device can be claimed, and it comes without owner and credential',
  field: '/claim',
};
const SWITCHES = [
  ['suspend', 'suspend-actor', 'Suspend an actor, and with it what stands on it, until it is resumed'],
  ['resume', 'resume-actor', 'Resume an actor; what stood on it returns'],
] as const;
