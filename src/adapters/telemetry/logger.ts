/** The operator's log, written before the call returns: one JSON object a line, or one line for a person. */
import { isatty } from 'node:tty';
import pino from 'pino';
import {
  LOG_LEVELS,
  type LogFields,
  type LogFormat,
  type LogLevel,
  type OperatorLog,
} from '../../daemon/ports/index.ts';
import { textLine } from './text-line.ts';

export interface LogSettings {
  readonly level: LogLevel;
  /** `auto`: text where a person looks at it, JSON into files, pipes and containers. */
  readonly format: LogFormat;
}

/** Writes lines of `level` and above to file descriptor `to`. */
export function openLog({ level, format }: LogSettings, to: number = STDERR): OperatorLog {
  const terminal = isatty(to);
  const text = format === 'text' || (format === 'auto' && terminal);
  return text ? textLog(level, to, terminal && process.env['NO_COLOR'] === undefined) : jsonLog(level, to);
}

function jsonLog(level: LogLevel, to: number): OperatorLog {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: to, sync: true }),
  );
  return { line: (severity, event, fields = {}) => logger[severity](unreserved(shorten(fields)), event) };
}

function textLog(level: LogLevel, to: number, coloured: boolean): OperatorLog {
  const least = LOG_LEVELS.indexOf(level);
  const destination = pino.destination({ dest: to, sync: true });
  return {
    line: (severity, event, fields = {}) => {
      if (LOG_LEVELS.indexOf(severity) < least) return;
      destination.write(textLine({ at: new Date(), severity, event, fields: shorten(fields), coloured }));
    },
  };
}

/** Fields may come from far away: each is cut, so that a line stays a line. */
function shorten(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > FIELD_LENGTH_MAX
        ? `${value.slice(0, FIELD_LENGTH_MAX)}...`
        : value,
    ]),
  );
}

/** No field takes the place of what the line itself says. */
function unreserved(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [RESERVED.has(name) ? `field_${name}` : name, value]),
  );
}

const STDERR = 2;
const FIELD_LENGTH_MAX = 1_000;
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'event']);
