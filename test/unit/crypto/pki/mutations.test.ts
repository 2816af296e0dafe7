/**
 * A hundred thousand damaged certificates, lists and keys: an answer for every one, never a throw. The damage is
 * seeded, the keys are fresh in each run, so a failure prints its bytes. A tenth of it in the quick check.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { concat, equalBytes, toHex, wallTime } from '../../../../src/base/index.ts';
import {
  importIdentityKey,
  importPublicKey,
  kindOfSpki,
  nodeCertificateVerifier,
  nodeProvider,
  readCertificate,
  readCrl,
  validatePath,
} from '../../../../src/crypto/index.ts';
import { subjectKeyOf } from '../../../../src/crypto/pki/x509.ts';
import { randomFrom } from '../../../fuzz/targets/coap-mutants.ts';
import {
  authority,
  basicConstraints,
  copyOf,
  device,
  extension,
  keyUsage,
  name,
  revocationList,
  sequence,
  spkiOf,
  subjectAltName,
  testKey,
} from '../../../support/x509.ts';

const subject = name([
  ['O', 'Example'],
  ['CN', 'lock-1'],
]);
const root = authority();
const leaf = device(
  {
    subject,
    extensions: [
      basicConstraints(false),
      keyUsage('digitalSignature'),
      subjectAltName(['dns', 'a.example'], ['uri', 'urn:dev:1']),
      extension('2.5.29.30', sequence()),
    ],
  },
  root,
);
const certificates = [leaf.der, root.der, device({ key: testKey('rsa2048') }, root).der];

/** One to four changes: a bit, a byte, a length made larger or smaller, bytes cut out, doubled or swapped in. */
function mutant(random: () => number, corpus: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = (corpus[random() % corpus.length] as Uint8Array).slice();
  for (let changes = 1 + (random() % 4); changes > 0 && bytes.length > 0; changes--) {
    const at = random() % bytes.length;
    const length = random() % 12;
    switch (random() % 6) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << (random() % 8));
        break;
      case 1:
        bytes[at] = EDGES[random() % EDGES.length] as number;
        break;
      case 2:
        bytes[at] = (bytes[at] as number) + (random() % 2 === 0 ? 1 : -1);
        break;
      case 3:
        bytes = concat(bytes.subarray(0, at), bytes.subarray(at + length));
        break;
      case 4:
        bytes = concat(bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at));
        break;
      default:
        bytes = bytes.slice(0, at);
    }
  }
  return bytes;
}

function run(
  seed: number,
  count: number,
  corpus: readonly Uint8Array[],
  each: (bytes: Uint8Array) => string,
): Set<string> {
  const random = randomFrom(seed);
  const outcomes = new Set<string>();
  for (let round = 0; round < count / SHARE; round++) {
    const bytes = mutant(random, corpus);
    try {
      outcomes.add(each(bytes));
    } catch (cause) {
      assert.fail(
        `seed ${seed}, round ${round}, ${toHex(bytes)}: ${String(cause instanceof Error ? cause.stack : cause)}`,
      );
    }
  }
  return outcomes;
}

describe('damage', () => {
  test('70,000 certificates: read or refused for a reason of the list, and the reasons vary', () => {
    const outcomes = run(5_280, 70_000, certificates, (bytes) => {
      const answer = readCertificate(bytes);
      return answer.kind === 'malformed' ? answer.fault : answer.kind;
    });
    for (const expected of [
      'certificate',
      'truncated',
      'bad-tag',
      'bad-length',
      'trailing-bytes',
      'bad-time',
    ]) {
      assert.ok(outcomes.has(expected), `${expected} in ${[...outcomes].join()}`);
    }
  });

  test('K06: 30,000 certificates: whoever proves possession proves that of the key that is judged', () => {
    const outcomes = run(7_468, 30_000, certificates, (bytes) => {
      const whole = readCertificate(bytes);
      const key = subjectKeyOf(bytes);
      // What the whole reader refuses nobody is let in with; what it takes, both readers and OpenSSL read alike.
      if (whole.kind === 'malformed') return key === undefined ? 'refused twice' : 'refused once';
      assert.deepEqual(key, whole.spki);
      if (whole.keyKind === undefined) return 'of no kind';
      const verified = nodeProvider.certificateKey(bytes);
      if (verified === undefined) return 'no key';
      const seen = keyByOpenssl(bytes);
      if (seen === undefined) return 'refused by OpenSSL';
      assert.deepEqual(verified.spki, seen);
      return 'alike';
    });
    for (const expected of [
      'alike',
      'no key',
      'of no kind',
      'refused by OpenSSL',
      'refused once',
      'refused twice',
    ]) {
      assert.ok(outcomes.has(expected), `${expected} in ${[...outcomes].join()}`);
    }
  });

  test('10,000 chains: none that was changed is believed', () => {
    const anchor = readCertificate(root.der);
    assert.ok(anchor.kind === 'certificate');
    const good = device({}, root).der;
    const judged = (der: Uint8Array) =>
      validatePath({
        chain: [der, root.der],
        anchors: [anchor],
        at: wallTime(Date.parse('2026-06-15T00:00:00Z')),
        purpose: 'client',
        verifier: nodeCertificateVerifier,
      });
    assert.equal(judged(good).kind, 'valid');
    const outcomes = run(6_125, 10_000, [good], (bytes) => {
      const answer = judged(bytes);
      assert.ok(answer.kind === 'refused' || equalBytes(bytes, good));
      return answer.kind === 'refused' ? answer.reason : answer.kind;
    });
    assert.ok(outcomes.has('bad-certificate') && outcomes.has('unsupported-certificate'));
  });

  test('10,000 revocation lists', () => {
    const lists = [revocationList({ revoked: ['01', 'f1'], number: 3 }, root), revocationList({}, root)];
    const outcomes = run(5_280, 10_000, lists, (bytes) => readCrl(bytes).kind);
    assert.deepEqual([...outcomes].toSorted(), ['list', 'problem']);
  });

  test('10,000 keys: two encodings that are believed are two keys', () => {
    const keys = (['p256', 'p384', 'ed25519', 'rsa2048'] as const).map((type) => spkiOf(testKey(type)));
    const outcomes = run(7_250, 10_000, [...keys, leaf.der], (bytes) => {
      const imported = importPublicKey(bytes, nodeProvider);
      const kind = kindOfSpki(bytes);
      const key = nodeProvider.verifyKey(bytes);
      if (key !== undefined) assert.ok(kind === key.kind && equalBytes(key.spki, bytes));
      return imported.kind;
    });
    assert.deepEqual([...outcomes].toSorted(), ['key', 'problem']);
  });

  test('2,000 private keys', () => {
    const keys = [testKey('p256'), testKey('ed25519')].map((key) =>
      Uint8Array.from(copyOf(key).export({ type: 'pkcs8', format: 'der' })),
    );
    const outcomes = run(5_958, 2_000, keys, (bytes) => importIdentityKey(bytes).kind);
    assert.deepEqual([...outcomes].toSorted(), ['key', 'problem']);
  });
});

function keyByOpenssl(certificate: Uint8Array): Uint8Array | undefined {
  try {
    return new Uint8Array(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }));
  } catch {
    return undefined;
  }
}

const SHARE = process.env['POSTERN_TEST_SCALE'] === 'smoke' ? 10 : 1;

const EDGES = [
  0x00, 0x01, 0x02, 0x03, 0x06, 0x17, 0x18, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa3, 0xff,
];
