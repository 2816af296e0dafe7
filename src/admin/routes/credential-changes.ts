/** /v1/credentials/ID: what becomes of a credential: replaced, suspended, resumed, ended. */
import { wallTime } from '../../base/index.ts';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change, created, madeCredential } from '../change.ts';
import { rotationSchema } from '../enrolment-schemas.ts';
import { sendUnfit } from '../problem.ts';
import { type CredentialId, credentialWish } from '../request.ts';
import {
  changeSchema,
  credentialSchema,
  emptyQuery,
  idParams,
  madeCredentialSchema,
  problems,
} from '../schemas.ts';

export function addCredentialChanges(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/credentials/:id/rotate',
    {
      schema: {
        ...OF_CREDENTIAL,
        summary:
          'Replace a credential: both are valid until the new one is used for the first time, or until a date',
        body: rotationSchema,
        response: { 201: madeCredentialSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { credential, until = null } = request.body;
      const wish = credentialWish(credential);
      if (wish.kind === 'unfit') return await sendUnfit(reply, wish, '/credential');
      const id = request.params.id as CredentialId;
      const asked = { kind: 'rotate-credential', id, credential: wish } as const;
      const end = until === null ? null : wallTime(until);
      return await change(
        gateway,
        request,
        reply,
        (ifRevision) => ({ ...asked, until: end, ifRevision }),
        (done) => {
          if (done.credential !== undefined) created(reply, 'credentials', done.credential);
          return madeCredential(gateway, done);
        },
      );
    },
  );
  addSwitches(app, gateway);
  addEnd(app, gateway);
}

function addSwitches(app: AdminApp, gateway: Gateway): void {
  for (const [path, kind, summary] of SWITCHES) {
    app.post(
      `/credentials/:id/${path}`,
      { schema: { ...OF_CREDENTIAL, summary, response: { 200: credentialSchema, ...problems } } },
      (request, reply) => {
        const id = request.params.id as CredentialId;
        return change(
          gateway,
          request,
          reply,
          (ifRevision) => ({ kind, id, ifRevision }),
          (done) => madeCredential(gateway, done),
        );
      },
    );
  }
}

function addEnd(app: AdminApp, gateway: Gateway): void {
  app.delete(
    '/credentials/:id',
    {
      schema: {
        ...OF_CREDENTIAL,
        summary: 'End a credential: its sessions are closed, on every shard, before the answer',
        response: { 200: changeSchema, ...problems },
      },
    },
    (request, reply) => {
      const id = request.params.id as CredentialId;
      return change(
        gateway,
        request,
        reply,
        (ifRevision) => ({ kind: 'end-credential', id, ifRevision }),
        ({ revision }) => ({ id, revision }),
      );
    },
  );
}

const OF_CREDENTIAL = { tags: ['credentials'], params: idParams, querystring: emptyQuery };
const SWITCHES = [
  ['suspend', 'suspend-credential', 'Suspend a credential: its sessions are closed, until it is resumed'],
  ['resume', 'resume-credential', 'Resume a credential; what stood on it returns'],
] as const;
