/**
 * ports: what the daemon asks of the world, as interfaces and plain messages. Each has two implementations from its
 * first day: the real one in adapters/, a simulated one in test/fakes.
 */
export type { AuthoritySource } from './authority-source.ts';
export type {
  Backend,
  BackendAnswer,
  BackendCounts,
  BackendFailure,
  BackendSink,
  JobId,
  RelayedRequest,
} from './backend.ts';
export type { Alarm, Clock } from './clock.ts';
export type { DatagramCounts, DatagramPort, DatagramSink } from './datagram.ts';
export type {
  ControlMessage,
  HistogramView,
  ListenerAddress,
  Petition,
  PskMaterial,
  SessionView,
  ShardAnswer,
  ShardCounters,
  ShardMessage,
  ShardQuestion,
  Word,
} from './feed.ts';
export type { AuthorityFiles, BackendFiles } from './named-files.ts';
export type { PeerForward, PeerMessage } from './peer-forward.ts';
export type {
  AuthoritySettings,
  BackendSecurity,
  BackendSettings,
  DtlsListenerSettings,
  ListenerSettings,
  RightSettings,
  RouteSettings,
  ShardLimits,
  ShardSettings,
} from './shard-settings.ts';
export type { PeerStarted, ShardStart } from './shard-start.ts';
export {
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type LogLevel,
  METRICS,
  type MetricDefinition,
  type MetricName,
  REQUEST_SECONDS_BOUNDS,
  SHARD_EVENTS,
  type ShardEvent,
} from './telemetry.ts';
export type { LogEntry, Revision, Store, StoredEntry, StoredSnapshot } from './store.ts';
export {
  CONTROL_EVENTS,
  type ControlEvent,
  type LogFields,
  type OperatorLog,
  report,
} from './operator-log.ts';
export type { ShardThread, ShardThreadListener, StartShardThread } from './shard-thread.ts';
export { CONTROL_METRICS, REVOCATION_SECONDS_BOUNDS } from './control-metrics.ts';
