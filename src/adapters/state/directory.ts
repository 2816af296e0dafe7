/** The state directory: made when it is missing, refused when it cannot be written. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperationalError } from '../../base/index.ts';

/** Makes sure that `directory` exists and can be written; refuses with PN_STATE_UNWRITABLE, nothing changed. */
export function prepareStateDirectory(directory: string): void {
  try {
    makeWithParents(directory);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (cause instanceof OperationalError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const message = `the state directory ${directory} cannot be written: ${reason}`;
    throw new OperationalError('PN_STATE_UNWRITABLE', message, { cause });
  }
}

/** By hand, because mkdir's own `recursive` never returns where the system answers ENOENT for ever (/proc). */
function makeWithParents(directory: string): void {
  if (!existsSync(directory)) {
    const parent = dirname(directory);
    if (parent !== directory) makeWithParents(parent);
    mkdirSync(directory, { mode: 0o700 });
  } else if (!statSync(directory).isDirectory()) {
    throw new OperationalError('PN_STATE_UNWRITABLE', `${directory} is not a directory`);
  }
}
