/** Certificates that devices must not get in with, judged as a shard does: by its anchors, lists and clock. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type WallTime, wallTime } from '../../src/base/index.ts';
import { Authorities } from '../../src/daemon/shard/authorities.ts';
import {
  authority,
  basicConstraints,
  type CertificateWish,
  device,
  extendedKeyUsage,
  extension,
  type Holder,
  issue,
  keyUsage,
  OID_CLIENT_AUTH,
  OID_SERVER_AUTH,
  revocationList,
  sequence,
  subjectAltName,
  testKey,
} from '../support/x509.ts';

const at = (text: string): WallTime => wallTime(Date.parse(text));
const NOW = '2026-06-15T12:00:00Z';
const LONG = { notBefore: '2020-01-01T00:00:00Z', notAfter: '2049-01-01T00:00:00Z' };
const DAY = { notBefore: '2026-06-15T00:00:00Z', notAfter: '2026-06-15T23:59:59Z' };
const root = authority({ subject: 'Root', ...LONG });
const ofRoot = (wish: CertificateWish): Holder => device({ ...LONG, ...wish }, root);

/** `good`, or why not. */
function judge(chain: readonly Holder[], time = NOW, lists: readonly Uint8Array[] = []): string {
  const anchors = [root.der];
  const authorities = new Authorities({ anchors, subjectRules: [], revocationLists: lists });
  const judged = authorities.judge(
    chain.map(({ der }) => der),
    at(time),
  );
  return judged.kind === 'certified' ? 'good' : `${judged.reason}: ${judged.detail}`;
}

/** A chain through so many intermediate authorities, the leaf first. */
function chainOf(intermediates: number, wish: Parameters<typeof authority>[0] = {}): Holder[] {
  let issuer = root;
  const above: Holder[] = [];
  for (let i = 0; i < intermediates; i++) {
    issuer = authority({ subject: `Issuing ${i}`, ...LONG, ...wish }, issuer);
    above.unshift(issuer);
  }
  return [device({ subject: 'leaf', ...LONG }, issuer), ...above];
}

describe('G11: time', () => {
  const today = ofRoot(DAY);
  for (const [when, expected] of [
    ['2026-06-14T23:59:59Z', /^certificate-expired: .* is not valid yet/],
    ['2026-06-15T00:00:00Z', /^good$/],
    ['2026-06-15T23:59:59Z', /^good$/],
    ['2026-06-16T00:00:00Z', /^certificate-expired: .* has expired/],
    ['2026-06-14T12:00:00Z', /^certificate-expired/],
    ['2026-06-16T12:00:00Z', /^certificate-expired/],
  ] as const) {
    test(`G11: a certificate of a day, at ${when}`, () => assert.match(judge([today], when), expected));
  }

  test('G11: an issuer on the way that has run out', () => {
    assert.match(
      judge(chainOf(1, { notAfter: '2026-06-01T00:00:00Z' })),
      /^certificate-expired: .*CN=Issuing 0/,
    );
  });
});

