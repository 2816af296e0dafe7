/** A line of the log for a person: local time, level, event, then `name=value`, in colours where they are seen. */
import { styleText } from 'node:util';
import type { LogFields, LogLevel } from '../../daemon/ports/index.ts';

export interface TextLine {
  readonly at: Date;
  readonly severity: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
  readonly coloured: boolean;
}

/** `16:24:53.120 warn   handshake failed  reason=unknown-authority why="nobody ..."`, with a line feed. */
export function textLine({ at, severity, event, fields, coloured }: TextLine): string {
  const paint = (style: Style, text: string): string =>
    coloured ? styleText(style, text, { validateStream: false }) : text;
  const shown = Object.entries(fields).map(
    ([name, value]) => `${paint('dim', `${name}=`)}${displayValue(value)}`,
  );
  const head = [clock(at), paint(STYLES[severity], severity.padEnd(LEVEL_WIDTH)), event].join(' ');
  return `${[head, ...(shown.length === 0 ? [] : [` ${shown.join(' ')}`])].join(' ')}\n`;
}

/** Quoted unless it is one plain word. Values come from far away: nothing in them reaches the terminal as a command. */
function displayValue(value: LogFields[string]): string {
  if (typeof value !== 'string') return String(value);
  if (/^[\w.:/@+%~,*()[\]-]+$/.test(value)) return value;
  return JSON.stringify(value).replaceAll(UNSEEN, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
}

function clock(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  return `${time}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

type Style = 'dim' | 'green' | 'yellow' | 'red';

const STYLES = { debug: 'dim', info: 'green', warn: 'yellow', error: 'red' } as const satisfies Record<
  LogLevel,
  Style
>;
const LEVEL_WIDTH = 5;
/** Control, format (also those that turn the direction of writing), unassigned, and separators of lines. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;
