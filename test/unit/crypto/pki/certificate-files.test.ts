/** Files of certificates: authorities to believe, and a gateway's own chain with its key. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { utf8 } from '../../../../src/base/index.ts';
import {
  generateIdentityKey,
  pem,
  readAnchors,
  readOwnChain,
  signingKey,
} from '../../../../src/crypto/index.ts';
import { authority, bytes, device, type Holder, pkcs8Of, spkiOf, testKey } from '../../../support/x509.ts';

const root = authority();
const middle = authority({ subject: 'Issuing' }, root);
const key = testKey('p256', 'gateway');
const leaf = device({ subject: 'gateway', key }, middle);
const file = (...holders: readonly Holder[]): string =>
  holders.map(({ der }) => pem('CERTIFICATE', der)).join('\n');

function outcome(answer: ReturnType<typeof readAnchors>): string {
  return answer.kind === 'problem'
    ? answer.problem
    : answer.certificates.map(({ subject }) => subject.display).join(' ');
}

describe('authorities', () => {
  test('a bundle in PEM, text or bytes, and one in DER', () => {
    assert.equal(outcome(readAnchors(file(root, middle))), 'CN=Example Root CN=Issuing');
    assert.equal(outcome(readAnchors(utf8(file(root)))), 'CN=Example Root');
    assert.equal(outcome(readAnchors(root.der)), 'CN=Example Root');
  });

  for (const [title, input, expected] of [
    [
      'a public key',
      pem('PUBLIC KEY', spkiOf(key)),
      /found PEM of the kind PUBLIC KEY; accepted are X\.509 v3 certificates/,
    ],
    ['a key beside the certificate', file(root) + pkcs8Of(key), /PEM of the kind PRIVATE KEY/],
    ['a public key in DER', spkiOf(key), /found a public key/],
    ['a private key in DER', key.export({ type: 'pkcs8', format: 'der' }), /found a private key/],
    ['text', 'here', /text that is no PEM/],
    ['nothing', new Uint8Array(0), /not DER/],
    [
      'a damaged one',
      file(root) + pem('CERTIFICATE', bytes('3000')),
      /found, as certificate 2, one that ends inside/,
    ],
    ['a weak one', file(authority({ key: testKey('rsa1024') })), /RSA key of 1024 bits/],
    ['too many', file(...Array.from({ length: 257 }, () => root)), /more than 256/],
    ['too large', 'A'.repeat(1_100_000), /1100000 bytes/],
  ] as const) {
    test(`refused: ${title}`, () => assert.match(outcome(readAnchors(input)), expected));
  }
});

describe('a chain of its own', () => {
  const own = signingKey(pkcs8Of(key));
  assert.ok(own !== undefined);

  test('the certificate of the key, then its issuers', () => {
    assert.equal(
      outcome(readOwnChain(file(leaf, middle, root), own)),
      'CN=gateway CN=Issuing CN=Example Root',
    );
    assert.equal(outcome(readOwnChain(file(leaf), own)), 'CN=gateway');
  });

  test('another key, the wrong order, a stranger in the chain', () => {
    const other = generateIdentityKey().key;
    assert.match(
      outcome(readOwnChain(file(leaf, middle), other)),
      /CN=gateway\) does not belong to the private key/,
    );
    assert.match(outcome(readOwnChain(file(middle, leaf), own)), /must come first/);
    assert.match(outcome(readOwnChain(file(leaf, root), own)), /Example Root did not issue CN=gateway/);
  });
});
