/** The operator's log: one JSON object a line, on stderr, written before the call returns. */
import pino from 'pino';
import type { LogLevel, OperatorLog } from '../../daemon/ports/index.ts';

/** Writes lines of `level` and above to file descriptor `to`. */
export function openLog(level: LogLevel, to: number = STDERR): OperatorLog {
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
  return { line: (severity, event, fields = {}) => logger[severity](shorten(fields), event) };
}

/** Fields may come from far away: each is cut, so that a line stays a line. JSON escapes everything else. */
function shorten(fields: Readonly<Record<string, string | number | boolean | null>>): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      RESERVED.has(name) ? `field_${name}` : name,
      typeof value === 'string' && value.length > FIELD_LENGTH_MAX
        ? `${value.slice(0, FIELD_LENGTH_MAX)}...`
        : value,
    ]),
  );
}

const STDERR = 2;
const FIELD_LENGTH_MAX = 1_000;
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'event']);
