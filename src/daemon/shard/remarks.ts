/** What a shard tells the operator of its peers, and when something is due. */
import { displayAddress, type Instant } from '../../base/index.ts';
import type { Effect } from '../../dtls/index.ts';
import { type Denial, explain } from '../../policy/index.ts';
import { displayClaim } from './claim.ts';
import type { Report } from './report.ts';
import type { Session } from './sessions.ts';

export const isReached = (deadline: Instant | undefined, now: Instant): boolean =>
  deadline !== undefined && deadline <= now;

/** A request was denied, or lost its ground on the way. */
export function sayDenied(report: Report, now: Instant, session: Session, id: string, denial: Denial): void {
  const { reason, revision } = denial;
  report.log(now, 'request denied', () => ({
    decision: id,
    principal: session.first.name,
    reason,
    explanation: explain(denial),
    revision,
  }));
}

/** A handshake failed; `why`: what was found out about the credential. */
export function sayFailed(
  report: Report,
  now: Instant,
  effect: Extract<Effect, { kind: 'failed' }>,
  why?: string,
): void {
  report.log(now, 'handshake failed', () => ({
    reason: effect.reason,
    peer: displayAddress(effect.path.remote),
    claimed: effect.claim === null ? null : displayClaim(effect.claim),
    ...(why === undefined ? {} : { why }),
  }));
}
