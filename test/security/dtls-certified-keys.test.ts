import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import { concat } from '../../src/base/index.ts';
import { type CryptoProvider, nodeProvider } from '../../src/crypto/index.ts';
import type { Effect } from '../../src/dtls/index.ts';
import { certifiedKey } from '../../src/dtls/v12/certified-key.ts';
import { DtlsPair } from '../support/dtls-pair.ts';
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

describe('K10: a proof of possession over something else', () => {
  const [gateway, meter, other] = [selfSigned('gateway'), selfSigned('meter'), rawKey()];
  type Sign = CryptoProvider['sign'];

  /** How a handshake ends when this is how the device signs. */
  function ends(sign: (honest: Sign, ...given: Parameters<Sign>) => Uint8Array): readonly string[] {
    const honest: Sign = (scheme, key, signed) => nodeProvider.sign(scheme, key, signed);
    const crypto: CryptoProvider = {
      ...nodeProvider,
      sign: (scheme, key, signed) =>
        key.spki === meter.key.spki ? sign(honest, scheme, key, signed) : honest(scheme, key, signed),
    };
    const pair = new DtlsPair({ crypto, credentials: { identity: meter }, server: { identity: gateway } });
    pair.handshake();
    return [...pair.kinds('server'), ...pair.serverEffects.flatMap(alertIn)];
  }

  const zeroes = Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0);
  for (const [what, sign] of [
    ['another transcript', (honest, scheme, key, signed) => honest(scheme, key, signed.slice(1))],
    ['nothing', (honest, scheme, key) => honest(scheme, key, new Uint8Array(0))],
    ["another's key", (honest, scheme, _, signed) => honest(scheme, other.key, signed)],
    ['r and s of zero', () => zeroes],
    ['no signature', () => new Uint8Array(0)],
    ['a byte more', (honest, ...given) => concat(honest(...given), Uint8Array.of(0))],
  ] as readonly (readonly [string, Parameters<typeof ends>[0]])[]) {
    test(`K10: ${what}: decrypt_error, and no session`, () => {
      const seen = ends(sign);
      assert.ok(seen.includes('failed:verify-failed'), seen.join());
      assert.ok(seen.includes(`alert:${DECRYPT_ERROR}`), seen.join());
      assert.ok(!seen.includes('established'));
    });
  }

  test('K10: the honest one is a session', () => {
    assert.ok(ends((honest, ...given) => honest(...given)).includes('established'));
  });
});

/** The alert in the clear that a datagram is. */
function alertIn(effect: Effect): string[] {
  if (effect.kind !== 'transmit' || effect.datagram[0] !== 21) return [];
  return [`alert:${effect.datagram.at(-1)}`];
}

const DECRYPT_ERROR = 51;
