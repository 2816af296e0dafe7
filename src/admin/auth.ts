/** Who may come in: whoever holds the operator's token or one of an actor, under a name that this gateway has. */
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assert } from '../base/index.ts';
import type { Agent } from '../daemon/control/index.ts';
import { type OperatorLog, report } from '../daemon/ports/index.ts';
import { sendProblem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** In whose name it is asked; `null` until a token has been recognised. */
    agent: Agent | null;
  }
}

/** Tells the operator's token from all others, in constant time. */
export type Recognise = (token: string) => boolean;

/** Who shows that token, if it is good here and now. */
export type Admit = (token: string) => Agent | undefined;

/**
 * A hook that lets only requests with the token pass. Failures are counted by address: beyond {@link FAILURES_MAX} a
 * minute they are answered 429. A right token always passes, so that nobody can lock anybody out.
 * What has ended, run out or been suspended is refused like what never was.
 */
export function tokenHook(
  app: FastifyInstance,
  admit: Admit,
  log: OperatorLog,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  app.decorateRequest('agent', null);
  const attempt = app.createRateLimit({ max: FAILURES_MAX, timeWindow: '1 minute' });
  return async (request, reply) => {
    const token = bearerToken(request.headers.authorization);
    const agent = token === undefined ? undefined : admit(token);
    if (agent !== undefined) {
      request.agent = agent;
      return undefined;
    }
    const limit = await attempt(request);
    if (!limit.isAllowed && limit.isExceeded) {
      void reply.header('retry-after', String(limit.ttlInSeconds));
      return sendProblem(reply, 'too-many-attempts');
    }
    report(log, 'admin refused a token', { from: request.ip, given: token !== undefined });
    void reply.header('www-authenticate', 'Bearer realm="postern"');
    return sendProblem(reply, token === undefined ? 'token-missing' : 'token-invalid');
  };
}

/** In whose name a request is made that has passed the hook. */
export function agentOf({ agent }: Pick<FastifyRequest, 'agent'>): Agent {
  assert(agent !== null, 'routes with an agent lie behind the token hook');
  return agent;
}

/** The token of an `Authorization: Bearer` header (RFC 6750 section 2.1). */
function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer ([\w.~+/=-]{1,512})$/i.exec(header ?? '')?.[1];
}

/**
 * A hook against DNS rebinding: a page from elsewhere can make a browser send requests here, but only under the name of
 * that page. IP addresses and `localhost` are nobody's name.
 */
export function hostHook(
  allowed: readonly string[],
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const names: ReadonlySet<string> = new Set(['localhost', ...allowed.map((name) => name.toLowerCase())]);
  return async (request, reply) => {
    const host = hostName(request.headers.host);
    if (host !== undefined && (isIP(host) !== 0 || names.has(host))) return undefined;
    const detail = 'use an IP address or localhost, or add the name to admin.hosts';
    return await sendProblem(reply, 'host-not-allowed', { detail });
  };
}

function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/.exec((header ?? '').toLowerCase());
  return match?.[1] ?? match?.[2];
}

const FAILURES_MAX = 10;
