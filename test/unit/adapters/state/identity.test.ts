import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openIdentity } from '../../../../src/adapters/state/index.ts';
import { pem, signingKey } from '../../../../src/crypto/index.ts';
import { rawKey, selfSigned } from '../../../support/identities.ts';
import { temporaryDirectory } from '../../../support/process.ts';

const OWN = { keyFile: null, certificateFile: null };
const invalid = (message: RegExp) => ({ code: 'PN_IDENTITY_INVALID', message });

describe("the gateway's own key", () => {
  test('is made once, kept for its owner only, and found again', () => {
    const directory = temporaryDirectory('identity');
    const first = openIdentity(directory, OWN);
    assert.equal(statSync(join(directory, 'identity.key')).mode & 0o777, 0o600);
    assert.deepEqual(openIdentity(directory, OWN), first);
    assert.deepEqual(signingKey(first.keyPem)?.spki, first.spki);
    assert.deepEqual(first.chain, []);
  });

  test('may be brought along, with its certificates', () => {
    const directory = temporaryDirectory('identity');
    const { keyFile, certificateFile, chain } = brought(directory);
    const opened = openIdentity(directory, { keyFile, certificateFile });
    assert.deepEqual(opened.chain, chain);
  });

  test('is refused with what was found, when it is something else', () => {
    const directory = temporaryDirectory('identity');
    const { keyFile, certificateFile } = brought(directory);
    const missing = join(directory, 'nowhere.pem');
    assert.throws(() => openIdentity(directory, { ...OWN, keyFile: missing }), invalid(/does not exist/));
    writeFileSync(missing, pem('PUBLIC KEY', rawKey().key.spki), { mode: 0o600 });
    assert.throws(() => openIdentity(directory, { ...OWN, keyFile: missing }), invalid(/PUBLIC KEY/));
    assert.throws(() => openIdentity(directory, { ...OWN, certificateFile }), invalid(/another key/));
    assert.throws(
      () => openIdentity(directory, { keyFile, certificateFile: keyFile }),
      invalid(/PRIVATE KEY; only certificates/),
    );
  });
});

/** A key file and a certificate file for it. */
function brought(directory: string): {
  keyFile: string;
  certificateFile: string;
  chain: readonly Uint8Array[];
} {
  const { key, chain, keyPem } = selfSigned('gateway.example');
  assert.equal(key.kind, 'ec-p256');
  const keyFile = join(directory, 'brought.key');
  const certificateFile = join(directory, 'brought.pem');
  writeFileSync(keyFile, keyPem, { mode: 0o600 });
  writeFileSync(certificateFile, chain.map((one) => pem('CERTIFICATE', one)).join(''));
  return { keyFile, certificateFile, chain };
}
