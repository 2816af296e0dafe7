/** K04, K05, K07, K10 at the primitives: hostile halves of an agreement, and signatures that prove something else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, equalBytes, utf8 } from '../../../../src/base/index.ts';
import {
  type GroupName,
  generateIdentityKey,
  nodeEntropy,
  nodeProvider,
  type SignatureName,
  signingKey,
} from '../../../../src/crypto/index.ts';
import { bytes, integer, pkcs8Of, sequence, testKey } from '../../../support/x509.ts';

const entropy = nodeEntropy();
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

describe('agreement', () => {
  test('both sides get the same secret, and another one each time', () => {
    const secrets: string[] = [];
    for (const group of ['secp256r1', 'x25519', 'secp256r1', 'x25519'] as const satisfies GroupName[]) {
      const [a, b] = [nodeProvider.ephemeral(group, entropy), nodeProvider.ephemeral(group, entropy)];
      const secret = nodeProvider.agree(a, b.publicKey);
      assert.ok(secret !== undefined && equalBytes(secret, nodeProvider.agree(b, a.publicKey) ?? bytes('')));
      assert.equal(secret.length, 32);
      secrets.push(secret.join());
    }
    assert.equal(new Set(secrets).size, secrets.length);
  });

  test('K04: no secret with a P-256 point that is not on the curve or not in its one form', () => {
    const own = nodeProvider.ephemeral('secp256r1', entropy);
    const good = nodeProvider.ephemeral('secp256r1', entropy).publicKey;
    for (let bit = 8; bit < 8 * good.length; bit += 31) {
      const bent = good.slice();
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(nodeProvider.agree(own, bent), undefined, `bit ${bit}`);
    }
    const compressed = concat(Uint8Array.of(2 + ((good[64] as number) & 1)), good.subarray(1, 33));
    const hybrid = concat(Uint8Array.of(6 + ((good[64] as number) & 1)), good.subarray(1));
    const origin = concat(Uint8Array.of(4), new Uint8Array(64));
    const beyond = concat(Uint8Array.of(4), new Uint8Array(64).fill(0xff));
    for (const point of [compressed, hybrid, origin, beyond, bytes('00'), bytes(''), good.subarray(0, 64)]) {
      assert.equal(nodeProvider.agree(own, point), undefined);
    }
    assert.ok(nodeProvider.agree(own, good) !== undefined);
  });

  test('K05: no secret with an X25519 point of low order, nor with another length', () => {
    const own = nodeProvider.ephemeral('x25519', entropy);
    for (const point of LOW_ORDER) assert.equal(nodeProvider.agree(own, bytes(point)), undefined, point);
    const good = nodeProvider.ephemeral('x25519', entropy).publicKey;
    for (const point of [good.subarray(1), concat(good, bytes('00')), bytes('')]) {
      assert.equal(nodeProvider.agree(own, point), undefined);
    }
  });
});

describe('signatures', () => {
  const message = utf8('a transcript');
  const p256 = signingKey(pkcs8Of(testKey('p256', 'signer')));
  assert.ok(p256 !== undefined);
  const verifyKey = nodeProvider.verifyKey(p256.spki);
  assert.ok(verifyKey !== undefined);
  const verifies = (signature: Uint8Array, signed = message): boolean =>
    nodeProvider.verify('ecdsa_secp256r1_sha256', verifyKey, signed, signature);

  test('K10: over another message, by another key, of another kind', () => {
    const signature = nodeProvider.sign('ecdsa_secp256r1_sha256', p256, message);
    assert.ok(verifies(signature));
    assert.ok(!verifies(signature, utf8('b transcript')));
    const other = nodeProvider.sign('ecdsa_secp256r1_sha256', generateIdentityKey().key, message);
    assert.ok(!verifies(other));
    for (const scheme of [
      'ecdsa_secp384r1_sha384',
      'ed25519',
      'rsa_pkcs1_sha256',
    ] as const satisfies SignatureName[]) {
      assert.ok(!nodeProvider.verify(scheme, verifyKey, message, signature), scheme);
    }
  });

  test('K10: zero, the order, missing and surplus bytes, and one changed bit', () => {
    const signature = nodeProvider.sign('ecdsa_secp256r1_sha256', p256, message);
    const order = integer(ORDER.toString(16));
    const odd = [
      sequence(integer(0), integer(0)),
      sequence(integer(1), integer(0)),
      sequence(integer(0), integer(1)),
      sequence(order, integer(1)),
      sequence(order, order),
      concat(signature, bytes('00')),
      signature.subarray(0, -1),
      bytes(''),
    ];
    for (const one of odd) assert.ok(!verifies(one));
    for (let bit = 0; bit < 8 * signature.length; bit += 7) {
      const bent = signature.slice();
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.ok(!verifies(bent), `bit ${bit}`);
    }
  });

  test('both of the two values of s that ECDSA allows: signers of others draw either', () => {
    const signature = nodeProvider.sign('ecdsa_secp256r1_sha256', p256, message);
    const rLength = signature[3] as number;
    const r = signature.subarray(2, 4 + rLength);
    const s = BigInt(`0x${Buffer.from(signature.subarray(6 + rLength)).toString('hex')}`);
    assert.ok(verifies(sequence(r, integer((ORDER - s).toString(16)))));
  });

  test('K07: a key that cannot verify is no key, and a scheme goes with its kind', () => {
    assert.equal(nodeProvider.verifyKey(bytes(`302a300506032b656e032100${'09'.repeat(32)}`)), undefined);
    const ed = generateIdentityKey('ed25519').key;
    const edKey = nodeProvider.verifyKey(ed.spki);
    assert.ok(edKey !== undefined);
    const signature = nodeProvider.sign('ed25519', ed, message);
    assert.ok(nodeProvider.verify('ed25519', edKey, message, signature));
    assert.ok(!nodeProvider.verify('ecdsa_secp256r1_sha256', edKey, message, signature));
  });
});

/** The points of order 1, 2, 4 and 8 on the curve and its twist, and their encodings beyond the prime. */
const LOW_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];
