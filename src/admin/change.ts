/** Changes: what all routes that change something have in common. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Command, Gateway, Outcome } from '../daemon/control/index.ts';
import { agentOf } from './auth.ts';
import { sendProblem, sendRefusal } from './problem.ts';
import { ifMatch, type Revision } from './request.ts';

export type Done = Outcome & { readonly kind: 'done' };

/**
 * Carries out a command, with the revision that `If-Match` names, and answers with what `answer` makes of it:
 * `undefined` means that what must have been made was not.
 */
export async function change(
  gateway: Gateway,
  request: Pick<FastifyRequest, 'headers' | 'agent'>,
  reply: FastifyReply,
  command: (ifRevision: Revision | null) => Command,
  answer: (done: Done) => object | undefined | Promise<object | undefined>,
): Promise<never> {
  const ifRevision = ifMatch(request.headers['if-match']);
  if (ifRevision === undefined) return sendProblem(reply, 'if-match-invalid') as never;
  const outcome = await gateway.run(command(ifRevision), agentOf(request));
  if (outcome.kind === 'refused') return sendRefusal(reply, outcome) as never;
  const body = await answer(outcome);
  return (body === undefined ? sendProblem(reply, 'internal') : reply.send(body)) as never;
}

/** Says where what was made is, and at which revision. */
export function created(reply: FastifyReply, where: string, { id, revision }: Made): void {
  void reply.code(201).header('location', `/v1/${where}/${id}`).header('etag', `"${revision}"`);
}

/** A credential that was made, with the key or token that the gateway made, a key ready to be carried to the device. */
export function madeCredential(gateway: Gateway, { credential, keyHex, token }: Shown): object | undefined {
  if (credential === undefined) return undefined;
  const key = keyHex === undefined ? {} : { keyHex, ...gateway.carried({ credential, keyHex }) };
  return { ...gateway.view(credential), ...key, ...(token === undefined ? {} : { token }) };
}

/** Answers with a credential that was made, and says where it is. */
export const createdCredential =
  (gateway: Gateway, reply: FastifyReply) =>
  (done: Done): object | undefined => {
    if (done.credential !== undefined) created(reply, 'credentials', done.credential);
    return madeCredential(gateway, done);
  };

/** An actor with what was made for it, which is shown this once. */
export function madeActor(gateway: Gateway, done: Done): object | undefined {
  const { actor, claimCode } = done;
  const credential = madeCredential(gateway, done);
  return (
    actor && {
      ...actor,
      ...(credential === undefined ? {} : { credential }),
      ...(claimCode === undefined ? {} : { claimCode, ...gateway.carried({ actor, claimCode }) }),
    }
  );
}

type Shown = Pick<Done, 'credential' | 'keyHex' | 'token'>;

interface Made {
  readonly id: string;
  readonly revision: number;
}
