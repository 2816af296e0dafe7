/**
 * From a CSV file to the devices that it names, or to everything that is wrong with it. Neither a fault nor anything
 * else said about a row repeats what stands in it, but for names.
 */
import { fromHex, toHex, utf8 } from '../../base/index.ts';
import { importPublicKey, nodeProvider, pem } from '../../crypto/index.ts';
import type { DeviceRow } from '../views.ts';
import { openSheet, type Sheet } from './columns.ts';
import type { CsvRow, Field, Place } from './csv.ts';

export type ColumnName = (typeof COLUMNS)[number];

/** Where something is wrong, and what. */
export interface RowFault extends Place {
  readonly field: ColumnName | null;
  readonly reason: string;
}

export interface BatchRow {
  readonly row: CsvRow;
  /** `undefined` where something is wrong with it. */
  readonly device: DeviceRow | undefined;
}

export interface Batch {
  readonly columns: readonly ColumnName[];
  readonly rows: readonly BatchRow[];
  readonly faults: readonly RowFault[];
}

/** Reads the head; throws a fault that names what is wrong with it or with the file as a whole. */
export function openBatch(file: string, bytes: Uint8Array): Sheet<ColumnName> {
  return openSheet(file, bytes, { all: COLUMNS, needed: ['name', 'owner'] });
}

/** Reads all rows; `each` is called after each of them, for those who watch. */
export async function readRows(
  { csv, columns }: Sheet<ColumnName>,
  each: () => Promise<void> | undefined,
): Promise<Batch> {
  const reading = new Reading(columns);
  const rows: BatchRow[] = [];
  for (const row of csv.rows) {
    rows.push({ row, device: reading.device(row) });
    await each();
  }
  return { columns, rows, faults: reading.faults };
}

/** The place of a member that the gateway found wrong, by its JSON pointer. */
export function placeIn(
  { row }: BatchRow,
  columns: readonly ColumnName[],
  pointer: string | undefined,
): Place & { readonly field: ColumnName | null } {
  const field = MEMBERS[pointer?.split('/')[1] ?? ''] ?? null;
  const { line, column } = (field === null ? undefined : row.fields[columns.indexOf(field)]) ?? row;
  return { line, column, field };
}

class Reading {
  readonly faults: RowFault[] = [];
  readonly #columns: readonly ColumnName[];
  /** The line in which something was that may be there once only. */
  readonly #seen = new Map<string, number>();

  constructor(columns: readonly ColumnName[]) {
    this.#columns = columns;
  }

  /** The device of a row; what is wrong with it is added to `faults`. */
  device(row: CsvRow): DeviceRow | undefined {
    const before = this.faults.length;
    const { length } = row.fields;
    if (length !== this.#columns.length) {
      this.#fault(row, null, `has ${length} fields where the head has ${this.#columns.length}`);
      return undefined;
    }
    const field = (name: ColumnName): Field | undefined => row.fields[this.#columns.indexOf(name)];
    const device = {
      name: this.#once('name', 'name', this.#filled('name', field('name'))),
      owner: this.#filled('owner', field('owner'))?.text ?? '',
      ...this.#preShared(field('identity'), field('key_hex')),
      ...this.#ownKey(field('rpk'), [field('identity'), field('key_hex')]),
    };
    return this.faults.length === before ? device : undefined;
  }

  #preShared(identity: Field | undefined, key: Field | undefined): Partial<DeviceRow> {
    const shown = isFilled(identity) ? this.#identity(identity) : undefined;
    const secret = isFilled(key) ? this.#key(key) : undefined;
    return {
      ...(shown === undefined ? {} : { identityHex: shown }),
      ...(secret === undefined ? {} : { keyHex: secret }),
    };
  }

  #identity(field: Field): string | undefined {
    const bytes = field.text.startsWith('hex:') ? fromHex(field.text.slice(4)) : utf8(field.text);
    if (bytes === undefined) return this.#fault(field, 'identity', 'is not hexadecimal after hex:');
    if (bytes.length > IDENTITY_BYTES_MAX)
      return this.#fault(field, 'identity', `is longer than ${IDENTITY_BYTES_MAX} bytes`);
    const text = toHex(bytes);
    return this.#once('identity', 'identity', { ...field, text });
  }

  #key(field: Field): string | undefined {
    const bytes = fromHex(field.text);
    if (bytes === undefined) return this.#fault(field, 'key_hex', 'is not hexadecimal');
    if (bytes.length < KEY_BYTES_MIN || bytes.length > KEY_BYTES_MAX)
      return this.#fault(field, 'key_hex', `is not ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX} bytes long`);
    return this.#once('key_hex', 'key', { ...field, text: toHex(bytes) });
  }

  /** A private key ends here: it is not sent to anybody. */
  #ownKey(
    field: Field | undefined,
    preShared: readonly (Field | undefined)[],
  ): { readonly publicKey?: string } {
    if (!isFilled(field)) return {};
    if (preShared.some(isFilled)) {
      this.#fault(field, 'rpk', 'a device has a public key or a pre-shared one, not both');
      return {};
    }
    const imported = importPublicKey(field.text, nodeProvider);
    if (imported.kind === 'problem') {
      this.#fault(field, 'rpk', imported.problem);
      return {};
    }
    this.#once('rpk', 'public key', { ...field, text: imported.fingerprintHex });
    return { publicKey: pem('PUBLIC KEY', imported.spki) };
  }

  #filled(name: ColumnName, field: Field | undefined): Field | undefined {
    if (isFilled(field)) return field;
    if (field !== undefined) this.#fault(field, name, 'is empty');
    return undefined;
  }

  #once(column: ColumnName, what: string, field: Field | undefined): string {
    if (field === undefined) return '';
    const mark = `${column} ${field.text}`;
    const before = this.#seen.get(mark);
    if (before === undefined) this.#seen.set(mark, field.line);
    else this.#fault(field, column, `line ${before} has this ${what} already`);
    return field.text;
  }

  #fault({ line, column }: Place, field: ColumnName | null, reason: string): undefined {
    this.faults.push({ line, column, field, reason });
  }
}

const isFilled = (field: Field | undefined): field is Field => field !== undefined && field.text !== '';

const COLUMNS = ['name', 'owner', 'identity', 'key_hex', 'rpk'] as const;

/** Members of the request, and the columns they come from. */
const MEMBERS: Readonly<Record<string, ColumnName>> = {
  name: 'name',
  owner: 'owner',
  identity: 'identity',
  identityHex: 'identity',
  keyHex: 'key_hex',
  publicKey: 'rpk',
};

/** As the gateway has it. */
const IDENTITY_BYTES_MAX = 128;
const KEY_BYTES_MIN = 8;
const KEY_BYTES_MAX = 64;
