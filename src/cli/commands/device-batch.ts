/** `postern device add --batch`: a fleet from a CSV file, all or nothing, and labels for what has to be printed. */
import { type Label, labelHead, labelLines } from '../../enrolment/index.ts';
import { importAll, importPiecewise, type Imported, type RefusedRow } from '../batch/import.ts';
import { type Batch, type BatchRow, openBatch, readRows } from '../batch/rows.ts';
import { CommandFault, EXIT } from '../fault.ts';
import { readInput } from '../key-file.ts';
import { openProgress, type Progress } from '../progress.ts';
import { type SecretFile, withSecretFile } from '../secret-file.ts';
import type { MadeDevices } from '../views.ts';
import type { CommandContext } from './context.ts';

export interface BatchOptions {
  readonly partial?: boolean;
  /** File for the labels of keys that the gateway makes, `-` for standard output. */
  readonly labels?: string;
}

/** Adds the devices of `file`, and says what became of each row. */
export async function addBatch(file: string, options: BatchOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  if (options.labels === '-' && context.json()) {
    const hint = 'with --json the answer itself has the keys; or write the labels to a file';
    throw new CommandFault(EXIT.usage, 'labels and JSON do not both fit on standard output', hint);
  }
  const sheet = openBatch(file, await readInput(file, terminal));
  const progress = await openProgress(sheet.csv.rows.length, terminal);
  try {
    progress.stage('checking');
    const batch = await readRows(sheet, () => progress.advance(1));
    requireLabels(batch, options, context);
    progress.stage('adding');
    const imported =
      options.labels === undefined
        ? await importWith(batch, options, context, progress, undefined)
        : await withSecretFile(options.labels, terminal, (labels) =>
            importWith(batch, options, context, progress, labels),
          );
    progress.stop();
    report({ file, options, imported, rows: sheet.csv.rows.length }, context);
  } finally {
    progress.stop();
  }
}

/** Nothing is made that would be seen by nobody. */
function requireLabels({ rows }: Batch, { labels }: BatchOptions, context: CommandContext): void {
  const made = rows.filter(({ device }) => device !== undefined && makesKey(device)).length;
  if (made === 0 || labels !== undefined || context.json()) return;
  const keys = made === 1 ? 'a key that is' : `${made} keys that are`;
  const message = `the gateway would make ${keys} shown once, and there is nowhere to show them`;
  throw new CommandFault(
    EXIT.usage,
    message,
    'name a new file for them: --labels FILE, or - for standard output',
  );
}

function makesKey({ keyHex, publicKey }: NonNullable<BatchRow['device']>): boolean {
  return keyHex === undefined && publicKey === undefined;
}

async function importWith(
  batch: Batch,
  { partial }: BatchOptions,
  context: CommandContext,
  progress: Progress,
  labels: SecretFile | undefined,
): Promise<Imported> {
  let begun = false;
  const keep = async (devices: MadeDevices['devices'], rows: readonly BatchRow[]): Promise<void> => {
    const made = labelsOf(devices, rows);
    if (labels === undefined || made.length === 0) return;
    await labels.write((begun ? '' : labelHead()) + labelLines(made));
    begun = true;
  };
  const watch = { progress, keep };
  const client = context.admin();
  return partial === true ? importPiecewise(batch, client, watch) : importAll(batch, client, watch);
}

function labelsOf(devices: MadeDevices['devices'], rows: readonly BatchRow[]): Label[] {
  return devices.flatMap(({ index, name, credential }) => {
    const { identity = '', identityHex, keyHex } = credential;
    if (identityHex === undefined || keyHex === undefined) return [];
    return [{ name, owner: rows[index]?.device?.owner ?? '', identity, identityHex, keyHex }];
  });
}

interface Report {
  readonly file: string;
  readonly options: BatchOptions;
  readonly imported: Imported;
  /** In the file. */
  readonly rows: number;
}

function report({ file, options, imported, rows }: Report, context: CommandContext): void {
  const { devices, refused } = imported;
  const { terminal } = context;
  const wrong = new Set(refused.map(({ line }) => line)).size;
  if (refused.length > 0) terminal.note(displayRefused(file, refused));
  if (refused.length > 0 && options.partial !== true) {
    const message = `${file}: ${wrong} of ${rows} rows ${wrong === 1 ? 'is' : 'are'} wrong, and nothing was added`;
    const hint = 'mend them, or add the others alone with --partial';
    throw new CommandFault(EXIT.failure, message, hint, { code: 'rows-refused', errors: refused });
  }
  const made = devices.filter(({ credential }) => credential.keyHex !== undefined).length;
  const where = options.labels === undefined || options.labels === '-' ? '' : `, now in ${options.labels}`;
  const keys = made === 0 ? '' : `; ${made} with keys made here${where}`;
  const left = wrong === 0 ? '' : `; ${wrong} rows were wrong`;
  const words = `${devices.length} of ${rows} devices added${keys}${left}\n`;
  if (context.json()) terminal.write(`${JSON.stringify({ devices, refused }, null, 2)}\n`);
  else if (options.labels === '-') terminal.note(words);
  else terminal.write(words);
  if (wrong > 0) context.settle(EXIT.failure);
}

/** `devices.csv:7:15 key_hex: is not hexadecimal`, as compilers say it. */
function displayRefused(file: string, refused: readonly RefusedRow[]): string {
  const lines = refused.slice(0, SHOWN_MAX).map(({ line, column, field, reason }) => {
    const where = `${file}:${line}:${column}${field === null ? '' : ` ${field}`}`;
    return `${where}: ${reason}\n`;
  });
  const more = refused.length - lines.length;
  return [...lines, ...(more > 0 ? [`... and ${more} more: --json has them all\n`] : [])].join('');
}

const SHOWN_MAX = 100;
