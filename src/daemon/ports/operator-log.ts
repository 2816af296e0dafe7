/** Port: lines for the operator. A constant message from the closed lists of events; everything else is a field. */
import type { LogLevel } from './telemetry.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface OperatorLog {
  line(level: LogLevel, event: string, fields?: LogFields): void;
}

/** What control and the process around it have to say. */
export const CONTROL_EVENTS = {
  'gateway ready': 'info',
  'gateway draining': 'info',
  'gateway stopped': 'info',
  'snapshot not saved': 'warn',
  'trust changed': 'info',
  'trust migrated': 'info',
  'change failed': 'error',
  'authorities reloaded': 'info',
  'authorities not reloaded': 'error',
  'clock behind': 'error',
  'shard listening': 'info',
  'shard exited': 'error',
  'shard restarting': 'warn',
  'shard unable': 'error',
  'shard late': 'error',
  'petition failed': 'error',
  'admin refused a token': 'warn',
  'admin failed': 'error',
} as const satisfies Record<string, LogLevel>;
export type ControlEvent = keyof typeof CONTROL_EVENTS;

/** Writes one of control's events at its level. */
export function report(log: OperatorLog, event: ControlEvent, fields: LogFields = {}): void {
  log.line(CONTROL_EVENTS[event], event, fields);
}
