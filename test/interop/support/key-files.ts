/**
 * Keys and certificates as files, as the programs of others want them. Made anew for each gateway; no key outlives
 * it.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { required } from '../../../src/base/index.ts';
import { signingKey } from '../../../src/crypto/index.ts';
import type { OwnIdentity } from '../../../src/dtls/index.ts';
import {
  authority,
  extendedKeyUsage,
  issue,
  keyUsage,
  OID_CLIENT_AUTH,
  OID_SERVER_AUTH,
  subjectAltName,
} from '../../support/x509.ts';

/** One key pair; the names are those of files, PEM each. */
export type KeyFiles = {
  readonly key: string;
  readonly publicKey: string;
  /** The same public key and nothing more: what a raw public key pins. DER. */
  readonly spki: Uint8Array;
  /** The same for our own side; P-256 and Ed25519 only. */
  identity(): OwnIdentity;
};

/** With a certificate from the authority of its {@link KeyShop}. */
export type CertifiedFiles = KeyFiles & {
  readonly certificate: string;
  /** Leaf only, DER. */
  readonly chain: readonly [Uint8Array];
};

export type Curve = 'P-256' | 'P-384' | 'P-521' | 'ed25519' | 'rsa';

/** Where keys are made. */
export type KeyShop = {
  /** The authority that all certificates here come from, PEM. */
  readonly authority: string;
  raw(name: string, curve?: Curve): KeyFiles;
  certified(name: string, curve?: Curve): CertifiedFiles;
  /** Removes all files. */
  close(): void;
};

export function openKeyShop(): KeyShop {
  const folder = mkdtempSync(join(tmpdir(), 'postern-keys-'));
  const validity = { notBefore: fromNow(-1), notAfter: fromNow(2) };
  const root = authority({ subject: 'Interop Root', ...validity });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const filesOf = (name: string, key: KeyObject, chain: readonly Uint8Array[] = []): KeyFiles => {
    const pem = pemOf(key, 'pkcs8');
    return {
      key: file(`${name}.key`, pem),
      publicKey: file(`${name}.pub`, pemOf(createPublicKey(key), 'spki')),
      spki: new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })),
      identity: () => ({ key: required(signingKey(pem), 'a key that we can sign with'), chain }),
    };
  };
  return {
    close: () => rmSync(folder, { recursive: true }),
    authority: file('authority.crt', certificatePem(root.der)),
    raw: (name, curve = 'P-256') => filesOf(name, freshKey(curve)),
    certified: (name, curve = 'P-256') => {
      const key = freshKey(curve);
      const extensions = [
        keyUsage('digitalSignature'),
        extendedKeyUsage(OID_CLIENT_AUTH, OID_SERVER_AUTH),
        subjectAltName(['dns', name]),
      ];
      const { der } = issue({ subject: name, key, extensions, ...validity }, root);
      return {
        ...filesOf(name, key, [der]),
        certificate: file(`${name}.crt`, certificatePem(der)),
        chain: [der],
      };
    },
  };
}

function freshKey(curve: Curve): KeyObject {
  if (curve === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  if (curve === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('ec', { namedCurve: curve }).privateKey;
}

function pemOf(key: KeyObject, type: 'pkcs8' | 'spki'): string {
  return key.export({ type, format: 'pem' } as { type: 'spki'; format: 'pem' });
}

function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** ISO 8601, so many days from now. */
function fromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
