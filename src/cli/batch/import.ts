/**
 * Devices by the file. All or nothing is one call and one revision. `--partial` goes in pieces, each of them a call;
 * what was made is kept after each, so that nothing is lost when a later one fails.
 */
import { required } from '../../base/index.ts';
import type { AdminClient } from '../client.ts';
import { CommandFault, EXIT } from '../fault.ts';
import type { Progress } from '../progress.ts';
import type { DeviceRow, MadeDevices, RowError } from '../views.ts';
import { type Batch, type BatchRow, placeIn, type RowFault } from './rows.ts';

export interface RefusedRow extends RowFault {
  /** Stable; `row-invalid` where the gateway was not even asked. */
  readonly code: string;
}

export interface Imported {
  readonly devices: MadeDevices['devices'];
  readonly refused: readonly RefusedRow[];
}

/** What happens on the way. */
export interface Watch {
  readonly progress: Progress;
  /** Called with devices as soon as they are there, before anything else is asked for. */
  readonly keep: (devices: MadeDevices['devices'], rows: readonly BatchRow[]) => Promise<void>;
}

/**
 * All devices of the batch, or none and, thrown as a fault, all rows that are wrong. Rows that cannot be sent are sent
 * without a name, which no device may have: so the gateway says what is wrong with all the others too.
 */
export async function importAll(batch: Batch, client: AdminClient, watch: Watch): Promise<Imported> {
  const { rows, faults } = batch;
  if (rows.length > ROWS_MAX) {
    const message = `all or nothing goes up to ${ROWS_MAX} devices, and the file has ${rows.length}`;
    throw new CommandFault(EXIT.usage, message, 'split the file, or take what can be taken with --partial');
  }
  try {
    const made = await client.addDevices(
      rows.map(({ device }) => device ?? NOBODY),
      false,
    );
    await watch.keep(made.devices, rows);
    await watch.progress.advance(rows.length);
    return { devices: made.devices, refused: [] };
  } catch (thrown) {
    const errors = refusedRows(thrown) ?? [];
    if (errors.length + faults.length === 0) throw thrown;
    const sent = errors.filter(({ index }) => rows[index]?.device !== undefined);
    return { devices: [], refused: inOrder([...unsendable(batch), ...inFile(sent, rows, batch)]) };
  }
}

/** What can be added of the batch, and what could not. */
export async function importPiecewise(batch: Batch, client: AdminClient, watch: Watch): Promise<Imported> {
  const good = batch.rows.filter(({ device }) => device !== undefined);
  const devices: MadeDevices['devices'][number][] = [];
  const refused: RefusedRow[] = unsendable(batch);
  await watch.progress.advance(batch.rows.length - good.length);
  for (let from = 0; from < good.length; from += PIECE) {
    const piece = good.slice(from, from + PIECE);
    const made = await addPiece(
      piece.map(({ device }) => required(device, 'rows without fault')),
      client,
    );
    await watch.keep(made.devices, piece);
    devices.push(...made.devices);
    refused.push(...inFile(made.refused, piece, batch));
    await watch.progress.advance(piece.length);
  }
  return { devices, refused: inOrder(refused) };
}

async function addPiece(
  devices: readonly DeviceRow[],
  client: AdminClient,
): Promise<Pick<MadeDevices, 'devices' | 'refused'>> {
  try {
    return await client.addDevices(devices, true);
  } catch (thrown) {
    // Not one of them was good.
    const refused = refusedRows(thrown);
    if (refused === undefined) throw thrown;
    return { devices: [], refused };
  }
}

function refusedRows(thrown: unknown): readonly RowError[] | undefined {
  if (!(thrown instanceof CommandFault) || thrown.details.code !== 'rows-refused') return undefined;
  return (thrown.details.errors ?? []) as readonly RowError[];
}

const unsendable = ({ faults }: Batch): RefusedRow[] =>
  faults.map((fault) => ({ ...fault, code: 'row-invalid' }));

function inFile(errors: readonly RowError[], rows: readonly BatchRow[], { columns }: Batch): RefusedRow[] {
  return errors.map(({ index, code, detail, field }) => {
    const row = required(rows[index], 'the gateway speaks of rows that it was sent');
    return { ...placeIn(row, columns, field), code, reason: detail };
  });
}

const inOrder = (refused: readonly RefusedRow[]): RefusedRow[] =>
  refused.toSorted((a, b) => a.line - b.line || a.column - b.column);

const NOBODY: DeviceRow = { name: '', owner: '' };
/** What the gateway takes in one call. */
const ROWS_MAX = 10_000;
const PIECE = 250;
