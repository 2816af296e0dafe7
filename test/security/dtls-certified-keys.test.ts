import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { nodeProvider } from '../../src/crypto/index.ts';
import { certifiedKey } from '../../src/dtls/v12/certified-key.ts';
import { rawKey, selfSigned } from '../support/identities.ts';

const fault = (reason: string) => ({ name: 'PeerFault', reason });

/** A fresh SubjectPublicKeyInfo of an algorithm that devices do not sign with. */
function spkiOf(kind: 'rsa' | 'x25519' | 'secp256k1'): Uint8Array {
  const { publicKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : kind === 'x25519'
        ? generateKeyPairSync('x25519')
        : generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  return new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
}

for (const kind of ['rsa', 'x25519', 'secp256k1'] as const) {
  test(`K07: a raw public key of ${kind} is refused by its type`, () => {
    const refused = () => certifiedKey(nodeProvider, 'raw-public-key', [spkiOf(kind)]);
    assert.throws(refused, fault('unsupported-certificate'));
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
