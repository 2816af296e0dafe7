/** What control asks a shard about itself. */
import type { DtlsEndpoint } from '../../dtls/index.ts';
import type { Clock, ShardAnswer, ShardQuestion, ShardSettings } from '../ports/index.ts';
import { countersOf, type HealthParts } from './health.ts';
import { countOf, type Sessions, viewsOf } from './sessions.ts';

export interface InquiryParts extends HealthParts {
  readonly sessions: Sessions;
  readonly dtls: DtlsEndpoint;
  readonly clock: Clock;
  readonly settings: ShardSettings;
}

/** The answer to a question that changes nothing. */
export function inform(
  question: Extract<ShardQuestion, { kind: 'sessions' | 'count-sessions' | 'counters' }>,
  parts: InquiryParts,
): ShardAnswer {
  const { kind } = question;
  switch (kind) {
    case 'sessions':
      return { kind, sessions: viewsOf(parts.sessions, parts) };
    case 'count-sessions':
      return { kind: 'counted', ...countOf(parts.sessions, question.of) };
    case 'counters':
      return { kind, counters: countersOf(parts) };
  }
}
