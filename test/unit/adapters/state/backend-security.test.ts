import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openBackendSecurity } from '../../../../src/adapters/state/index.ts';
import { pem } from '../../../../src/crypto/index.ts';
import { temporaryDirectory } from '../../../support/process.ts';
import { authority, device, pkcs8Of, testKey } from '../../../support/x509.ts';

describe('what the gateway shows to a coaps backend', () => {
  const directory = temporaryDirectory('backend-security');
  const written = (name: string, content: string): string => {
    const file = join(directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const root = authority();
  const own = device({ subject: 'gateway' }, root);
  const keyFile = written('gw.key', pkcs8Of(own.key));
  const certificateFile = written('gw.pem', pem('CERTIFICATE', own.der));
  const anchorFile = written('root.pem', pem('CERTIFICATE', root.der));
  const serverFingerprint = 'AB'.repeat(32);

  test('a pre-shared key in hexadecimal', () => {
    const file = written('psk', '000102030405060708090a0b0c0d0e0f\n');
    const opened = openBackendSecurity({ kind: 'psk', identity: 'gw', keyFile: file }, '');
    assert.deepEqual(
      opened.kind === 'psk' && opened.key,
      Uint8Array.from({ length: 16 }, (_, i) => i),
    );
  });

  test("a raw public key: the gateway's own, or another", () => {
    const files = { kind: 'rpk', keyFile: null, serverFingerprint } as const;
    const opened = openBackendSecurity(files, 'OWN');
    assert.deepEqual(opened, { kind: 'rpk', keyPem: 'OWN', serverFingerprintHex: 'ab'.repeat(32) });
    const other = openBackendSecurity({ ...files, keyFile }, 'OWN');
    assert.match(other.kind === 'rpk' ? other.keyPem : '', /BEGIN PRIVATE KEY/);
  });

  test('a certificate with its key, and whom to believe', () => {
    const anchors = [anchorFile];
    const files = { kind: 'x509', keyFile, certificateFile, anchors, serverName: null } as const;
    const opened = openBackendSecurity(files, '');
    assert.deepEqual(opened.kind === 'x509' && [opened.chain, opened.anchors], [[own.der], [root.der]]);
    const otherKey = written('other.key', pkcs8Of(testKey('p256', 'other')));
    for (const [wrong, message] of [
      [{ keyFile: otherKey }, /gw\.pem: .*does not belong to the private key/],
      [{ keyFile: certificateFile }, /gw\.pem: found PEM of the kind CERTIFICATE/],
      [{ certificateFile: join(directory, 'none') }, /cannot read/],
      [{ keyFile: join(directory, 'none') }, /does not exist/],
      [{ anchors: [keyFile] }, /gw\.key: found PEM of the kind PRIVATE KEY/],
    ] as const) {
      assert.throws(() => openBackendSecurity({ ...files, ...wrong }, ''), {
        code: 'PN_BACKEND_SECURITY',
        message,
      });
    }
  });

  test('a key file of another kind is refused', () => {
    const files = { kind: 'psk', identity: 'gw', keyFile: written('text', 'my key') } as const;
    assert.throws(() => openBackendSecurity(files, ''), /does not hold a key in hexadecimal/);
  });
});
