/**
 * The gateway's own key: what devices that share no secret with it know it by. Made at the first start, or brought
 * along.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, OperationalError } from '../../base/index.ts';
import { generateIdentityKey, importIdentityKey, pemBlocks, readCertificate } from '../../crypto/index.ts';
import { createSecretFile, readSecretFile } from './files.ts';

export interface Identity {
  /** PKCS #8, PEM. */
  readonly keyPem: string;
  /** The canonical SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Certificates for the key, DER, leaf first; empty: it is a raw public key only. */
  readonly chain: readonly Uint8Array[];
}

/**
 * The key in `keyFile`, or the gateway's own in `identity.key`, made when it is missing; with the certificates in
 * `certificateFile`. A file that does not hold what it should, or a certificate for another key, is
 * PN_IDENTITY_INVALID, said with what was found.
 */
export function openIdentity(
  directory: string,
  files: { readonly keyFile: string | null; readonly certificateFile: string | null },
): Identity {
  const file = files.keyFile ?? join(directory, 'identity.key');
  const found = readSecretFile(file);
  if (found === undefined && files.keyFile !== null) throw invalid(`${file} does not exist`);
  const made = found === undefined ? generateIdentityKey() : undefined;
  if (made !== undefined) createSecretFile(file, made.pem);
  const imported = made ?? importIdentityKey(found ?? '');
  if (imported.kind !== 'key') throw invalid(`${file}: ${imported.problem}`);
  const { spki } = imported.key;
  const chain = files.certificateFile === null ? [] : chainFor(spki, files.certificateFile);
  return { keyPem: imported.pem, spki, chain };
}

function chainFor(spki: Uint8Array, file: string): readonly Uint8Array[] {
  const blocks = pemBlocks(readText(file), CHAIN_MAX);
  if (blocks === undefined || blocks.length === 0) throw invalid(`${file} holds no certificates in PEM`);
  const other = blocks.find(({ label }) => label !== 'CERTIFICATE');
  if (other !== undefined) throw invalid(`${file} holds a ${other.label}; only certificates belong there`);
  const chain = blocks.map(({ der }) => der);
  const leaf = readCertificate(chain[0] as Uint8Array);
  if (!('spki' in leaf)) throw invalid(`the first certificate in ${file} cannot be read`);
  if (!equalBytes(leaf.spki, spki)) throw invalid(`the first certificate in ${file} is for another key`);
  return chain;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new OperationalError('PN_IDENTITY_INVALID', `cannot read ${file}`, { cause });
  }
}

const invalid = (message: string): OperationalError => new OperationalError('PN_IDENTITY_INVALID', message);

const CHAIN_MAX = 4;
