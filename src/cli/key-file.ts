/** Secrets that come from files, so that they need not stand in a command line that every process may read. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fromHex, fromUtf8 } from '../base/index.ts';
import {
  type IdentityKey,
  importIdentityKey,
  importPublicKey,
  nodeProvider,
  pem,
  readAnchors,
  readOwnChain,
} from '../crypto/index.ts';
import { CommandFault, EXIT, systemCode } from './fault.ts';
import type { Terminal } from './terminal.ts';

/** The bytes of `file`, or of standard input for `-`. */
export async function readInput(file: string, terminal: Terminal): Promise<Uint8Array> {
  if (file === '-') return terminal.input();
  try {
    return await readFile(resolve(terminal.cwd, file));
  } catch (thrown) {
    throw new CommandFault(EXIT.usage, unreadable(file, thrown));
  }
}

/** That a file cannot be read, and why, in words. */
export function unreadable(file: string, thrown: unknown): string {
  const code = systemCode(thrown) ?? 'unknown reason';
  return code === 'ENOENT' ? `no such file: ${file}` : `cannot read ${file}: ${REASONS[code] ?? code}`;
}

/** The one line of text in `file`, or on standard input. */
export async function readLine(file: string, terminal: Terminal): Promise<string> {
  const text = fromUtf8(await readInput(file, terminal))?.trim();
  if (text !== undefined && text !== '' && !text.includes('\n')) return text;
  throw new CommandFault(EXIT.usage, `${displayFile(file)} does not hold one line of text`);
}

/** A key in hexadecimal, checked. */
export async function readKeyFile(file: string, terminal: Terminal): Promise<string> {
  const text = await readLine(file, terminal);
  if (fromHex(text) !== undefined) return text.toLowerCase();
  throw new CommandFault(
    EXIT.usage,
    `${displayFile(file)} does not hold a key in hexadecimal`,
    'one line, for example 000102030405060708090a0b0c0d0e0f; of a binary key: xxd -p -c 64 KEY',
  );
}

/** The public key in a file, as PEM. A private one is refused here, before it goes anywhere. */
export async function readPublicKey(file: string, terminal: Terminal): Promise<string> {
  const imported = importPublicKey(await readInput(file, terminal), nodeProvider);
  if (imported.kind === 'key') return pem('PUBLIC KEY', imported.spki);
  throw new CommandFault(EXIT.usage, `${displayFile(file)}: ${imported.problem}`);
}

/** The certificates in a file, as PEM, the device's own first. */
export async function readCertificates(file: string, terminal: Terminal): Promise<string> {
  const read = readAnchors(await readInput(file, terminal));
  if (read.kind === 'problem') throw new CommandFault(EXIT.usage, `${displayFile(file)}: ${read.problem}`);
  return read.certificates.map(({ der }) => pem('CERTIFICATE', der)).join('');
}

/** A private key, and the certificates for it if there is a file of them. */
export async function readIdentity(
  keyFile: string,
  certificateFile: string | undefined,
  terminal: Terminal,
): Promise<{ readonly key: IdentityKey['key']; readonly chain: readonly Uint8Array[] }> {
  const imported = importIdentityKey(await readInput(keyFile, terminal));
  if (imported.kind !== 'key')
    throw new CommandFault(EXIT.usage, `${displayFile(keyFile)}: ${imported.problem}`);
  const { key } = imported;
  if (certificateFile === undefined) return { key, chain: [] };
  const read = readOwnChain(await readInput(certificateFile, terminal), key);
  if (read.kind === 'problem')
    throw new CommandFault(EXIT.usage, `${displayFile(certificateFile)}: ${read.problem}`);
  return { key, chain: read.certificates.map(({ der }) => der) };
}

const displayFile = (file: string): string => (file === '-' ? 'standard input' : file);

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};
