import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { required, utf8 } from '../../../../src/base/index.ts';
import { nodeProvider } from '../../../../src/crypto/index.ts';

const SIGNED = utf8('what is signed');

for (const [curve, hash, scheme] of [
  ['P-256', 'sha256', 'ecdsa_secp256r1_sha256'],
  ['P-256', 'sha384', 'ecdsa_secp384r1_sha384'],
  ['P-384', 'sha256', 'ecdsa_secp256r1_sha256'],
  ['P-384', 'sha384', 'ecdsa_secp384r1_sha384'],
] as const) {
  test(`an ECDSA signature on ${curve} with ${hash} verifies (RFC 5246 section 7.4.1.4.1)`, () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
    const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
    const key = required(nodeProvider.verifyKey(spki), 'a key of a kind we know');
    const signature = new Uint8Array(sign(hash, SIGNED, privateKey));
    assert.equal(nodeProvider.verify(scheme, key, SIGNED, signature), true);
    const other = scheme === 'ecdsa_secp256r1_sha256' ? 'ecdsa_secp384r1_sha384' : 'ecdsa_secp256r1_sha256';
    assert.equal(nodeProvider.verify(other, key, SIGNED, signature), false, 'another hash');
    assert.equal(nodeProvider.verify('ed25519', key, SIGNED, signature), false, 'another algorithm');
    assert.equal(nodeProvider.verify('rsa_pkcs1_sha256', key, SIGNED, signature), false, 'another family');
  });
}
