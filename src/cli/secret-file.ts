/** Files for what is shown once: opened before anything is asked for, so that no key is made that cannot be kept. */
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFault, EXIT, systemCode } from './fault.ts';
import type { Terminal } from './terminal.ts';

export interface SecretFile {
  /** Adds to the file. */
  write(content: string | Uint8Array): Promise<void>;
}

/**
 * Runs `use` with a new file that only its owner may read (mode 0600), or with standard output for `-`. A file that
 * exists is not written over. If `use` fails before anything was written, there is no file afterwards.
 */
export async function withSecretFile<T>(
  file: string,
  terminal: Terminal,
  use: (file: SecretFile) => Promise<T>,
): Promise<T> {
  if (file === '-') return use({ write: async (content) => terminal.write(content) });
  const path = resolve(terminal.cwd, file);
  const handle = await create(file, path);
  let written = false;
  try {
    return await use({
      write: async (content) => {
        written = true;
        await handle.appendFile(content);
        await handle.sync();
      },
    });
  } finally {
    await handle.close();
    if (!written) await unlink(path);
  }
}

async function create(file: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (thrown) {
    const code = systemCode(thrown) ?? 'unknown reason';
    throw code === 'EEXIST'
      ? new CommandFault(EXIT.usage, `${file} exists already`, 'secrets are not written over other files')
      : new CommandFault(EXIT.usage, `cannot write ${file}: ${code}`);
  }
}
