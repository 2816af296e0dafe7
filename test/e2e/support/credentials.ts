/** Files of keys and certificates for one gateway and its devices, made by an authority of their own. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { required } from '../../../src/base/index.ts';
import { pem, signingKey } from '../../../src/crypto/index.ts';
import type { OwnIdentity } from '../../../src/dtls/index.ts';
import { temporaryDirectory } from '../../support/process.ts';
import {
  authority,
  type CertificateWish,
  device,
  extendedKeyUsage,
  type Holder,
  issue,
  keyUsage,
  OID_SERVER_AUTH,
  pkcs8Of,
  revocationList,
  spkiOf,
  subjectAltName,
  testKey,
} from '../../support/x509.ts';

/** What one device, or the gateway, holds: the same in memory and in files. */
export interface KeyFiles {
  readonly keyFile: string;
  readonly publicKeyFile: string;
  readonly publicKeyPem: string;
  readonly certificateFile: string;
  readonly certificatePem: string;
  /** Private and public key in one file. */
  readonly pairFile: string;
  /** Without the certificate. */
  readonly raw: OwnIdentity;
  readonly certified: OwnIdentity;
}

export interface Authority {
  readonly file: string;
  readonly gateway: KeyFiles;
  /** `name`: of the device, and the common name in its certificate. */
  issueFor(name: string, wish?: Pick<CertificateWish, 'notBefore' | 'notAfter' | 'serial'>): KeyFiles;
  /** A file with a current revocation list of these serial numbers (hexadecimal). */
  revoke(...serials: readonly string[]): string;
}

/** An authority with a certificate for a gateway at localhost. */
export function foundAuthority(name: string): Authority {
  const directory = temporaryDirectory(name);
  const root = authority({ subject: `${name} Root`, key: testKey('p256', `${name} root`), ...LONG });
  const file = join(directory, 'root.pem');
  writeFileSync(file, pem('CERTIFICATE', root.der));
  const write = (who: string, holder: Holder): KeyFiles => written(directory, who, holder);
  const extensions = [
    keyUsage('digitalSignature'),
    extendedKeyUsage(OID_SERVER_AUTH),
    subjectAltName(['dns', 'localhost']),
  ];
  const key = testKey('p256', `${name} gateway`);
  return {
    file,
    gateway: write('gateway', issue({ subject: 'gateway', key, extensions, ...LONG }, root)),
    issueFor: (who, wish = {}) =>
      write(who, device({ subject: who, key: testKey('p256', `${name} ${who}`), ...LONG, ...wish }, root)),
    revoke: (...revoked) => {
      const list = join(directory, 'revoked.pem');
      const [thisUpdate, nextUpdate] = [LONG.notBefore, LONG.notAfter];
      writeFileSync(list, pem('X509 CRL', revocationList({ revoked, thisUpdate, nextUpdate }, root)));
      return list;
    },
  };
}

function written(directory: string, who: string, { der, key }: Holder): KeyFiles {
  const at = (suffix: string, content: string): string => {
    const file = join(directory, `${who}.${suffix}`);
    writeFileSync(file, content);
    chmodSync(file, 0o600);
    return file;
  };
  const publicKeyPem = pem('PUBLIC KEY', spkiOf(key));
  const certificatePem = pem('CERTIFICATE', der);
  const signing = required(signingKey(pkcs8Of(key)), 'a fresh key can sign');
  return {
    keyFile: at('key', pkcs8Of(key)),
    publicKeyFile: at('pub', publicKeyPem),
    publicKeyPem,
    certificateFile: at('pem', certificatePem),
    certificatePem,
    pairFile: at('pair', sec1Of(key) + publicKeyPem),
    raw: { key: signing, chain: [] },
    certified: { key: signing, chain: [der] },
  };
}

const sec1Of = (key: KeyObject): string =>
  createPrivateKey(pkcs8Of(key)).export({ type: 'sec1', format: 'pem' });

const LONG = { notBefore: '2020-01-01T00:00:00Z', notAfter: '2049-01-01T00:00:00Z' };
