/** RFC 9525: which names a server's certificate is for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isForServer, readCertificate } from '../../../../src/crypto/index.ts';
import {
  bytes,
  type CertificateWish,
  der,
  extension,
  issue,
  sequence,
  subjectAltName,
} from '../../../support/x509.ts';

function isFor(wish: CertificateWish, name: string): boolean {
  const certificate = readCertificate(issue(wish).der);
  assert.ok(certificate.kind === 'certificate');
  return isForServer(certificate, name);
}

const hosts = (...names: readonly string[]): CertificateWish => ({
  extensions: [subjectAltName(...names.map((name) => ['dns', name] as const))],
});

describe('host names', () => {
  test('equal but for case and a dot at the end', () => {
    for (const name of ['lock.example', 'LOCK.Example', 'lock.example.']) {
      assert.ok(isFor(hosts('other.example', 'Lock.EXAMPLE'), name), name);
    }
    for (const name of ['example', 'a.lock.example', 'lock.example.org', 'xlock.example', '']) {
      assert.ok(!isFor(hosts('lock.example'), name), name);
    }
  });

  test('a wildcard is one whole label at the left, and not below a top-level domain', () => {
    assert.ok(isFor(hosts('*.meters.example'), 'm1.meters.example'));
    for (const name of ['meters.example', 'a.b.meters.example', '.meters.example', 'm1.other.example']) {
      assert.ok(!isFor(hosts('*.meters.example'), name), name);
    }
    assert.ok(!isFor(hosts('m*.meters.example'), 'm1.meters.example'));
    assert.ok(!isFor(hosts('*.example'), 'lock.example'));
    assert.ok(!isFor(hosts('*'), 'lock'));
    assert.ok(!isFor(hosts('*.*.example'), 'a.b.example'));
  });

  test('what is no host name matches nothing, and the common name is not asked', () => {
    assert.ok(!isFor(hosts('*.meters.example'), '*.meters.example'));
    assert.ok(!isFor(hosts('a b'), 'a b'));
    assert.ok(!isFor({ subject: 'lock.example' }, 'lock.example'));
  });
});

describe('addresses', () => {
  const addresses: CertificateWish = {
    extensions: [
      extension(
        '2.5.29.17',
        sequence(der(0x87, bytes('c0000201')), der(0x87, bytes(`20010db8${'00'.repeat(11)}01`))),
      ),
    ],
  };

  test('IPv4 and IPv6 in any way of writing', () => {
    for (const name of ['192.0.2.1', '2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0001']) {
      assert.ok(isFor(addresses, name), name);
    }
    for (const name of [
      '192.0.2.2',
      '192.0.2.01',
      '2001:db8::2',
      '2001:db8:1',
      '2001::db8::1',
      '::',
      ':',
      'x::1',
    ]) {
      assert.ok(!isFor(addresses, name), name);
    }
  });

  test('an address is not matched against host names', () => {
    assert.ok(!isFor(hosts('192.0.2.1', '*.0.2.1'), '192.0.2.1'));
  });
});
