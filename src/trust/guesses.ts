/**
 * Guesses: how often a claim code or a reset proof may be got wrong. Everybody has a few of his own, so that nobody
 * uses up those of the one who has the code; all together have as many as a short code withstands.
 */
import type { ActorId } from './actor.ts';
import type { Guessed } from './claim.ts';
import type { Agent } from './entitlement.ts';
import { TRUST_LIMITS } from './limits.ts';

/** Whether one more guess of the agent's is looked at. */
export function mayGuess({ failuresLeft, failures = [] }: Guessed, by: Agent): boolean {
  const own = by.kind === 'actor' ? failures.find((each) => each.by === by.id) : undefined;
  return failuresLeft > 0 && (own?.count ?? 0) < TRUST_LIMITS.claimFailuresMax;
}

/** The same secret after one more wrong guess; `by`: of an actor. */
export function guessedWrong<T extends Guessed>(secret: T, by: ActorId | undefined): T {
  const { failuresLeft, failures = [] } = secret;
  const left = { ...secret, failuresLeft: failuresLeft - 1 };
  if (by === undefined) return left;
  const count = 1 + (failures.find((each) => each.by === by)?.count ?? 0);
  return { ...left, failures: [...failures.filter((each) => each.by !== by), { by, count }] };
}
