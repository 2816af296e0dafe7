/** Pace: how much one actor may ask for in a minute, so that nobody keeps the gateway from the others. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AdminApp } from './app.ts';
import { agentOf } from './auth.ts';
import { sendProblem } from './problem.ts';

/**
 * Answers 429 to an actor who asks for more than {@link REQUESTS_MAX} things a minute, or for more than
 * {@link CHANGES_MAX} that may change something and be written down. Operators are not counted.
 */
export function keepPace(app: AdminApp): void {
  const limit = (max: number) => app.createRateLimit({ max, timeWindow: '1 minute', keyGenerator: actorOf });
  const [requests, changes] = [limit(REQUESTS_MAX), limit(CHANGES_MAX)];
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (agentOf(request).kind === 'operator') return undefined;
    for (const count of isReading(request) ? [requests] : [requests, changes]) {
      const found = await count(request);
      if (found.isAllowed || !found.isExceeded) continue;
      void reply.header('retry-after', String(found.ttlInSeconds));
      return await sendProblem(reply, 'too-many-requests');
    }
    return undefined;
  });
}

function actorOf(request: FastifyRequest): string {
  const agent = agentOf(request);
  return agent.kind === 'actor' ? agent.id : agent.kind;
}

const isReading = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

const REQUESTS_MAX = 600;
const CHANGES_MAX = 120;
