/** /v1/claims, and how a device changes hands: claim codes, release, transfer, proofs of a reset. */
import { wallTime } from '../../base/index.ts';
import type { Gateway } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change, type Done, madeActor } from '../change.ts';
import { newClaimCodeSchema, resetProofSchema, resetSchema, transferSchema } from '../enrolment-schemas.ts';
import { sendUnfit } from '../problem.ts';
import { type CredentialBody, credentialWish } from '../request.ts';
import { actorSchema, emptyQuery, idParams, madeActorSchema, problems } from '../schemas.ts';
import { claimSchema, newClaimSchema } from '../trust-schemas.ts';

export function addClaimRoutes(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/claims',
    {
      schema: {
        summary: 'Claim a device for a user by its code: exactly one ever succeeds',
        tags: TAGS,
        body: newClaimSchema,
        querystring: emptyQuery,
        response: { 201: claimSchema, ...problems },
      },
    },
    (request, reply) =>
      change(
        gateway,
        request,
        reply,
        () => ({ kind: 'claim', ...request.body }),
        ({ actor, relationship, revision }) => {
          const owner = actor?.owner ?? null;
          if (actor === undefined || owner === null || relationship === undefined) return undefined;
          void reply.code(201).header('location', `/v1/relationships/${relationship.id}`);
          return { device: actor.id, user: owner, relationship: relationship.id, revision };
        },
      ),
  );
  addCodes(app, gateway);
  addHandOvers(app, gateway);
  addReset(app, gateway);
}

/** What a device can be claimed by, and what it proves a reset by. */
function addCodes(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/actors/:id/claim-code',
    {
      schema: {
        ...OF_DEVICE,
        summary: 'Give a device that nobody owns a claim code, in place of the one before; shown this once',
        body: newClaimCodeSchema,
        response: { 200: madeActorSchema, ...problems },
      },
    },
    (request, reply) => {
      const { established, notAfter = null } = request.body;
      const until = notAfter === null ? null : wallTime(notAfter);
      const { id: device } = request.params;
      return change(
        gateway,
        request,
        reply,
        (ifRevision) => ({ kind: 'issue-claim-code', device, established, notAfter: until, ifRevision }),
        (done) => madeActor(gateway, done),
      );
    },
  );

  app.put(
    '/actors/:id/reset-proof',
    {
      schema: {
        ...OF_DEVICE,
        summary: 'Set what proves that a device was reset: whoever has it may free the device from its owner',
        body: resetProofSchema,
        response: { 200: actorSchema, ...problems },
      },
    },
    (request, reply) =>
      change(
        gateway,
        request,
        reply,
        (ifRevision) => ({
          kind: 'set-reset-proof',
          device: request.params.id,
          proof: request.body.proof,
          ifRevision,
        }),
        ({ actor }) => actor,
      ),
  );
}

function addHandOvers(app: AdminApp, gateway: Gateway): void {
  const answer = (done: Done) => madeActor(gateway, done);
  app.post(
    '/actors/:id/release',
    {
      schema: {
        ...HANDING_OVER,
        summary: 'Its owner lets go of a device: its keys end, and it gets a new claim code, shown this once',
      },
    },
    (request, reply) => {
      const { id: device } = request.params;
      return change(
        gateway,
        request,
        reply,
        (ifRevision) => ({ kind: 'release', device, ifRevision }),
        answer,
      );
    },
  );

  app.post(
    '/actors/:id/transfer',
    {
      schema: {
        ...HANDING_OVER,
        summary:
          'Give a device to another user, with a new key: what stood on the device before ends. Its owner releases it',
        body: transferSchema,
      },
    },
    async (request, reply) => {
      const { user, credential } = request.body;
      const wish = wishOf(credential);
      if (wish.kind === 'unfit') return await sendUnfit(reply, wish, '/credential');
      const asked = { kind: 'transfer', device: request.params.id, user, credential: wish } as const;
      return await change(gateway, request, reply, (ifRevision) => ({ ...asked, ifRevision }), answer);
    },
  );
}

/** Whoever has the proof needs no word of the owner. */
function addReset(app: AdminApp, gateway: Gateway): void {
  const answer = (done: Done) => madeActor(gateway, done);
  app.post(
    '/actors/:id/reset',
    {
      schema: {
        ...HANDING_OVER,
        summary:
          'A device proves that it was reset: whoever owned it, it is free for a claim, with a new key; the claim ' +
          'code is shown this once',
        body: resetSchema,
      },
    },
    async (request, reply) => {
      const { proof, credential } = request.body;
      const wish = wishOf(credential);
      if (wish.kind === 'unfit') return await sendUnfit(reply, wish, '/credential');
      const asked = { kind: 'reset', device: request.params.id, proof, credential: wish } as const;
      return await change(gateway, request, reply, (ifRevision) => ({ ...asked, ifRevision }), answer);
    },
  );
}

/** Without a word about it, the gateway makes the new key. */
const wishOf = (body: CredentialBody = { kind: 'psk' }) => credentialWish(body);

const TAGS = ['trust'];
const OF_DEVICE = { tags: TAGS, params: idParams, querystring: emptyQuery };
const HANDING_OVER = { ...OF_DEVICE, response: { 200: madeActorSchema, ...problems } };
