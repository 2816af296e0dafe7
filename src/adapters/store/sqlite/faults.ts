/** SQLite's result codes (https://sqlite.org/rescode.html) as operational errors. */
import { OperationalError } from '../../../base/index.ts';

/** Runs `work`; what SQLite throws becomes an operational error that names `file`. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw operational(file, cause);
  }
}

export function corrupt(file: string, what: string, cause?: unknown): OperationalError {
  const found = what.replaceAll(/[\s*]+/g, ' ').trim();
  const message = `the store ${file} is damaged: ${found}. Nothing was changed; restore a backup or move the file away`;
  return new OperationalError('PN_STORE_CORRUPT', message, { cause });
}

export function newer(file: string, version: number, known: number): OperationalError {
  const formats = `format ${version}, this one knows ${known}`;
  const message = `the store ${file} was written by a newer Postern (${formats}). Nothing was changed`;
  return new OperationalError('PN_STORE_NEWER', message);
}

function operational(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return cause;
  switch (cause.errcode & PRIMARY_CODE) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return new OperationalError('PN_STORE_IN_USE', inUse(file), { cause });
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt(file, cause.message, cause);
    case SQLITE_FULL:
      return new OperationalError('PN_STORE_FULL', `no space left for the store ${file}`, {
        cause,
        retryable: true,
      });
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return new OperationalError(
        'PN_STATE_UNWRITABLE',
        `the store ${file} cannot be opened for writing: ${cause.message}`,
        { cause },
      );
    default:
      return new OperationalError('PN_STORE_FAILED', `the store ${file} failed: ${cause.message}`, {
        cause,
        retryable: true,
      });
  }
}

const inUse = (file: string): string =>
  `the store ${file} is in use by another process: a gateway that runs already? Give this one a state directory ` +
  'of its own (POSTERN_STATE)';

const PRIMARY_CODE = 0xff;
const SQLITE_PERM = 3;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
