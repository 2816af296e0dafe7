/**
 * What scripts make of Debian source packages (see debian-source.sh): made when first needed, kept below the folder for
 * temporary files, ours alone, and made anew when the script changes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why something is not to be had. */
export interface Missing {
  readonly missing: string;
}

/** The folder that a script fills. `name`: what is in it, with whatever it depends on besides the script. */
export function madeBy(script: URL, name: string): { readonly folder: string } | Missing {
  const hash = createHash('sha256');
  for (const file of [script, COMMON]) hash.update(readFileSync(file));
  const folder = join(ownFolder('made'), `${name}-${hash.digest('hex').slice(0, 8)}`);
  const { status, stderr } = spawnSync(script.pathname, [folder], { encoding: 'utf8', timeout: MS_MAX });
  if (status === 0) return { folder };
  return { missing: stderr?.trim().split('\n').at(-1) || `${name} could not be made` };
}

/** A folder for temporary files that outlive a run. Nobody else may write there: what lies in it is run. */
export function ownFolder(name: string): string {
  const user = process.getuid?.();
  const folder = join(tmpdir(), `postern-${name}-${user ?? 'user'}`);
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const { uid, mode } = lstatSync(folder);
  if (user !== undefined && (uid !== user || (mode & 0o077) !== 0))
    throw new RangeError(`${folder} is not ours alone`);
  return folder;
}

const COMMON = new URL('debian-source.sh', import.meta.url);
/** Fetching and building, on a busy machine. */
const MS_MAX = 300_000;
