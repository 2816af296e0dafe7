/** Files that may change while the gateway runs. */
import { unwatchFile, watchFile } from 'node:fs';

/**
 * Calls `changed` when one of the files is another one, a few seconds later at most. Their times and sizes are looked
 * at rather than the system asked to tell: that works for files that are replaced, and on every file system. The
 * function that it returns ends it.
 */
export function watchFiles(files: readonly string[], changed: () => void): () => void {
  const watched = [...new Set(files)];
  for (const file of watched) watchFile(file, { persistent: false, interval: INTERVAL_MS }, changed);
  return () => {
    for (const file of watched) unwatchFile(file, changed);
  };
}

const INTERVAL_MS = 2_000;
