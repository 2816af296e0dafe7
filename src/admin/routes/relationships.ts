/** /v1/relationships and /v1/introductions: who trusts whom, on whose word, and what falls with it. */
import Type from 'typebox';
import type { Gateway, IntroductionWish } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { agentOf } from '../auth.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { ifMatch, pageRequest } from '../request.ts';
import { emptyQuery, idParams, pageQuery, pageSchema, problems, querySchema } from '../schemas.ts';
import {
  newIntroductionSchema,
  newRelationshipSchema,
  relationshipSchema,
  revocationSchema,
  revokeBody,
} from '../trust-schemas.ts';

type Wish = Omit<IntroductionWish, 'introducer' | 'relationship'>;
type RelationshipId = NonNullable<IntroductionWish['relationship']>;
type Command = Parameters<Gateway['run']>[0];
type AsOf = (Command & { kind: 'revoke' })['asOf'];

export function addRelationshipRoutes(app: AdminApp, gateway: Gateway): void {
  const listQuery = querySchema({
    ...pageQuery,
    of: Type.Optional(Type.String({ maxLength: 128, description: 'Actor on either end.' })),
    ended: Type.Optional(Type.Enum(['true', 'false'], { description: 'Show those that have ended too.' })),
  });
  app.get(
    '/relationships',
    {
      schema: {
        summary: 'List relationships',
        tags: TAGS,
        querystring: listQuery,
        response: { 200: pageSchema(relationshipSchema), ...problems },
      },
    },
    async (request, reply) => {
      const { of, ended, ...paging } = request.query;
      const page = gateway.trust.list(of ?? null, ended === 'true', pageRequest(paging));
      if (page === null) return await sendProblem(reply, 'actor-unknown', { field: '/of' });
      if (page === undefined) return await sendProblem(reply, 'cursor-invalid');
      return { items: page.items as never[], next: page.next };
    },
  );
  app.get(
    '/relationships/:id',
    {
      schema: {
        summary: 'One relationship, and what it means now',
        tags: TAGS,
        params: idParams,
        querystring: emptyQuery,
        response: { 200: relationshipSchema, ...problems },
      },
    },
    async (request, reply) => {
      const found = gateway.trust.find(request.params.id);
      if (found === undefined) return await sendProblem(reply, 'relationship-unknown');
      return reply.header('etag', `"${found.revision}"`).send(found as never);
    },
  );
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
    async (request, reply) => {
      const outcome = await gateway.run({ kind: 'establish', wish: wishOf(request.body) }, agentOf(request));
      return sendMade(gateway, outcome, reply);
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
    async (request, reply) => {
      const { introducer, relationship } = request.body;
      const held = (relationship ?? null) as RelationshipId | null;
      const wish = { ...wishOf(request.body), introducer, relationship: held };
      const outcome = await gateway.run({ kind: 'introduce', wish }, agentOf(request));
      return sendMade(gateway, outcome, reply);
    },
  );
}

function addSwitches(app: AdminApp, gateway: Gateway): void {
  for (const [path, kind, summary] of SWITCHES) {
    app.post(
      `/relationships/:id/${path}`,
      {
        schema: {
          summary,
          tags: TAGS,
          params: idParams,
          querystring: emptyQuery,
          response: { 200: relationshipSchema, ...problems },
        },
      },
      async (request, reply) => {
        const ifRevision = ifMatch(request.headers['if-match']);
        if (ifRevision === undefined) return await sendProblem(reply, 'if-match-invalid');
        const id = request.params.id as RelationshipId;
        const outcome = await gateway.run({ kind, id, ifRevision }, agentOf(request));
        if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
        return reply.send(gateway.trust.find(id) as never);
      },
    );
  }
}

function addRevoking(app: AdminApp, gateway: Gateway): void {
  const response = { 200: revocationSchema, ...problems };
  const schema = { tags: TAGS, params: idParams, querystring: emptyQuery, response };
  app.post(
    '/relationships/:id/preview-revocation',
    { schema: { ...schema, summary: 'What revoking it would do: nothing is changed' } },
    async (request, reply) => {
      const preview = await gateway.trust.preview(request.params.id, agentOf(request));
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
    async (request, reply) => {
      const ifRevision = ifMatch(request.headers['if-match']);
      if (ifRevision === undefined) return await sendProblem(reply, 'if-match-invalid');
      const asOf = (request.body?.asOf ?? null) as AsOf;
      const id = request.params.id as RelationshipId;
      const outcome = await gateway.run({ kind: 'revoke', id, ifRevision, asOf }, agentOf(request));
      if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
      const { cascade, revision } = outcome;
      if (cascade === undefined) return await sendProblem(reply, 'internal');
      const done = await gateway.trust.viewRevocation(cascade);
      return reply.send({ ...done, revision } as never);
    },
  );
}

function sendMade(
  gateway: Gateway,
  outcome: Awaited<ReturnType<Gateway['run']>>,
  reply: Parameters<typeof sendProblem>[0],
): never {
  if (outcome.kind === 'refused') return sendRefusal(reply, outcome) as never;
  const { relationship } = outcome;
  if (relationship === undefined) return sendProblem(reply, 'internal') as never;
  return reply
    .code(201)
    .header('location', `/v1/relationships/${relationship.id}`)
    .header('etag', `"${relationship.revision}"`)
    .send(gateway.trust.view(relationship)) as never;
}

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
