/** Keys and certificates made on the spot; certificates by the `openssl` command. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingKey } from '../../src/crypto/index.ts';
import type { OwnIdentity } from '../../src/dtls/index.ts';

/** A fresh P-256 key pair without any certificate. */
export function rawKey(): OwnIdentity {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { key: keyFrom(privateKey.export({ type: 'pkcs8', format: 'pem' })), chain: [] };
}

/** A fresh key pair with a self-signed certificate for `name`. */
export function selfSigned(
  name: string,
  kind: 'ec' | 'rsa' = 'ec',
): OwnIdentity & { readonly keyPem: string } {
  const folder = mkdtempSync(join(tmpdir(), 'postern-certificate-'));
  try {
    const { privateKey } =
      kind === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
        : generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(folder, 'key.pem'), pem, { mode: 0o600 });
    const subject = ['-subj', `/CN=${name}`, '-days', '2', '-sha256'];
    execFileSync('openssl', [
      'req',
      '-x509',
      '-new',
      '-key',
      join(folder, 'key.pem'),
      ...subject,
      '-out',
      join(folder, 'cert.pem'),
    ]);
    const { raw } = new X509Certificate(readFileSync(join(folder, 'cert.pem')));
    return { key: keyFrom(pem), chain: [new Uint8Array(raw)], keyPem: pem };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function keyFrom(pem: string): OwnIdentity['key'] {
  const key = signingKey(pem);
  if (key === undefined) throw new RangeError('a fresh key is a key');
  return key;
}
