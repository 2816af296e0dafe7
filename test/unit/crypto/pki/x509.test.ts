/** Reading certificates: plain data from sound ones, a fault of the closed list from all others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, toHex } from '../../../../src/base/index.ts';
import { type Certificate, readCertificate } from '../../../../src/crypto/index.ts';
import { subjectKeyOf } from '../../../../src/crypto/pki/x509.ts';
import {
  authority,
  basicConstraints,
  bits,
  bytes,
  type CertificateWish,
  commonName,
  der,
  extendedKeyUsage,
  extension,
  integer,
  issue,
  keyUsage,
  name,
  octets,
  oid,
  sequence,
  spkiOf,
  subjectAltName,
  testKey,
} from '../../../support/x509.ts';

function read(wish: CertificateWish): Certificate {
  const certificate = readCertificate(issue(wish).der);
  assert.ok(certificate.kind === 'certificate', JSON.stringify(certificate));
  return certificate;
}

function fault(wish: CertificateWish): string {
  const certificate = readCertificate(issue(wish).der);
  return certificate.kind === 'malformed' ? certificate.fault : 'read';
}

describe('what is read', () => {
  test('names, serial number, validity, key', () => {
    const key = testKey('p256', 'read');
    const subject = name([
      ['C', 'CH'],
      ['O', 'Example, Inc.'],
      ['CN', 'lock-1'],
    ]);
    const root = authority({ subject: 'Root' });
    const { der: bytesOf } = issue({ subject, key, serial: '00f1' }, root);
    const certificate = readCertificate(bytesOf);
    assert.ok(certificate.kind === 'certificate');
    assert.equal(certificate.subject.display, 'CN=lock-1,O=Example\\, Inc.,C=CH');
    assert.deepEqual(certificate.subject.commonNames, ['lock-1']);
    assert.deepEqual(certificate.subject.der, subject);
    assert.equal(certificate.issuer.display, 'CN=Root');
    assert.equal(certificate.serialHex, 'f1');
    assert.equal(certificate.notBefore, Date.parse('2026-01-01T00:00:00Z'));
    assert.equal(certificate.notAfter, Date.parse('2027-01-01T00:00:00Z'));
    assert.deepEqual(certificate.spki, spkiOf(key));
    assert.equal(certificate.keyKind, 'ec-p256');
    assert.equal(certificate.signatureAlgorithm.name, 'ecdsa-with-SHA256');
  });

  test('extensions', () => {
    const { extensions } = read({
      extensions: [
        basicConstraints(true, 3),
        keyUsage('digitalSignature', 'keyCertSign', 'cRLSign'),
        extendedKeyUsage('1.3.6.1.5.5.7.3.2'),
        extension(
          '2.5.29.17',
          sequence(
            der(0x82, bytes('612e6578616d706c65')),
            der(0x86, bytes('75726e3a61')),
            der(0x87, bytes('7f000001')),
            der(0x87, bytes(`20010db8${'00'.repeat(11)}01`)),
            der(0x88, bytes('2a')),
          ),
        ),
        extension('1.2.3', octets(), true),
        extension('1.2.4', octets()),
      ],
    });
    assert.deepEqual(extensions.basicConstraints, { ca: true, pathLength: 3 });
    assert.deepEqual(extensions.keyUsage, ['digitalSignature', 'keyCertSign', 'cRLSign']);
    assert.deepEqual(extensions.extendedKeyUsage, ['1.3.6.1.5.5.7.3.2']);
    assert.deepEqual(extensions.subjectAltName, {
      dns: ['a.example'],
      uri: ['urn:a'],
      ip: ['127.0.0.1', '2001:db8:0:0:0:0:0:1'],
      email: [],
      others: 1,
    });
    assert.deepEqual(extensions.unknownCritical, ['1.2.3']);
    assert.equal(extensions.nameConstraints, false);
  });

  test('a device certificate that never expires', () => {
    assert.equal(read({ notAfter: '9999-12-31T23:59:59Z' }).notAfter, Date.parse('9999-12-31T23:59:59Z'));
  });

  test('control characters in names are shown, not printed', () => {
    const { display } = read({ subject: commonName('a\nb\u001b[2J\u202e') }).subject;
    assert.equal(display, 'CN=a\\u{a}b\\u{1b}[2J\\u{202e}');
  });

  test('it is a copy: the bytes it came in may be overwritten', () => {
    const borrowed = issue({ subject: 'kept' }).der.slice();
    const certificate = readCertificate(borrowed);
    assert.ok(certificate.kind === 'certificate');
    const before = toHex(certificate.tbs);
    borrowed.fill(0);
    assert.equal(toHex(certificate.tbs), before);
    assert.equal(certificate.subject.display, 'CN=kept');
  });

  test('an explicit FALSE in basicConstraints, which DER forbids and issuers write', () => {
    const explicit = extension('2.5.29.19', sequence(bytes('010100')));
    assert.deepEqual(read({ extensions: [explicit] }).extensions.basicConstraints?.ca, false);
  });

  test('zero bits at the end of a key usage, which DER forbids and public authorities write', () => {
    const padded = extension('2.5.29.15', bits(bytes('0600'), 7));
    assert.deepEqual(read({ extensions: [padded] }).extensions.keyUsage, ['keyCertSign', 'cRLSign']);
  });
});

test('the key alone is the same one, from every kind of certificate, and from nothing less', () => {
  const root = authority({ subject: 'Root' });
  for (const type of ['p256', 'p384', 'ed25519', 'rsa2048'] as const) {
    const key = testKey(type, 'alone');
    const { der: whole } = issue({ subject: 'lock-1', key }, root);
    assert.deepEqual(subjectKeyOf(whole), spkiOf(key), type);
    for (let length = 0; length < whole.length; length++) {
      assert.equal(subjectKeyOf(whole.subarray(0, length)), undefined);
    }
    assert.equal(subjectKeyOf(concat(whole, bytes('00'))), undefined);
  }
});

describe('what is refused', () => {
  for (const [title, expected, wish] of [
    ['version 1', 'bad-version', { version: new Uint8Array(0) }],
    ['version 2', 'bad-version', { version: bytes('a003020101') }],
    ['version 4', 'bad-version', { version: bytes('a003020103') }],
    ['algorithms that differ', 'algorithms-differ', { innerAlgorithm: bytes('300a06082a8648ce3d040303') }],
    [
      'one extension twice',
      'duplicate-extension',
      { extensions: [extendedKeyUsage('1.2.3'), extendedKeyUsage('1.2.3')] },
    ],
    ['an empty list of extensions', 'empty-list', { extensions: [] }],
    ['something behind the extensions', 'trailing-bytes', { tail: bytes('0500') }],
    ['a unique identifier', 'unique-identifier', { tail: bytes('82020000') }],
    ['a serial number of 21 bytes', 'bad-integer', { serial: `7f${'ff'.repeat(21)}` }],
    ['an empty extended key usage', 'empty-list', { extensions: [extendedKeyUsage()] }],
    ['an empty alternative name', 'empty-list', { extensions: [subjectAltName()] }],
    [
      'bytes behind an extension',
      'trailing-bytes',
      { extensions: [extension('2.5.29.37', bytes('30030601290500'))] },
    ],
    [
      'a key usage of no bits',
      'bad-bit-string',
      { extensions: [extension('2.5.29.15', bits(bytes('00'), 7))] },
    ],
    [
      'a key usage with unused bits that are set',
      'bad-bit-string',
      { extensions: [extension('2.5.29.15', bits(bytes('81'), 7))] },
    ],
    [
      'an IP address of five bytes',
      'bad-length',
      { extensions: [extension('2.5.29.17', sequence(der(0x87, bytes('0102030405'))))] },
    ],
    [
      'a name that is not UTF-8',
      'bad-text',
      { subject: sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, bytes('ff'))))) },
    ],
    ['an empty relative name', 'empty-list', { subject: sequence(der(0x31)) }],
    [
      'a negative path length',
      'bad-integer',
      { extensions: [extension('2.5.29.19', sequence(bytes('0101ff'), bytes('0201ff')))] },
    ],
    [
      'more extensions than anybody has',
      'too-large',
      { extensions: Array.from({ length: 65 }, (_, i) => extension(`1.2.${i}`, octets())) },
    ],
    ['more than the limit', 'too-large', { subject: 'x'.repeat(9_000) }],
  ] as const satisfies readonly (readonly [string, string, CertificateWish])[]) {
    test(title, () => assert.equal(fault(wish), expected));
  }

  test('bytes behind the certificate, and a signature with unused bits', () => {
    const good = issue().der;
    assert.deepEqual(readCertificate(concat(good, bytes('00'))), {
      kind: 'malformed',
      fault: 'trailing-bytes',
    });
    const odd = sequence(sequence(), sequence(), bits(bytes('00'), 3));
    assert.deepEqual(readCertificate(odd), { kind: 'malformed', fault: 'bad-bit-string' });
    assert.deepEqual(readCertificate(integer(1)), { kind: 'malformed', fault: 'bad-tag' });
  });
});
