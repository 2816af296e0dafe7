/**
 * The closed vocabulary of what is measured and logged: names never drift, because dashboards and people hold on to
 * them. A shard counts in plain cells; control turns its counts into the metrics page.
 */

export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Order of the label values in a key of ShardCounters. */
  readonly labels: readonly string[];
}

/** What every shard reports, summed over shards on the page. */
export const METRICS = {
  postern_handshakes_total: {
    kind: 'counter',
    help: 'DTLS handshakes that ended, by result and reason',
    labels: ['result', 'reason', 'credential'],
  },
  postern_records_dropped_total: {
    kind: 'counter',
    help: 'Datagrams and DTLS records that were ignored',
    labels: ['reason'],
  },
  postern_messages_dropped_total: {
    kind: 'counter',
    help: 'CoAP messages that led to no request and no response',
    labels: ['reason'],
  },
  postern_sessions_closed_total: {
    kind: 'counter',
    help: 'Established DTLS connections that ended',
    labels: ['reason'],
  },
  postern_requests_total: {
    kind: 'counter',
    help: 'Requests of devices, by action and how they ended',
    labels: ['action', 'outcome'],
  },
  postern_decisions_total: {
    kind: 'counter',
    help: 'Decisions about requests, by outcome and what determined it',
    labels: ['outcome', 'by'],
  },
  postern_newcomers_total: {
    kind: 'counter',
    help: 'Devices with unknown keys at an open claim window, by what became of them',
    labels: ['outcome'],
  },
  postern_claims_total: {
    kind: 'counter',
    help: 'Claims and returns by devices, by what became of them',
    labels: ['outcome'],
  },
  postern_request_seconds: {
    kind: 'histogram',
    help: 'From a forwarded request to its response',
    labels: [],
  },
  postern_datagrams_total: {
    kind: 'counter',
    help: 'Datagrams of the listeners',
    labels: ['direction'],
  },
  postern_socket_errors_total: {
    kind: 'counter',
    help: 'Errors that listener sockets reported',
    labels: ['error'],
  },
  postern_backend_errors_total: {
    kind: 'counter',
    help: 'Errors of the connections to a backend',
    labels: ['backend'],
  },
  postern_backend_dropped_total: {
    kind: 'counter',
    help: 'Messages from a backend that nothing waited for, or that made no sense',
    labels: ['backend'],
  },
  postern_forwarded_datagrams_total: {
    kind: 'counter',
    help: 'Datagrams that belonged to another shard',
    labels: [],
  },
  postern_sessions: { kind: 'gauge', help: 'Established DTLS connections', labels: [] },
  postern_limit_used: { kind: 'gauge', help: 'How much of a limit is in use', labels: ['limit'] },
  postern_limit_max: { kind: 'gauge', help: 'What a limit is set to', labels: ['limit'] },
  postern_limit_overflows_total: {
    kind: 'counter',
    help: 'How often a limit was run into',
    labels: ['limit'],
  },
} as const satisfies Record<string, MetricDefinition>;
export type MetricName = keyof typeof METRICS;

/** Upper bounds of `postern_request_seconds`. */
export const REQUEST_SECONDS_BOUNDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['auto', 'json', 'text'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What a shard has to say to the operator: constant messages; everything else is in the fields. */
export const SHARD_EVENTS = {
  'handshake failed': 'warn',
  'request denied': 'info',
  'newcomer refused': 'warn',
  'claim refused': 'warn',
  'trust stale': 'error',
  'trust fresh': 'info',
  'backend unreachable': 'warn',
  'backend reachable': 'info',
  'listener skipped': 'warn',
} as const satisfies Record<string, LogLevel>;
export type ShardEvent = keyof typeof SHARD_EVENTS;
