/** /v1/relationships and /v1/introductions: who trusts whom, on whose word, and what falls with it. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { Gateway, IntroductionWish } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { agentOf } from '../auth.ts';
import { change, created, type Done } from '../change.ts';
import { sendRefusal } from '../problem.ts';
import { emptyQuery, idParams, problems } from '../schemas.ts';
import {
  newIntroductionSchema,
  newRelationshipSchema,
  relationshipSchema,
  revocationSchema,
  revokeBody,
} from '../trust-schemas.ts';
import { addChanging } from './changing.ts';
import { addReading } from './reading.ts';

type Wish = Omit<IntroductionWish, 'introducer' | 'relationship'>;
type RelationshipId = NonNullable<IntroductionWish['relationship']>;
type Command = Parameters<Gateway['run']>[0];
type AsOf = (Command & { kind: 'revoke' })['asOf'];

export function addRelationshipRoutes(app: AdminApp, gateway: Gateway): void {
  addReading(app, {
    path: '/relationships',
    tags: TAGS,
    item: relationshipSchema,
    filters: {
      of: Type.String({ maxLength: 128, description: 'Actor on either end.' }),
      ended: Type.Enum(['true', 'false'], { description: 'Show those that have ended too.' }),
    },
    list: {
      summary: 'List relationships',
      page: ({ of = null, ended }, paging, by) => {
        const page = gateway.trust.list({ of, ended: ended === 'true' }, paging, by);
        return page === null ? { code: 'actor-unknown', field: '/of' } : page;
      },
    },
    one: {
      summary: 'One relationship, and what it means now',
      find: (id, by) => gateway.trust.find(id, by),
      unknown: 'relationship-unknown',
    },
  });
  addEstablishing(app, gateway);
  addSwitches(app, gateway);
  addRevoking(app, gateway);
}

function addEstablishing(app: AdminApp, gateway: Gateway): void {
  const response = { 201: relationshipSchema, ...problems };
  const schema = { tags: TAGS, querystring: emptyQuery, response };
  app.post(
    '/relationships',
    { schema: { ...schema, summary: 'Establish direct trust', body: newRelationshipSchema } },
    (request, reply) => {
      const command = {
        kind: 'establish',
        wish: wishOf(request.body),
        firm: request.body.firm === true,
      } as const;
      return change(gateway, request, reply, () => command, made(gateway, reply));
    },
  );
  app.post(
    '/introductions',
    {
      schema: {
        ...schema,
        summary: 'Introduce: the introducer vouches to the trustor for the trustee',
        body: newIntroductionSchema,
      },
    },
    (request, reply) => {
      const { introducer, relationship } = request.body;
      const held = (relationship ?? null) as RelationshipId | null;
      const wish = { ...wishOf(request.body), introducer, relationship: held };
      return change(gateway, request, reply, () => ({ kind: 'introduce', wish }), made(gateway, reply));
    },
  );
}

function addSwitches(app: AdminApp, gateway: Gateway): void {
  for (const [path, kind, summary] of SWITCHES) {
    addChanging(app, gateway, {
      method: 'POST',
      path: `/relationships/:id/${path}`,
      tags: TAGS,
      summary,
      item: relationshipSchema,
      command: (id, ifRevision) => ({ kind, id: id as RelationshipId, ifRevision }),
      shown: ({ relationship }) => relationship && gateway.trust.view(relationship),
    });
  }
}

function addRevoking(app: AdminApp, gateway: Gateway): void {
  const response = { 200: revocationSchema, ...problems };
  const schema = { tags: TAGS, params: idParams, querystring: emptyQuery, response };
  app.post(
    '/relationships/:id/preview-revocation',
    { schema: { ...schema, summary: 'What revoking it would do: nothing is changed' } },
    async (request, reply) => {
      const preview = await gateway.trust.preview(request.params.id as RelationshipId, agentOf(request));
      if ('code' in preview) return await sendRefusal(reply, preview);
      return reply.header('etag', `"${preview.revision}"`).send(preview as never);
    },
  );
  app.post(
    '/relationships/:id/revoke',
    {
      schema: {
        ...schema,
        summary:
          'Revoke it for good, with all that stands on it: in force on every shard before the answer. With ' +
          'If-Match of a preview exactly what that showed happens, or nothing (412)',
        body: revokeBody,
      },
    },
    (request, reply) => {
      const asOf = (request.body?.asOf ?? null) as AsOf;
      const id = request.params.id as RelationshipId;
      return change(
        gateway,
        request,
        reply,
        (ifRevision) => ({ kind: 'revoke', id, ifRevision, asOf }),
        async ({ cascade, revision }) =>
          cascade && { ...(await gateway.trust.viewRevocation(cascade)), revision },
      );
    },
  );
}

const made =
  (gateway: Gateway, reply: FastifyReply) =>
  ({ relationship }: Done): object | undefined => {
    if (relationship !== undefined) created(reply, 'relationships', relationship);
    return relationship && gateway.trust.view(relationship);
  };

interface TermsBody {
  readonly trustor: string;
  readonly trustee: string;
  readonly scope: Wish['scope'];
  readonly level: Wish['level'];
  readonly introduce?: number;
  readonly notBefore?: number | null;
  readonly notAfter?: number | null;
}

function wishOf({ trustor, trustee, scope, level, introduce, notBefore, notAfter }: TermsBody): Wish {
  return {
    trustor,
    trustee,
    scope,
    level,
    introduce: introduce ?? 0,
    notBefore: (notBefore ?? null) as Wish['notBefore'],
    notAfter: (notAfter ?? null) as Wish['notAfter'],
  };
}

const TAGS = ['trust'];
const SWITCHES = [
  ['suspend', 'suspend-relationship', 'Suspend it, and with it what stands on it, until it is resumed'],
  ['resume', 'resume-relationship', 'Resume it; what stood on it returns'],
] as const;
