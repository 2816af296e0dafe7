/** The state directory: made when it is missing, refused when it cannot be written. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { OperationalError } from '../../base/index.ts';

/** Makes sure that `directory` exists and can be written; refuses with PN_STATE_UNWRITABLE, nothing changed. */
export function prepareStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const message = `the state directory ${directory} cannot be written: ${reason}`;
    throw new OperationalError('PN_STATE_UNWRITABLE', message, { cause });
  }
}
