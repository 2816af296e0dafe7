/** K06: one key has one encoding; everything else is described and refused. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { concat } from '../../../../src/base/index.ts';
import { describeSpki, kindOfSpki, nodeProvider, spkiOfP256 } from '../../../../src/crypto/index.ts';
import { rsaModulusBits, spkiOfEd25519, spkiOfP384 } from '../../../../src/crypto/pki/spki.ts';
import { bits, bytes, der, integer, oid, sequence, spkiOf, testKey } from '../../../support/x509.ts';

const p256 = spkiOf(testKey('p256', 'spki'));
const rsaAlgorithm = bytes('300d06092a864886f70d0101010500');
const rsa = (modulus: Uint8Array, exponent: Uint8Array, tail: Uint8Array = new Uint8Array(0)): Uint8Array =>
  sequence(rsaAlgorithm, bits(concat(sequence(modulus, exponent), tail)));
const ODD = `c${'5'.repeat(511)}`;

describe('canonical keys', () => {
  test('each kind is known, imported, and made from its parts', () => {
    for (const [type, kind] of [
      ['p256', 'ec-p256'],
      ['p384', 'ec-p384'],
      ['ed25519', 'ed25519'],
      ['rsa2048', 'rsa'],
      ['rsa1024', 'rsa'],
    ] as const) {
      const spki = spkiOf(testKey(type));
      assert.equal(kindOfSpki(spki), kind);
      assert.equal(nodeProvider.verifyKey(spki)?.kind, kind);
    }
    assert.deepEqual(spkiOfP256(p256.subarray(-65)), p256);
    const p384 = spkiOf(testKey('p384'));
    assert.deepEqual(spkiOfP384(p384.subarray(-97)), p384);
    const ed = spkiOf(testKey('ed25519'));
    assert.deepEqual(spkiOfEd25519(ed.subarray(-32)), ed);
  });

  test('the size of an RSA key is that of its modulus', () => {
    for (const type of ['rsa1024', 'rsa2048', 'rsa3072'] as const) {
      assert.equal(rsaModulusBits(spkiOf(testKey(type))), Number(type.slice(3)));
    }
    assert.equal(rsaModulusBits(rsa(integer(`1${ODD.slice(1)}`), integer(3))), 2_045);
  });
});

test('an RSA key that is costly to compute with is none: anybody may show one (threat D02)', () => {
  const modulus = (bits: number): Uint8Array => integer(`00${'f'.repeat(bits / 4)}`);
  assert.equal(kindOfSpki(rsa(modulus(8_192), integer('00ffffffff'))), 'rsa');
  const large = rsa(modulus(8_200), integer(65_537));
  assert.equal(kindOfSpki(large), undefined);
  assert.equal(nodeProvider.verifyKey(large), undefined);
  assert.equal(describeSpki(large), 'an RSA key of 8200 bits');
});

describe('other encodings of a key', () => {
  const refused = (name: string, spki: Uint8Array): void => {
    assert.equal(kindOfSpki(spki), undefined, name);
    assert.equal(nodeProvider.verifyKey(spki), undefined, name);
  };

  test('P-256: trailing bytes, another point form, unused bits, no or explicit parameters', () => {
    const algorithm = bytes('301306072a8648ce3d020106082a8648ce3d030107');
    const point = p256.subarray(-65);
    const compressed = concat(Uint8Array.of(2 + ((point[64] as number) & 1)), point.subarray(1, 33));
    const hybrid = concat(Uint8Array.of(6 + ((point[64] as number) & 1)), point.subarray(1));
    refused('trailing byte', concat(p256, bytes('00')));
    refused('short', p256.subarray(0, -1));
    refused('compressed', sequence(algorithm, bits(compressed)));
    refused('hybrid', sequence(algorithm, bits(hybrid)));
    refused('unused bits', sequence(algorithm, bits(point, 1)));
    refused('trailing element', sequence(algorithm, bits(point), bytes('0500')));
    refused('no parameters', sequence(sequence(oid('1.2.840.10045.2.1')), bits(point)));
    refused('infinity', sequence(algorithm, bits(bytes('00'))));
    const explicit = generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' });
    refused('explicit parameters', spkiOf(explicit.privateKey));
    assert.match(describeSpki(spkiOf(explicit.privateKey)), /explicit curve parameters/);
    assert.match(describeSpki(sequence(algorithm, bits(compressed))), /P-256 key with a compressed point/);
  });

  test('RSA: parameters, padding, even numbers, trailing bytes', () => {
    const good = rsa(integer(ODD), integer(65_537));
    assert.equal(kindOfSpki(good), 'rsa');
    refused('no NULL', sequence(sequence(oid('1.2.840.113549.1.1.1')), good.subarray(-600)));
    refused('padded modulus', rsa(der(0x02, bytes(`0000${ODD}`)), integer(65_537)));
    refused('negative modulus', rsa(der(0x02, bytes(ODD)), integer(65_537)));
    refused('even modulus', rsa(integer(`${ODD.slice(0, -1)}4`), integer(65_537)));
    refused('even exponent', rsa(integer(ODD), integer(65_536)));
    refused('exponent one', rsa(integer(ODD), integer(1)));
    refused('exponent beyond 2^32', rsa(integer(ODD), integer('0100000001')));
    refused('trailing', rsa(integer(ODD), integer(65_537), bytes('00')));
    refused('three numbers', sequence(rsaAlgorithm, bits(sequence(integer(ODD), integer(3), integer(3)))));
  });

  test('other algorithms have names', () => {
    const of = (type: 'x25519' | 'ed448'): string =>
      describeSpki(
        spkiOf((type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ed448')).privateKey),
      );
    assert.match(of('x25519'), /X25519/);
    assert.match(of('ed448'), /Ed448/);
    assert.match(describeSpki(spkiOf(testKey('p521'))), /curve P-521/);
    assert.equal(describeSpki(spkiOf(testKey('rsa1024'))), 'an RSA key of 1024 bits');
    assert.equal(describeSpki(spkiOf(testKey('ed25519'))), 'an Ed25519 key');
    assert.equal(describeSpki(bytes('3003020100')), 'bytes that are no public key');
  });
});
