/** /v1/credentials/ID: what becomes of a credential: replaced, suspended, resumed, ended. */
import { wallTime } from '../../base/index.ts';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change, createdCredential, madeCredential } from '../change.ts';
import { rotationSchema } from '../enrolment-schemas.ts';
import { sendUnfit } from '../problem.ts';
import { type CredentialId, credentialWish } from '../request.ts';
import { credentialSchema, emptyQuery, idParams, madeCredentialSchema, problems } from '../schemas.ts';
import { addChanging, ENDING } from './changing.ts';

export function addCredentialChanges(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/credentials/:id/rotate',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        querystring: emptyQuery,
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
        createdCredential(gateway, reply),
      );
    },
  );
  addSwitches(app, gateway);
  addEnd(app, gateway);
}

function addSwitches(app: AdminApp, gateway: Gateway): void {
  for (const [path, kind, summary] of SWITCHES) {
    addChanging(app, gateway, {
      method: 'POST',
      path: `/credentials/:id/${path}`,
      tags: TAGS,
      summary,
      item: credentialSchema,
      command: (id, ifRevision) => ({ kind, id: id as CredentialId, ifRevision }),
      shown: (done) => madeCredential(gateway, done),
    });
  }
}

function addEnd(app: AdminApp, gateway: Gateway): void {
  addChanging(app, gateway, {
    ...ENDING,
    path: '/credentials/:id',
    tags: TAGS,
    summary: 'End a credential: its sessions are closed, on every shard, before the answer',
    command: (id, ifRevision) => ({ kind: 'end-credential', id: id as CredentialId, ifRevision }),
  });
}

const TAGS = ['credentials'];
const SWITCHES = [
  ['suspend', 'suspend-credential', 'Suspend a credential: its sessions are closed, until it is resumed'],
  ['resume', 'resume-credential', 'Resume a credential; what stood on it returns'],
] as const;