describe('G11: purpose and form', () => {
  const usages = [keyUsage('digitalSignature')];
  const nameConstraints = (critical: boolean) => extension('2.5.29.30', sequence(), critical);
  for (const [what, holder, expected] of [
    [
      'for servers only',
      ofRoot({ extensions: [...usages, extendedKeyUsage(OID_SERVER_AUTH)] }),
      /no clientAuth/,
    ],
    [
      'not for signatures',
      ofRoot({ extensions: [keyUsage('keyAgreement'), extendedKeyUsage(OID_CLIENT_AUTH)] }),
      /no digitalSignature/,
    ],
    [
      'with critical name constraints',
      ofRoot({ extensions: [...usages, nameConstraints(true)] }),
      /name constraints/,
    ],
    [
      'with name constraints',
      ofRoot({ extensions: [...usages, nameConstraints(false)] }),
      /name constraints/,
    ],
    [
      'with a critical extension that nobody knows',
      ofRoot({ extensions: [...usages, extension('1.2.3.4', sequence(), true)] }),
      /critical extension 1\.2\.3\.4/,
    ],
    ['with a weak RSA key', ofRoot({ key: testKey('rsa1024') }), /RSA key of 1024 bits; P-256, P-384/],
    ['with a key on another curve', ofRoot({ key: testKey('p521') }), /P-521/],
    ['signed with SHA-1', ofRoot({ signature: 'ecdsa-sha1' }), /^(?:bad|unsupported)-certificate/],
    [
      'larger than any',
      ofRoot({ extensions: [...usages, extension('1.2.3.5', new Uint8Array(9_000))] }),
      /^unsupported-certificate: .*/,
    ],
  ] as const) {
    test(`G11: a certificate ${what}`, () => assert.match(judge([holder]), expected));
  }

  test('G11: an RSA certificate of a device is fine', () => {
    assert.equal(judge([ofRoot({ key: testKey('rsa2048') })]), 'good');
  });
});

describe('G11: paths', () => {
  test('G11: a device that issues certificates', () => {
    const posing = ofRoot({
      subject: 'lock-1',
      extensions: [basicConstraints(false), keyUsage('digitalSignature')],
    });
    const forged = device({ subject: 'lock-2', ...LONG }, posing);
    assert.match(judge([forged, posing]), /^bad-certificate: .*CN=lock-1 .*no certification authority/);
  });

  test('G11: an authority that may not sign certificates', () => {
    const extensions = [basicConstraints(true), keyUsage('cRLSign')];
    const clerk = issue({ subject: 'Clerk', extensions, ...LONG }, root);
    assert.match(judge([device({ ...LONG }, clerk), clerk]), /no keyCertSign/);
  });

  test('G11: more authorities below one than it allows', () => {
    const upper = authority({ subject: 'Upper', pathLength: 0, ...LONG }, root);
    const lower = authority({ subject: 'Lower', ...LONG }, upper);
    assert.match(
      judge([device({ ...LONG }, lower), lower, upper]),
      /CN=Upper allows 0 intermediate certificates/,
    );
  });

  test('G11: a chain of more certificates than are read', () => {
    assert.equal(judge(chainOf(4)), 'good');
    assert.match(judge(chainOf(6)), /^unsupported-certificate: the peer's chain has 7 certificates/);
  });

  test('G11: name constraints of an authority on the way', () => {
    const extensions = [
      basicConstraints(true),
      keyUsage('keyCertSign'),
      extension('2.5.29.30', sequence(), true),
    ];
    const fenced = issue({ subject: 'Fenced', extensions, ...LONG }, root);
    assert.match(judge([device({ ...LONG }, fenced), fenced]), /CN=Fenced has name constraints/);
  });
});

describe('G10: revocation lists', () => {
  const lock = ofRoot({
    subject: 'lock-1',
    serial: '77',
    extensions: [subjectAltName(['dns', 'lock-1.example'])],
  });
  const list = { thisUpdate: '2026-06-01T00:00:00Z', nextUpdate: '2026-07-01T00:00:00Z', number: 1 };
  for (const [what, wish, expected] of [
    ['current', {}, /^good$/],
    ['that names it', { revoked: ['77'] }, /^certificate-revoked/],
    [
      'out of date',
      { nextUpdate: '2026-06-15T11:59:59Z' },
      /^unknown-authority: there is no current revocation list/,
    ],
    [
      'of tomorrow',
      { thisUpdate: '2026-06-16T00:00:00Z' },
      /^unknown-authority: there is no current revocation list/,
    ],
    [
      'out of date that names it',
      { nextUpdate: '2026-06-10T00:00:00Z', revoked: ['77'] },
      /^certificate-revoked/,
    ],
  ] as const) {
    test(`G10: a list ${what}`, () =>
      assert.match(judge([lock], NOW, [revocationList({ ...list, ...wish }, root)]), expected));
  }
});
