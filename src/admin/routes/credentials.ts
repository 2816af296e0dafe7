/** /v1/credentials: what devices prove themselves with. Keys go in; none comes out but the one just made. */
import Type from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { agentOf } from '../auth.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { credentialWish, pageRequest } from '../request.ts';
import { addCredentialChanges } from './credential-changes.ts';
import {
  credentialSchema,
  emptyQuery,
  idParams,
  madeCredentialSchema,
  newCredentialSchema,
  pageQuery,
  pageSchema,
  problems,
  querySchema,
} from '../schemas.ts';

export function addCredentialRoutes(app: AdminApp, gateway: Gateway): void {
  const tags = ['credentials'];
  app.get(
    '/credentials',
    {
      schema: {
        summary: 'List credentials, by identity',
        tags,
        querystring: querySchema({ ...pageQuery, actor: Type.Optional(Type.String({ maxLength: 128 })) }),
        response: { 200: pageSchema(credentialSchema), ...problems },
      },
    },
    async (request, reply) => {
      const { actor, ...paging } = request.query;
      const page = gateway.credentials(actor ?? null, pageRequest(paging));
      if (page === undefined) return await sendProblem(reply, 'cursor-invalid');
      return { items: [...page.items], next: page.next };
    },
  );

  app.get(
    '/credentials/:id',
    {
      schema: {
        summary: 'One credential',
        tags,
        params: idParams,
        querystring: emptyQuery,
        response: { 200: credentialSchema, ...problems },
      },
    },
    async (request, reply) => {
      const credential = gateway.credential(request.params.id);
      if (credential === undefined) return await sendProblem(reply, 'credential-unknown');
      return reply.header('etag', `"${credential.revision}"`).send(credential);
    },
  );

  addChanges(app, gateway);
  addCredentialChanges(app, gateway);
}

function addChanges(app: AdminApp, gateway: Gateway): void {
  const tags = ['credentials'];
  app.post(
    '/credentials',
    {
      schema: {
        summary: 'Give a device a further credential',
        tags,
        body: newCredentialSchema,
        querystring: emptyQuery,
        response: { 201: madeCredentialSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { actor, ...body } = request.body;
      const wish = credentialWish(body);
      if (wish.kind === 'unfit') {
        return await sendProblem(reply, 'request-invalid', { detail: wish.detail, field: wish.field });
      }
      const outcome = await gateway.run(
        { kind: 'add-credential', actor, credential: wish },
        agentOf(request),
      );
      if (outcome.kind === 'refused') return await sendRefusal(reply, outcome);
      const { credential, keyHex } = outcome;
      if (credential === undefined) return await sendProblem(reply, 'internal');
      return reply
        .code(201)
        .header('location', `/v1/credentials/${credential.id}`)
        .header('etag', `"${credential.revision}"`)
        .send({ ...gateway.view(credential), ...(keyHex === undefined ? {} : { keyHex }) });
    },
  );
}
