/** What control measures: the second half of the metrics page, after METRICS of the shards. */
import type { MetricDefinition } from './telemetry.ts';

export const CONTROL_METRICS = {
  postern_revision: { kind: 'gauge', help: 'Revision of the log of trust', labels: [] },
  postern_actors: { kind: 'gauge', help: 'Actors by kind', labels: ['kind'] },
  postern_credentials: { kind: 'gauge', help: 'Credentials in force', labels: [] },
  postern_relationships: {
    kind: 'gauge',
    help: 'Relationships that are kept, those that have ended included',
    labels: [],
  },
  postern_shards_running: { kind: 'gauge', help: 'Shards that listen', labels: [] },
  postern_shard_restarts_total: {
    kind: 'counter',
    help: 'Shards that ended and were started again',
    labels: [],
  },
  postern_changes_total: {
    kind: 'counter',
    help: 'Changes that operators asked for, by command and how they ended',
    labels: ['command', 'outcome'],
  },
  postern_revocation_seconds: {
    kind: 'histogram',
    help: 'From the moment a revocation is durable until the last shard applied it',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Upper bounds of `postern_revocation_seconds`. */
export const REVOCATION_SECONDS_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5,
];
