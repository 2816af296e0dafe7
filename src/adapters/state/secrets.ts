/** The secrets of the state directory: made at the first start, read at every later one. */
import { join } from 'node:path';
import { fromUtf8, OperationalError } from '../../base/index.ts';
import {
  type Entropy,
  MASTER_KEY_BYTES,
  type MasterKey,
  masterKey,
  tokenDigest,
} from '../../crypto/index.ts';
import { createSecretFile, readSecretFile } from './files.ts';

export interface MasterKeyFile {
  readonly file: string;
  readonly key: MasterKey;
}

/**
 * The key that seals all others, from `master.key`. Made when it is missing and `expected` is false; when keys were
 * sealed with it already, its absence is PN_MASTER_KEY_MISSING.
 */
export function openMasterKey(directory: string, entropy: Entropy, expected: boolean): MasterKeyFile {
  const file = join(directory, 'master.key');
  const found = readSecretFile(file);
  if (found !== undefined) return { file, key: take(file, found) };
  if (expected) {
    const message = `${file} is missing, and the keys in the store were sealed with it: restore it from a backup`;
    throw new OperationalError('PN_MASTER_KEY_MISSING', message);
  }
  const fresh = entropy(MASTER_KEY_BYTES);
  createSecretFile(file, fresh);
  return { file, key: take(file, fresh) };
}

export interface TokenFile {
  readonly file: string;
  /** What the token is recognised by; the token itself is not kept. */
  readonly digest: Uint8Array;
}

/** The operator's token, from `admin.token`; made when it is missing. */
export function openAdminToken(directory: string, entropy: Entropy): TokenFile {
  const file = join(directory, 'admin.token');
  const found = readSecretFile(file);
  if (found === undefined) {
    const fresh = Buffer.from(entropy(TOKEN_BYTES)).toString('base64url');
    createSecretFile(file, `${fresh}\n`);
    return { file, digest: tokenDigest(fresh) };
  }
  const token = fromUtf8(found)?.trim() ?? '';
  if (token.length < TOKEN_LENGTH_MIN) {
    const message = `${file} holds no token of ${TOKEN_LENGTH_MIN} characters or more: remove it to get a new one`;
    throw new OperationalError('PN_TOKEN_INVALID', message);
  }
  return { file, digest: tokenDigest(token) };
}

function take(file: string, bytes: Uint8Array): MasterKey {
  if (bytes.length !== MASTER_KEY_BYTES) {
    const message = `${file} has ${bytes.length} bytes instead of ${MASTER_KEY_BYTES}: restore it from a backup`;
    throw new OperationalError('PN_MASTER_KEY_INVALID', message);
  }
  const key = masterKey(bytes);
  bytes.fill(0);
  return key;
}

const TOKEN_BYTES = 32;
const TOKEN_LENGTH_MIN = 20;
