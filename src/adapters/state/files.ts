/**
 * Small files of the state directory: written beside and renamed over, so that a crash leaves the old one or the new.
 */
import {
  closeSync,
  fsyncSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { OperationalError } from '../../base/index.ts';

/**
 * The content of a file that only its owner may read, or `undefined` when there is none. Refuses with
 * PN_SECRET_EXPOSED when others may read or write it: whoever could has it.
 */
export function readSecretFile(file: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw failed(`cannot read ${file}`, cause);
  }
  try {
    const mode = fstatSync(descriptor).mode & 0o777;
    if ((mode & 0o077) === 0) return readFileSync(descriptor);
    const seen = mode.toString(8).padStart(4, '0');
    const advice = `replace it if they could, then: chmod 600 ${file}`;
    const message = `${file} may be read or written by others (mode ${seen}); ${advice}`;
    throw new OperationalError('PN_SECRET_EXPOSED', message);
  } finally {
    closeSync(descriptor);
  }
}

/** Creates a file with mode 0600, durably, never over an existing one. */
export function createSecretFile(file: string, content: string | Uint8Array): void {
  const beside = writeBeside(file, content);
  try {
    linkSync(beside, file); // unlike rename, refuses to replace what somebody else put there meanwhile
    unlinkSync(beside);
    syncDirectory(file);
  } catch (cause) {
    throw failed(`cannot create ${file}`, cause);
  }
}

/** Writes a file with mode 0600 over whatever was there. */
export function replaceFile(file: string, content: string): void {
  const beside = writeBeside(file, content);
  try {
    renameSync(beside, file);
  } catch (cause) {
    throw failed(`cannot write ${file}`, cause);
  }
}

/** Removes a file; one that is not there is fine. */
export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw failed(`cannot remove ${file}`, cause);
  }
}

function writeBeside(file: string, content: string | Uint8Array): string {
  const beside = `${file}.new`;
  try {
    removeFile(beside);
    const descriptor = openSync(beside, 'wx', 0o600);
    try {
      writeSync(descriptor, typeof content === 'string' ? Buffer.from(content) : content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return beside;
  } catch (cause) {
    throw failed(`cannot write ${beside}`, cause);
  }
}

function syncDirectory(file: string): void {
  const descriptor = openSync(dirname(file), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function failed(what: string, cause: unknown): OperationalError {
  if (cause instanceof OperationalError) return cause;
  return new OperationalError('PN_STATE_UNWRITABLE', `${what}: ${codeOf(cause)}`, { cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
}
