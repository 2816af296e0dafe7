/**
 * CSV (RFC 4180) in which every field knows its place. What is wrong is said by place and column, never by content:
 * fields may be keys.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { fromUtf8 } from '../../base/index.ts';

/** Both from 1, as editors count. The column is in characters of that line. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Field extends Place {
  readonly text: string;
}

export interface CsvRow extends Place {
  /** In the order of the columns of the file. */
  readonly fields: readonly Field[];
}

export interface CsvFile {
  readonly kind: 'csv';
  readonly head: CsvRow;
  readonly rows: readonly CsvRow[];
}

/** Why a file cannot be read at all, and where. */
export interface CsvProblem extends Place {
  readonly kind: 'problem';
  readonly problem: string;
}

/** Reads a file of at least a head; empty lines are passed over, white space around fields is not part of them. */
export function readCsv(bytes: Uint8Array): CsvFile | CsvProblem {
  const found = fromUtf8(bytes);
  if (found === undefined) return problem(utf16(bytes) ? IS_UTF16 : NOT_UTF8);
  const text = found.replace(/^\u{feff}/u, '').replaceAll('\r\n', '\n');
  const [firstLine = ''] = text.split('\n', 1);
  if (!firstLine.includes(',') && /[;\t]/.test(firstLine)) return problem(OTHER_SEPARATOR);
  try {
    const [head, ...rows] = placed(parse(text, OPTIONS) as unknown as readonly RawRecord[]);
    return head === undefined ? problem('there is nothing in it') : { kind: 'csv', head, rows };
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    return { kind: 'problem', ...placeOf(thrown, text), problem: PROBLEMS[thrown.code] ?? 'is not CSV' };
  }
}

interface RawRecord {
  readonly record: readonly string[];
  /** The record as it stands in the file, with the empty lines before it. */
  readonly raw: string;
}

function placed(records: readonly RawRecord[]): CsvRow[] {
  let line = 1;
  return records.map(({ record, raw }) => {
    const empty = /^[^\S\n]*\n/;
    let rest = raw;
    while (empty.test(rest)) {
      rest = rest.replace(empty, '');
      line++;
    }
    const fields = startsOf(rest, line).map((start, index) => ({ ...start, text: record[index] ?? '' }));
    const row = { line, column: 1, fields };
    line += rest.split('\n').length - 1;
    return row;
  });
}

/** Where the fields of a record begin; quotes have been checked by now, so that a doubled one opens again at once. */
function startsOf(raw: string, firstLine: number): Place[] {
  const starts: Place[] = [{ line: firstLine, column: 1 }];
  let line = firstLine;
  let column = 0;
  let quoted = false;
  for (const letter of raw) {
    column++;
    if (letter === '"') quoted = !quoted;
    if (letter === ',' && !quoted) starts.push({ line, column: column + 1 });
    if (letter !== '\n') continue;
    line++;
    column = 0;
  }
  return starts;
}

function placeOf(error: CsvError, text: string): Place {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return lastOpeningQuote(text);
  const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
  const index = typeof error['index'] === 'number' ? error['index'] : 0;
  const start = startsOf(text.split('\n')[line - 1] ?? '', line)[index];
  return start ?? { line, column: 1 };
}

function lastOpeningQuote(text: string): Place {
  const before = text.slice(0, text.lastIndexOf('"')).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function utf16([first = 0, second = 0]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

const problem = (words: string): CsvProblem => ({ kind: 'problem', line: 1, column: 1, problem: words });

const OPTIONS = {
  raw: true,
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: '\n',
  trim: true,
} as const;

const IS_UTF16 = 'is UTF-16: save it as UTF-8 (spreadsheets call it "CSV UTF-8")';
const NOT_UTF8 = 'is not UTF-8 (spreadsheets call it "CSV UTF-8")';
const OTHER_SEPARATOR = 'its columns are not separated by commas: save it with commas';

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  INVALID_OPENING_QUOTE:
    'a quote in the middle of a field: write the field in quotes, and each quote in it twice',
  CSV_INVALID_CLOSING_QUOTE: 'there is more after the closing quote: a quote inside a field is written twice',
};
