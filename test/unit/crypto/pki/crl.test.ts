/** G10: revocation lists that are stale, early, unsigned, of somebody else, rolled back, huge, or half understood. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { utf8, wallTime } from '../../../../src/base/index.ts';
import {
  type Certificate,
  CRL_LIMITS,
  compareCrls,
  crlFreshness,
  nodeCertificateVerifier,
  pem,
  type RevocationList,
  readCertificate,
  readCrl,
  revocationCheck,
  type VerifiedList,
  validatePath,
  verifyCrl,
} from '../../../../src/crypto/index.ts';
import {
  authority,
  basicConstraints,
  bytes,
  type CrlWish,
  device,
  extension,
  type Holder,
  issue,
  keyUsage,
  revocationList,
  sequence,
  testKey,
} from '../../../support/x509.ts';

const root = authority();

function certificate({ der }: Holder): Certificate {
  const read = readCertificate(der);
  assert.ok(read.kind === 'certificate');
  return read;
}

function read(input: Uint8Array): RevocationList {
  const list = readCrl(input);
  assert.ok(list.kind === 'list', JSON.stringify(list));
  return list;
}

function verified(wish: CrlWish, issuer: Holder = root): VerifiedList {
  const answer = verifyCrl(
    read(revocationList(wish, issuer)),
    [certificate(issuer)],
    nodeCertificateVerifier,
  );
  assert.ok(answer.kind === 'verified', JSON.stringify(answer));
  return answer;
}

function problem(input: Uint8Array, issuers: readonly Holder[] = [root], limits = CRL_LIMITS): string {
  const list = readCrl(input, limits);
  if (list.kind === 'problem') return list.problem;
  const answer = verifyCrl(list, issuers.map(certificate), nodeCertificateVerifier);
  return answer.kind === 'problem' ? answer.problem : 'verified';
}

const at = (text: string) => wallTime(Date.parse(text));

describe('reading', () => {
  test('serial numbers, dates and number, from DER and PEM', () => {
    const der = revocationList({ revoked: ['01', 'f1', 'abcdef'], number: 0x1_02 }, root);
    for (const input of [der, utf8(pem('X509 CRL', der)), utf8(pem('CRL', der))]) {
      const list = read(input);
      assert.deepEqual([...list.revoked], ['01', 'f1', 'abcdef']);
      assert.equal(list.number, '0102');
      assert.equal(list.thisUpdate, at('2026-06-01T00:00:00Z'));
      assert.equal(list.nextUpdate, at('2026-07-01T00:00:00Z'));
      assert.equal(list.issuer.display, 'CN=Example Root');
    }
  });

  test('an empty list without a promised next one', () => {
    const list = read(revocationList({ nextUpdate: undefined }, root));
    assert.equal(list.revoked.size, 0);
    assert.equal(list.nextUpdate, undefined);
    assert.equal(list.number, undefined);
  });

  test('the reason of a revocation changes nothing', () => {
    const entryExtensions = [extension('2.5.29.21', bytes('0a0101'))];
    assert.ok(read(revocationList({ revoked: ['05'], entryExtensions }, root)).revoked.has('05'));
  });

  test('delta, partial and indirect lists are refused', () => {
    for (const id of ['2.5.29.27', '2.5.29.28']) {
      const extensions = [extension(id, sequence(), true)];
      assert.match(problem(revocationList({ extensions }, root)), /not understood/);
    }
    const entryExtensions = [extension('2.5.29.29', sequence(), true)];
    assert.match(problem(revocationList({ revoked: ['05'], entryExtensions }, root)), /not understood/);
  });

  test('something else: said what it is', () => {
    assert.match(problem(utf8('hello')), /neither DER nor one PEM block/);
    assert.match(problem(utf8(pem('CERTIFICATE', root.der))), /kind CERTIFICATE/);
    assert.match(problem(root.der), /revocation list has/);
    assert.match(problem(new Uint8Array(0)), /no revocation list/);
  });

  test('lists beyond the limits', () => {
    const revoked = Array.from({ length: 11 }, (_, i) => (0x1000 + i).toString(16));
    const der = revocationList({ revoked }, root);
    assert.match(problem(der, [root], { ...CRL_LIMITS, revokedMax: 10 }), /at most .* 10 revoked/);
    assert.match(problem(der, [root], { ...CRL_LIMITS, bytesMax: 100 }), /at most 100 bytes/);
    assert.match(problem(utf8(pem('X509 CRL', der)), [root], { ...CRL_LIMITS, bytesMax: 100 }), /limit/);
    assert.equal(problem(der), 'verified');
  });

  test('fifty thousand serial numbers are read, and found', () => {
    const revoked = Array.from({ length: 50_000 }, (_, i) => (0x10_0000 + i).toString(16));
    const list = read(revocationList({ revoked }, root));
    assert.equal(list.revoked.size, 50_000);
    assert.ok(list.revoked.has((0x10_0000 + 49_999).toString(16)));
  });
});

describe('believing', () => {
  test('a list of an authority that is not configured', () => {
    assert.match(problem(revocationList({}, authority({ subject: 'Stranger' }))), /no configured authority/);
  });

  test('a list under the name of an authority, signed by another key', () => {
    const impostor = { subject: root.subject, key: testKey('p256', 'impostor') };
    assert.match(problem(revocationList({}, impostor)), /signature is not that of CN=Example Root/);
  });

  test('one changed bit, and SHA-1', () => {
    const bent = revocationList({ revoked: ['05'] }, root).slice();
    bent[bent.length - 1] = (bent.at(-1) as number) ^ 1;
    assert.match(problem(bent), /signature/);
    assert.match(problem(revocationList({ signature: 'ecdsa-sha1' }, root)), /SHA-1/);
  });

  test('an authority that may not sign lists, and an end entity', () => {
    const extensions = [basicConstraints(true), keyUsage('keyCertSign')];
    const mute = authority({ subject: 'Mute', extensions });
    assert.match(problem(revocationList({}, mute), [mute]), /cRLSign/);
    const end = issue({ subject: 'End' });
    assert.match(problem(revocationList({}, end), [end]), /may not sign/);
  });

  test('of two authorities of one name, the one that signed is found', () => {
    const other = authority({ subject: 'Example Root' });
    assert.equal(problem(revocationList({}, root), [other, root]), 'verified');
  });
});

describe('age', () => {
  test('before, during and after the time for which it speaks', () => {
    const list = verified({});
    assert.equal(crlFreshness(list, at('2026-05-31T23:59:59Z')), 'not-yet');
    assert.equal(crlFreshness(list, at('2026-06-01T00:00:00Z')), 'current');
    assert.equal(crlFreshness(list, at('2026-07-01T00:00:00Z')), 'current');
    assert.equal(crlFreshness(list, at('2026-07-01T00:00:01Z')), 'stale');
    assert.equal(crlFreshness(verified({ nextUpdate: undefined }), at('2040-01-01T00:00:00Z')), 'no-promise');
  });

  test('a lower number is older whatever its date; a number that vanished is older', () => {
    const current = verified({ number: 0x100 });
    const later = '2026-06-20T00:00:00Z';
    assert.equal(compareCrls(verified({ number: 0xff, thisUpdate: later }).list, current.list), 'older');
    assert.equal(compareCrls(verified({ number: 0x101 }).list, current.list), 'newer');
    assert.equal(compareCrls(verified({ number: 0x100 }).list, current.list), 'same');
    assert.equal(compareCrls(verified({ thisUpdate: later }).list, current.list), 'older');
  });

  test('without numbers the dates decide', () => {
    const current = verified({});
    assert.equal(compareCrls(verified({ thisUpdate: '2026-06-02T00:00:00Z' }).list, current.list), 'newer');
    assert.equal(compareCrls(verified({ thisUpdate: '2026-05-02T00:00:00Z' }).list, current.list), 'older');
    assert.equal(compareCrls(verified({}).list, current.list), 'same');
  });
});

describe('asked by path validation', () => {
  const middle = authority({ subject: 'Issuing' }, root);
  const leaf = device({ serial: 'c0ffee' }, middle);
  const judged = (lists: readonly VerifiedList[], unknown: 'accept' | 'refuse'): string => {
    const answer = validatePath({
      chain: [leaf.der, middle.der],
      anchors: [certificate(root)],
      at: at('2026-06-15T00:00:00Z'),
      purpose: 'client',
      verifier: nodeCertificateVerifier,
      revocation: { check: revocationCheck(lists), unknown },
    });
    return answer.kind === 'valid' ? 'valid' : answer.reason;
  };

  test('its issuer revoked it; another authority with the same serial number did not', () => {
    const ofRoot = verified({ revoked: ['c0ffee'] });
    const ofMiddle = verified({ revoked: ['c0ffee'] }, middle);
    const empty = verified({}, middle);
    assert.equal(judged([ofRoot, empty], 'refuse'), 'valid');
    assert.equal(judged([ofMiddle], 'accept'), 'certificate-revoked');
    assert.equal(judged([ofRoot, ofMiddle], 'refuse'), 'certificate-revoked');
  });

  test('a missing list', () => {
    assert.equal(judged([], 'accept'), 'valid');
    assert.equal(judged([verified({})], 'refuse'), 'unknown-authority');
  });
});
