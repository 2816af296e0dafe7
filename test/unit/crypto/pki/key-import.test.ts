/** Keys as operators bring them: what is accepted gives one fingerprint, what is not is named. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { concat, toHex, utf8 } from '../../../../src/base/index.ts';
import { importPublicKey, nodeProvider, pem, spokenFingerprint } from '../../../../src/crypto/index.ts';
import { authority, bytes, device, pkcs8Of, spkiOf, testKey } from '../../../support/x509.ts';

const key = testKey('p256', 'import');
const spki = spkiOf(key);
const fingerprint = createHash('sha256').update(spki).digest('hex');
const base64 = Buffer.from(spki).toString('base64');
const jwk = createPublicKey(key).export({ format: 'jwk' });

const imported = (input: string | Uint8Array): ReturnType<typeof importPublicKey> =>
  importPublicKey(input, nodeProvider);

function problem(input: string | Uint8Array): string {
  const answer = imported(input);
  assert.equal(answer.kind, 'problem', JSON.stringify(answer));
  const text = answer.kind === 'problem' ? answer.problem : '';
  assert.match(text, /; accepted are PEM .* of a P-256 or Ed25519 key$/);
  return text;
}

describe('what is accepted', () => {
  const certificate = device({ key }, authority()).der;
  for (const [title, input, from] of [
    ['PEM', pem('PUBLIC KEY', spki), 'a public key (PEM)'],
    ['PEM as bytes', utf8(pem('PUBLIC KEY', spki)), 'a public key (PEM)'],
    ['PEM of Windows', pem('PUBLIC KEY', spki).replaceAll('\n', '\r\n'), 'a public key (PEM)'],
    [
      'PEM behind a byte order mark and words',
      `\uFEFFmy lock:\n${pem('PUBLIC KEY', spki)}`,
      'a public key (PEM)',
    ],
    ['DER', spki, 'a public key (DER)'],
    ['base64', base64, 'a public key (base64)'],
    ['base64 in lines', base64.replaceAll(/(.{30})/g, '$1\n'), 'a public key (base64)'],
    ['base64url', Buffer.from(spki).toString('base64url'), 'a public key (base64)'],
    ['base64 as bytes', utf8(base64), 'a public key (base64)'],
    ['a certificate in PEM', pem('CERTIFICATE', certificate), 'a certificate (PEM)'],
    ['a certificate in DER', certificate, 'a certificate (DER)'],
    [
      'a chain, leaf first',
      pem('CERTIFICATE', certificate) + pem('CERTIFICATE', authority().der),
      'a certificate (PEM)',
    ],
    ['JWK', JSON.stringify(jwk), 'a JSON Web Key'],
  ] as const) {
    test(title, () => {
      const answer = imported(input);
      assert.ok(answer.kind === 'key', JSON.stringify(answer));
      assert.equal(answer.fingerprintHex, fingerprint);
      assert.deepEqual(answer.spki, spki);
      assert.equal(answer.from, from);
    });
  }

  test('Ed25519 in PEM and JWK; P-384 for who can use it', () => {
    const ed = testKey('ed25519', 'import');
    const edJwk = JSON.stringify(createPublicKey(ed).export({ format: 'jwk' }));
    for (const input of [pem('PUBLIC KEY', spkiOf(ed)), edJwk]) {
      const answer = imported(input);
      assert.ok(answer.kind === 'key' && answer.key.kind === 'ed25519');
    }
    const p384 = createPublicKey(testKey('p384', 'import')).export({ format: 'jwk' });
    assert.equal(importPublicKey(JSON.stringify(p384), nodeProvider, ['ec-p384']).kind, 'key');
  });

  test('a fingerprint is said in groups', () => {
    assert.equal(
      spokenFingerprint('00112233445566778899aabbccddeeff0011'),
      '0011 2233 4455 6677 · 8899 aabb ccdd eeff · 0011',
    );
    const answer = imported(spki);
    assert.ok(answer.kind === 'key');
    assert.equal(answer.fingerprint.replaceAll(/[ ·]/g, ''), fingerprint);
  });
});

describe('what is refused, and called by its name', () => {
  const secret = /private key, which belongs on the device.*openssl pkey -pubout/;
  const sec1 = key.export({ type: 'sec1', format: 'pem' });
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
  const rsaPublic = createPublicKey(testKey('rsa2048'));
  const ssh = 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY= me';
  const offCurve = concat(spki.subarray(0, -1), Uint8Array.of((spki.at(-1) as number) ^ 1));
  for (const [title, input, expected] of [
    ['a private key, PKCS #8', pkcs8Of(key), secret],
    ['a private key, SEC 1', sec1, secret],
    ['a private key under a passphrase', encrypted, secret],
    ['a private key in DER', key.export({ type: 'pkcs8', format: 'der' }), secret],
    ['a private key in base64', key.export({ type: 'pkcs8', format: 'der' }).toString('base64'), secret],
    ['both halves in one file', pem('PUBLIC KEY', spki) + pkcs8Of(key), secret],
    ['a JWK with its secret', JSON.stringify(key.export({ format: 'jwk' })), /secret part/],
    ['a symmetric JWK', '{"kty":"oct","k":"AA"}', /secret part/],
    ['RSA', pem('PUBLIC KEY', spkiOf(testKey('rsa2048'))), /found an RSA key of 2048 bits in a public key/],
    ['RSA, PKCS #1', rsaPublic.export({ type: 'pkcs1', format: 'pem' }), /PEM of the kind RSA PUBLIC KEY/],
    ['RSA, PKCS #1 in DER', rsaPublic.export({ type: 'pkcs1', format: 'der' }), /RSA public key \(PKCS #1\)/],
    ['another curve', spkiOf(testKey('p521')), /curve P-521/],
    ['P-384', spkiOf(testKey('p384')), /found a P-384 key/],
    ['X25519', spkiOf(generateKeyPairSync('x25519').privateKey), /X25519 key, which cannot sign/],
    ['a point that is not on the curve', offCurve, /P-256 key whose point is not on its curve/],
    [
      'a certificate of an RSA key',
      device({ key: testKey('rsa2048') }, authority()).der,
      /RSA key of 2048 bits in a certificate/,
    ],
    [
      'a damaged certificate',
      pem('CERTIFICATE', bytes('3003020101')),
      /certificate that has an element of another type/,
    ],
    ['a revocation list', pem('X509 CRL', spki), /kind X509 CRL/],
    ['OpenSSH', ssh, /OpenSSH/],
    ['a fingerprint', fingerprint, /may be a fingerprint/],
    ['nothing', ' \n', /empty/],
    ['a sentence', 'my key is in the other file', /neither PEM, JWK nor base64/],
    ['PEM without an end', pem('PUBLIC KEY', spki).slice(0, -30), /damaged/],
    ['two public keys', pem('PUBLIC KEY', spki).repeat(2), /more than one public key/],
    ['DER cut short', spki.subarray(0, -1), /not DER, or damaged/],
    ['broken JSON', '{"kty"', /begins like JSON/],
    ['JSON that is no key', '{"a":1}', /no kty/],
    ['a set of keys', '{"keys":[]}', /a set of JSON Web Keys/],
    ['a JWK of another curve', '{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}', /type EC P-521/],
    ['a JWK with a short coordinate', JSON.stringify({ ...jwk, x: 'AAAA' }), /not 32 bytes/],
    ['a megabyte', 'A'.repeat(1_000_000), /1000000 bytes, more than/],
  ] as const) {
    test(title, () => assert.match(problem(input), expected));
  }

  test('nothing of a secret is in the sentence', () => {
    const secretHex = toHex(key.export({ type: 'pkcs8', format: 'der' }).subarray(36, 68));
    const text = problem(pkcs8Of(key));
    assert.ok(!text.includes(pkcs8Of(key).split('\n')[1] as string));
    assert.ok(!text.includes(secretHex));
  });
});
