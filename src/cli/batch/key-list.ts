/** A manufacturer's list: the keys of its devices, and hashes of what is printed on or in them. */
import { CommandFault, EXIT } from '../fault.ts';
import { readInput } from '../key-file.ts';
import type { Terminal } from '../terminal.ts';
import { openSheet, type Sheet } from './columns.ts';

/** A line of the list as `PUT /v1/claim-window` takes it. */
type ListedDevice = Partial<Record<(typeof MEMBERS)[Column], string>>;

export interface KeyList {
  readonly devices: readonly ListedDevice[];
  /** What the gateway refused, with its place in the file. */
  readonly placed: (thrown: unknown) => unknown;
}

/** Reads a list; throws a fault with the place of whatever is wrong. */
export async function readKeyList(file: string, terminal: Terminal): Promise<KeyList> {
  const sheet = openSheet(file, await readInput(file, terminal), { all: COLUMNS, needed: ['fingerprint'] });
  const devices = sheet.csv.rows.map((row) => {
    if (row.fields.length !== sheet.columns.length) {
      const words = `has ${row.fields.length} fields where the head has ${sheet.columns.length}`;
      throw new CommandFault(EXIT.failure, `${file}:${row.line}:1: ${words}`);
    }
    const members = sheet.columns.map(
      (column, index) => [MEMBERS[column], row.fields[index]?.text ?? ''] as const,
    );
    return Object.fromEntries(members.filter(([, text]) => text !== '')) as ListedDevice;
  });
  return { devices, placed: (thrown) => placed(file, sheet, thrown) };
}

function placed(file: string, { csv, columns }: Sheet<Column>, thrown: unknown): unknown {
  if (!(thrown instanceof CommandFault)) return thrown;
  const [, index, member] = /^\/admits\/devices\/(\d+)(?:\/(\w+))?/.exec(thrown.details.field ?? '') ?? [];
  const row = csv.rows[Number(index)];
  if (index === undefined || row === undefined) return thrown;
  const field = row.fields[columns.findIndex((column) => MEMBERS[column] === member)];
  const { line, column } = field ?? row;
  const { exit, message, hint, details } = thrown;
  return new CommandFault(exit, `${file}:${line}:${column}: ${message}`, hint, details);
}

type Column = (typeof COLUMNS)[number];
const COLUMNS = ['fingerprint', 'claim_code', 'claim_code_hash', 'reset_proof', 'reset_proof_hash'] as const;
const MEMBERS = {
  fingerprint: 'fingerprint',
  claim_code: 'claimCode',
  claim_code_hash: 'claimCodeHash',
  reset_proof: 'resetProof',
  reset_proof_hash: 'resetProofHash',
} as const satisfies Record<Column, string>;
