/** The head of a CSV file against the columns that are wanted. */
import { CommandFault, EXIT } from '../fault.ts';
import { type CsvFile, type Place, readCsv } from './csv.ts';

export interface Columns<Name extends string> {
  readonly all: readonly Name[];
  readonly needed: readonly Name[];
}

export interface Sheet<Name extends string> {
  readonly csv: CsvFile;
  /** In the order of the file. */
  readonly columns: readonly Name[];
}

/** Reads a file with at least one row; throws a fault that names its place and what is wrong with it as a whole. */
export function openSheet<Name extends string>(
  file: string,
  bytes: Uint8Array,
  wanted: Columns<Name>,
): Sheet<Name> {
  const csv = readCsv(bytes);
  const refuse = ({ line, column }: Place, words: string): never => {
    throw new CommandFault(EXIT.usage, `${file}:${line}:${column}: ${words}`, hintFor(wanted));
  };
  if (csv.kind === 'problem') return refuse(csv, csv.problem);
  const columns = csv.head.fields.map(
    (field) => wanted.all.find((name) => name === field.text) ?? refuse(field, unknownColumn(field.text)),
  );
  for (const [index, name] of columns.entries()) {
    const field = csv.head.fields[index] ?? csv.head;
    if (columns.indexOf(name) !== index) refuse(field, `the column '${name}' is there twice`);
  }
  const missing = wanted.needed.find((name) => !columns.includes(name));
  if (missing !== undefined) refuse(csv.head, `the column '${missing}' is missing`);
  if (csv.rows.length === 0) throw new CommandFault(EXIT.usage, `${file} has no rows below its head`);
  return { csv, columns };
}

/** Without its head, a file begins with a device: what might be a key is not repeated. */
const unknownColumn = (text: string): string =>
  /^[a-z][a-z _-]{0,23}$/i.test(text) ? `there is no column called '${text}'` : 'no column has that name';

function hintFor<Name extends string>({ all, needed }: Columns<Name>): string {
  const others = all.filter((name) => !needed.includes(name));
  return `the first line names the columns: ${needed.join(',')} and, where wanted, ${others.join(',')}`;
}
