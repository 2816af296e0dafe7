import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { nodeProvider } from '../../src/crypto/index.ts';
import { certifiedKey } from '../../src/dtls/v12/certified-key.ts';
import { rawKey, selfSigned } from '../support/identities.ts';

const fault = (reason: string) => ({ name: 'PeerFault', reason });

/** A fresh SubjectPublicKeyInfo. */
function spkiOf({ publicKey }: { readonly publicKey: KeyObject }): Uint8Array {
  return new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
}

for (const [what, pair] of [
  ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2_048 })],
  ['X25519', () => generateKeyPairSync('x25519')],
  ['Ed448', () => generateKeyPairSync('ed448')],
  ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['P-521', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ['secp256k1', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
] as const) {
  test(`K07: a raw public key of ${what} is refused by its type`, () => {
    const refused = () => certifiedKey(nodeProvider, 'raw-public-key', [spkiOf(pair())]);
    assert.throws(refused, fault('unsupported-certificate'));
  });
}

for (const [what, pair] of [
  ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['Ed25519', () => generateKeyPairSync('ed25519')],
] as const) {
  test(`K07: a raw public key of ${what} is one`, () => {
    const { claim } = certifiedKey(nodeProvider, 'raw-public-key', [spkiOf(pair())]);
    assert.equal(claim.kind, 'rpk');
  });
}

test('K11: a certificate where a raw key was agreed on is no key, and the other way round', () => {
  const { chain } = selfSigned('lock');
  const { spki } = rawKey().key;
  assert.throws(() => certifiedKey(nodeProvider, 'raw-public-key', chain), fault('unsupported-certificate'));
  assert.throws(() => certifiedKey(nodeProvider, 'x509', [spki]), fault('bad-certificate'));
  assert.equal(certifiedKey(nodeProvider, 'x509', chain).claim.kind, 'x509');
  assert.equal(certifiedKey(nodeProvider, 'raw-public-key', [spki]).claim.kind, 'rpk');
});
