/** What the gateway shows to coaps backends, and knows them by: read from the files that the configuration names. */
import { readFileSync } from 'node:fs';
import { fromHex, fromUtf8, OperationalError, utf8 } from '../../base/index.ts';
import { importIdentityKey, readAnchors, readOwnChain } from '../../crypto/index.ts';
import type { BackendFiles, BackendSecurity } from '../../daemon/ports/index.ts';
import { readSecretFile } from './files.ts';

/**
 * Reads the files; `ownKeyPem` is the gateway's own key, which is shown where no other is named. What is missing, or
 * holds something else, is PN_BACKEND_SECURITY, said with what was found.
 */
export function openBackendSecurity(files: BackendFiles, ownKeyPem: string): BackendSecurity {
  switch (files.kind) {
    case 'psk': {
      const { identity, keyFile } = files;
      const key = fromHex(fromUtf8(secretIn(keyFile))?.trim() ?? '');
      if (key === undefined || key.length === 0)
        throw invalid(`${keyFile} does not hold a key in hexadecimal`);
      return { kind: 'psk', identity: utf8(identity), key };
    }
    case 'rpk': {
      const { keyFile, serverFingerprint } = files;
      const keyPem = keyFile === null ? ownKeyPem : keyIn(keyFile).pem;
      return { kind: 'rpk', keyPem, serverFingerprintHex: serverFingerprint.toLowerCase() };
    }
    case 'x509': {
      const { keyFile, certificateFile, anchors, serverName } = files;
      const imported = keyIn(keyFile);
      const chain = readOwnChain(bytesIn(certificateFile), imported.key);
      if (chain.kind === 'problem') throw invalid(`${certificateFile}: ${chain.problem}`);
      const believed = anchors.flatMap((file) => {
        const read = readAnchors(bytesIn(file));
        if (read.kind === 'problem') throw invalid(`${file}: ${read.problem}`);
        return read.certificates.map(({ der }) => der);
      });
      const own = chain.certificates.map(({ der }) => der);
      return { kind: 'x509', keyPem: imported.pem, chain: own, anchors: believed, serverName };
    }
  }
}

function keyIn(file: string): Extract<ReturnType<typeof importIdentityKey>, { kind: 'key' }> {
  const imported = importIdentityKey(secretIn(file));
  if (imported.kind !== 'key') throw invalid(`${file}: ${imported.problem}`);
  return imported;
}

function secretIn(file: string): Uint8Array {
  const found = readSecretFile(file);
  if (found === undefined) throw invalid(`${file} does not exist`);
  return found;
}

function bytesIn(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new OperationalError('PN_BACKEND_SECURITY', `cannot read ${file}`, { cause });
  }
}

const invalid = (message: string): OperationalError => new OperationalError('PN_BACKEND_SECURITY', message);
