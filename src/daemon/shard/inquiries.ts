/** What control asks a shard about itself. */
import type { DtlsEndpoint } from '../../dtls/index.ts';
import type { Clock, ShardAnswer, ShardQuestion, ShardSettings } from '../ports/index.ts';
import { countersOf, type HealthParts } from './health.ts';
import { type Sessions, viewsOf } from './sessions.ts';

export interface InquiryParts extends HealthParts {
  readonly sessions: Sessions;
  readonly dtls: DtlsEndpoint;
  readonly clock: Clock;
  readonly settings: ShardSettings;
}

/** The answer to a question that changes nothing. */
export function inform(
  kind: Extract<ShardQuestion['kind'], 'sessions' | 'counters'>,
  parts: InquiryParts,
): ShardAnswer {
  if (kind === 'sessions') return { kind, sessions: viewsOf(parts.sessions, parts) };
  return { kind, counters: countersOf(parts) };
}
