/** The gateway's own key: made, stored, brought along, or refused by its name. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { utf8 } from '../../../../src/base/index.ts';
import {
  generateIdentityKey,
  importIdentityKey,
  nodeProvider,
  pem,
  pemBlocks,
} from '../../../../src/crypto/index.ts';
import { authority, pkcs8Of, spkiOf, testKey } from '../../../support/x509.ts';

const message = utf8('to be signed');

describe('making', () => {
  test('a key that signs, and that comes back from its text', () => {
    for (const [kind, scheme] of [
      ['ec-p256', 'ecdsa_secp256r1_sha256'],
      ['ed25519', 'ed25519'],
    ] as const) {
      const made = generateIdentityKey(kind);
      assert.equal(made.key.kind, kind);
      const again = importIdentityKey(made.pem);
      assert.ok(again.kind === 'key');
      assert.deepEqual(again.key.spki, made.key.spki);
      const signature = nodeProvider.sign(scheme, again.key, message);
      const verifyKey = nodeProvider.verifyKey(made.key.spki);
      assert.ok(verifyKey !== undefined && nodeProvider.verify(scheme, verifyKey, message, signature));
    }
  });

  test('each time another', () => {
    assert.notDeepEqual(generateIdentityKey().key.spki, generateIdentityKey().key.spki);
  });
});

describe('importing', () => {
  const p256 = testKey('p256', 'identity');
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

  for (const [title, input] of [
    ['PKCS #8 in PEM', pkcs8Of(p256)],
    ['PKCS #8 in DER', p256.export({ type: 'pkcs8', format: 'der' })],
    ['SEC 1 in PEM', p256.export({ type: 'sec1', format: 'pem' })],
    ['SEC 1 in DER', p256.export({ type: 'sec1', format: 'der' })],
    [
      'with the parameters that openssl writes before it',
      parameters + p256.export({ type: 'sec1', format: 'pem' }),
    ],
    ['with a certificate in the same file', pem('CERTIFICATE', authority().der) + pkcs8Of(p256)],
    ['PEM as bytes', utf8(pkcs8Of(p256))],
  ] as const) {
    test(title, () => {
      const answer = importIdentityKey(input);
      assert.ok(answer.kind === 'key', JSON.stringify(answer));
      assert.deepEqual(answer.key.spki, spkiOf(p256));
      assert.deepEqual(
        pemBlocks(answer.pem, 1)?.map(({ label }) => label),
        ['PRIVATE KEY'],
      );
    });
  }

  const encrypted = { cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  for (const [title, input, expected] of [
    [
      'a public key',
      pem('PUBLIC KEY', spkiOf(p256)),
      /PEM of the kind PUBLIC KEY, which holds no private key/,
    ],
    ['a public key in DER', spkiOf(p256), /found a public key, and a private key is needed/],
    ['a certificate', authority().der, /certificate, which holds no private key/],
    ['RSA', pkcs8Of(testKey('rsa2048')), /private half of an RSA key of 2048 bits/],
    ['RSA, PKCS #1', testKey('rsa2048').export({ type: 'pkcs1', format: 'pem' }), /RSA private key/],
    ['P-384', pkcs8Of(testKey('p384')), /private half of a P-384 key/],
    ['P-521', pkcs8Of(testKey('p521')), /kind that cannot be used/],
    ['a passphrase', p256.export({ type: 'pkcs8', format: 'pem', ...encrypted }), /passphrase.*openssl pkey/],
    ['a passphrase, SEC 1', p256.export({ type: 'sec1', format: 'pem', ...encrypted }), /passphrase/],
    ['two keys', pkcs8Of(p256) + pkcs8Of(testKey('p256', 'other')), /more than one private key/],
    ['OpenSSH', pem('OPENSSH PRIVATE KEY', utf8('openssh-key-v1')), /OpenSSH/],
    ['damaged', pem('PRIVATE KEY', spkiOf(p256).subarray(0, 40)), /damaged/],
    ['text', 'secret', /text that is no PEM/],
    ['too much', 'A'.repeat(100_000), /more bytes than a key has/],
  ] as const) {
    test(`refused: ${title}`, () => {
      const answer = importIdentityKey(input);
      assert.ok(answer.kind === 'problem');
      assert.match(answer.problem, expected);
      assert.match(answer.problem, /accepted are PEM or DER of a P-256 or Ed25519 private key/);
    });
  }

  test('the public half of an imported key is the one of its owner', () => {
    const answer = importIdentityKey(pkcs8Of(p256));
    assert.ok(answer.kind === 'key');
    assert.deepEqual(
      answer.key.spki,
      Uint8Array.from(createPublicKey(p256).export({ type: 'spki', format: 'der' })),
    );
  });
});
