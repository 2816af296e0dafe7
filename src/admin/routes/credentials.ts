/** /v1/credentials: what devices prove themselves with. Keys go in; none comes out but the one just made. */
import Type from 'typebox';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change, createdCredential } from '../change.ts';
import { sendUnfit } from '../problem.ts';
import { credentialWish } from '../request.ts';
import {
  credentialSchema,
  emptyQuery,
  madeCredentialSchema,
  newCredentialSchema,
  problems,
} from '../schemas.ts';
import { addCredentialChanges } from './credential-changes.ts';
import { addReading } from './reading.ts';

export function addCredentialRoutes(app: AdminApp, gateway: Gateway): void {
  addReading(app, {
    path: '/credentials',
    tags: TAGS,
    item: credentialSchema,
    filters: { actor: Type.String({ maxLength: 128 }) },
    list: {
      summary: 'List credentials, by identity',
      page: ({ actor = null }, paging, by) => gateway.credentials(actor, paging, by),
    },
    one: {
      summary: 'One credential',
      find: (id, by) => gateway.credential(id, by),
      unknown: 'credential-unknown',
    },
  });
  app.post(
    '/credentials',
    {
      schema: {
        summary: 'Give a device a further key, or another actor a token to act for itself with',
        tags: TAGS,
        body: newCredentialSchema,
        querystring: emptyQuery,
        response: { 201: madeCredentialSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { actor, ...body } = request.body;
      const credential = credentialWish(body);
      if (credential.kind === 'unfit') return await sendUnfit(reply, credential);
      const added = { kind: 'add-credential', actor, credential } as const;
      return await change(gateway, request, reply, () => added, createdCredential(gateway, reply));
    },
  );
  addCredentialChanges(app, gateway);
}

const TAGS = ['credentials'];
