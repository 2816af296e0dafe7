/** A log that is kept to look at. */
import type { LogFields, LogLevel, OperatorLog } from '../../src/daemon/ports/index.ts';

export interface FakeLog extends OperatorLog {
  readonly lines: { readonly level: LogLevel; readonly event: string; readonly fields: LogFields }[];
  events(): string[];
}

export function fakeLog(): FakeLog {
  const lines: FakeLog['lines'] = [];
  return {
    lines,
    line: (level, event, fields = {}) => {
      lines.push({ level, event, fields });
    },
    events: () => lines.map(({ event }) => event),
  };
}
