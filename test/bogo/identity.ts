/** The key and chain that the runner hands over in files, or the runner's own P-256 ones where it hands over none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importIdentityKey, pemBlocks } from '../../src/crypto/index.ts';
import type { OwnIdentity } from '../../src/dtls/index.ts';

/** Environment variable: the folder with the runner's files. */
export const RESOURCES = 'BOGO_RESOURCES';

/** `undefined`: a key of a kind that Postern does not identify itself with. */
export function ownIdentity(values: ReadonlyMap<string, string>): OwnIdentity | undefined {
  const folder = process.env[RESOURCES] ?? '.';
  const keyFile = values.get('key-file') ?? join(folder, 'ecdsa_p256_key.pem');
  const certificateFile = values.get('cert-file') ?? join(folder, 'ecdsa_p256_cert.pem');
  const imported = importIdentityKey(readFileSync(keyFile, 'utf8'));
  if (imported.kind !== 'key') return undefined;
  const blocks = pemBlocks(readFileSync(certificateFile, 'utf8'), CHAIN_MAX) ?? [];
  return { key: imported.key, chain: blocks.map(({ der }) => der) };
}

const CHAIN_MAX = 16;
