/** Failures as problem+json (RFC 9457): a status, a stable `code`, a sentence. Nothing of the inside. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { OperationalError } from '../base/index.ts';
import type { Outcome, RowRefusal } from '../daemon/control/index.ts';

type RefusalCode = (Outcome & { kind: 'refused' })['code'];
/** Every `code` that the admin interface answers with. */
export type ProblemCode = RefusalCode | keyof typeof OWN_PROBLEMS;

/** What is wrong with one row of many. */
export const rowErrorSchema = Type.Object({
  index: Type.Integer({ description: 'Of the row, from 0.' }),
  code: Type.String({ description: 'Stable; what programs decide by.' }),
  detail: Type.String(),
  field: Type.Optional(Type.String({ description: 'JSON pointer, in the row, of what is wrong.' })),
});

export const problemSchema = Type.Object(
  {
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; what programs decide by.' }),
    detail: Type.Optional(Type.String()),
    field: Type.Optional(Type.String({ description: 'JSON pointer, in the request, of what is wrong.' })),
    missing: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
        description: 'What would have to be different, by name.',
      }),
    ),
    errors: Type.Optional(Type.Array(rowErrorSchema, { description: 'Every row that is wrong.' })),
  },
  { $id: 'Problem', description: 'What went wrong (RFC 9457).' },
);

export interface ProblemDetail {
  readonly detail?: string;
  readonly field?: string;
  readonly missing?: Readonly<Record<string, string | number | null>>;
  readonly errors?: readonly RowRefusal[];
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, code: ProblemCode, more: ProblemDetail = {}): FastifyReply {
  const [status, title] = PROBLEMS[code];
  return sendAny(reply, status, { title, code, ...more });
}

/** Answers with the refusal of a command. */
export function sendRefusal(reply: FastifyReply, refusal: Outcome & { kind: 'refused' }): FastifyReply {
  const { code, detail, field, missing, rows } = refusal;
  return sendProblem(reply, code, {
    detail,
    ...(field === undefined ? {} : { field }),
    ...(missing === undefined ? {} : { missing }),
    ...(rows === undefined ? {} : { errors: rows }),
  });
}

/** Answers with what does not fit in a request that its schema allows; `within` it. */
export function sendUnfit(
  reply: FastifyReply,
  { detail, field }: { readonly detail: string; readonly field: string },
  within = '',
): FastifyReply {
  return sendProblem(reply, 'request-invalid', { detail, field: `${within}${field}` });
}

/** Answers with what the environment refused: worth another try, or not. */
export function sendOperational(reply: FastifyReply, error: OperationalError): FastifyReply {
  const title = error.retryable ? 'Not possible right now' : 'Not possible';
  if (error.retryable) void reply.header('retry-after', '1');
  return sendAny(reply, error.retryable ? 503 : 500, { title, code: error.code, detail: error.message });
}

function sendAny(
  reply: FastifyReply,
  status: number,
  { title, ...rest }: ProblemDetail & { title: string; code: string },
): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send({ title, status, ...rest });
}

/** Problems of commands: status and title. */
const REFUSALS = {
  'name-invalid': [400, 'Not a name'],
  'name-taken': [409, 'The name is taken'],
  'owner-missing': [400, 'A device needs an owner'],
  'owner-unknown': [400, 'No such owner'],
  'owner-not-allowed': [400, 'Only devices have an owner'],
  'actor-unknown': [404, 'No such actor'],
  'owns-devices': [409, 'The user still owns devices'],
  'credential-unknown': [404, 'No such credential'],
  'credential-not-allowed': [400, 'Not for this kind of actor'],
  'identity-invalid': [400, 'Not a PSK identity'],
  'identity-taken': [409, 'The identity is taken'],
  'key-invalid': [400, 'Not a key'],
  'credential-replaced': [409, 'It has a successor already'],
  'validity-empty': [400, 'It would end before it begins'],
  'scope-invalid': [400, 'Not a scope'],
  'terms-invalid': [400, 'Not terms'],
  'relationship-unknown': [404, 'No such relationship'],
  'relationship-ended': [409, 'The relationship has ended'],
  'self-trust': [400, 'Nobody trusts himself'],
  'self-vouch': [400, 'An introducer is a third'],
  'vouch-for-voucher': [409, 'Nobody vouches for his voucher'],
  'introducer-not-trusted': [409, 'The trustor does not trust the introducer'],
  'trustee-not-trusted': [409, 'The introducer does not trust the trustee'],
  'introductions-exhausted': [409, 'The trust must not be passed on'],
  'terms-exceeded': [409, 'Nobody gives more than he has'],
  'chain-too-long': [409, 'The chain would be too long'],
  'not-introduced': [409, 'It needs nobody to vouch for it'],
  'introducer-repeated': [409, 'This introducer vouches for it already'],
  'not-entitled': [403, 'No say in it'],
  'manufacturer-bound': [403, 'Not for its owner to widen'],
  'window-closed': [403, 'No claim window is open'],
  'window-not-listed': [403, 'Not on the list'],
  'window-rate': [429, 'Too many newcomers'],
  'claim-code-missing': [409, 'It has no claim code'],
  'claim-code-wrong': [403, 'Not the claim code'],
  'claim-code-expired': [403, 'The claim code has run out'],
  'claim-code-spent': [403, 'The claim code is spent'],
  'already-owned': [409, 'Somebody owns it already'],
  'not-owned': [409, 'Nobody owns it'],
  'key-reused': [409, 'It needs a new key'],
  'reset-proof-missing': [409, 'Only its owner can let go of it'],
  'reset-proof-wrong': [403, 'Not the proof of a reset'],
  'rows-refused': [422, 'Rows were refused, and nothing was done'],
  'limit-reached': [409, 'The gateway is full'],
  'revision-stale': [412, 'The object has changed'],
} as const satisfies Record<RefusalCode, readonly [number, string]>;

/** Problems of the interface itself. */
const OWN_PROBLEMS = {
  'request-invalid': [400, 'The request does not fit'],
  'json-invalid': [400, 'The body is not JSON'],
  'cursor-invalid': [400, 'Not a cursor of this list'],
  'if-match-invalid': [400, 'If-Match is not a revision'],
  'token-missing': [401, 'A token is needed'],
  'token-invalid': [401, 'The token is not valid'],
  'operator-only': [403, 'For operators only'],
  'not-found': [404, 'There is no such thing'],
  'session-unknown': [404, 'No such session'],
  'authorities-invalid': [409, 'The files of authorities are refused'],
  'request-timeout': [408, 'The request took too long to arrive'],
  'body-too-large': [413, 'The body is too large'],
  'media-type-unsupported': [415, 'Send application/json'],
  'host-not-allowed': [421, 'Not served under this name'],
  'too-many-attempts': [429, 'Too many attempts'],
  'too-many-requests': [429, 'Too many requests in a minute'],
  internal: [500, 'A fault in the gateway'],
  'not-ready': [503, 'The gateway is starting or stopping'],
  overloaded: [503, 'The gateway is overloaded'],
} as const satisfies Record<string, readonly [number, string]>;

const PROBLEMS = { ...REFUSALS, ...OWN_PROBLEMS };

/** Whether an unknown thrown value is the environment's doing. */
export const isOperational = (thrown: unknown): thrown is OperationalError =>
  thrown instanceof OperationalError;
