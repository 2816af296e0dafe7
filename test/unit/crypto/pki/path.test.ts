/** Certification path validation: each rule of RFC 5280 section 6 with a chain that breaks it and nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type WallTime, wallTime } from '../../../../src/base/index.ts';
import {
  type Certificate,
  nodeCertificateVerifier,
  type PathQuestion,
  type RevocationCheck,
  readCertificate,
  validatePath,
} from '../../../../src/crypto/index.ts';
import {
  authority,
  basicConstraints,
  bytes,
  type CertificateWish,
  device,
  extendedKeyUsage,
  extension,
  type Holder,
  integer,
  issue,
  keyUsage,
  OID_CLIENT_AUTH,
  OID_SERVER_AUTH,
  octets,
  sequence,
  spkiOf,
  testKey,
} from '../../../support/x509.ts';

const at = (text: string): WallTime => wallTime(Date.parse(text));
const NOW = at('2026-06-15T12:00:00Z');

function certificate({ der }: Pick<Holder, 'der'>): Certificate {
  const read = readCertificate(der);
  assert.ok(read.kind === 'certificate', JSON.stringify(read));
  return read;
}

/** `valid`, or the reason and the sentence. */
function judged(
  chain: readonly Pick<Holder, 'der'>[],
  anchors: readonly Pick<Holder, 'der'>[],
  more: Partial<PathQuestion> = {},
): { reason: string; detail: string } {
  const answer = validatePath({
    chain: chain.map(({ der }) => der),
    anchors: anchors.map(certificate),
    at: NOW,
    purpose: 'client',
    verifier: nodeCertificateVerifier,
    ...more,
  });
  if (answer.kind === 'refused') return answer;
  return { reason: 'valid', detail: answer.path.map(({ subject }) => subject.display).join(' < ') };
}

function refusedFor(reason: string, detail: RegExp, ...question: Parameters<typeof judged>): void {
  const answer = judged(...question);
  assert.equal(answer.reason, reason, answer.detail);
  assert.match(answer.detail, detail);
}

const root = authority();
const middle = authority({ subject: 'Example Issuing' }, root);

describe('what is believed', () => {
  test('a leaf issued by an anchor, and by an intermediate', () => {
    assert.deepEqual(judged([device({}, root)], [root]).detail, 'CN=lock-1 < CN=Example Root');
    const longer = judged([device({}, middle), middle], [root]);
    assert.equal(longer.detail, 'CN=lock-1 < CN=Example Issuing < CN=Example Root');
  });

  test('an intermediate as the anchor, with its issuer unknown', () => {
    assert.equal(judged([device({}, middle)], [middle]).reason, 'valid');
    assert.equal(judged([device({}, middle), middle, root], [middle]).reason, 'valid');
  });

  test('the anchor sent along, certificates out of order, and ones that do not belong', () => {
    const stranger = authority({ subject: 'Stranger' });
    const second = authority({ subject: 'Second' }, middle);
    const chain = [device({}, second), root, stranger, middle, second];
    assert.equal(judged(chain, [root]).reason, 'valid');
  });

  test('a leaf that is itself configured as an anchor, self-signed or not', () => {
    const selfSigned = issue({ subject: 'pinned', extensions: [extendedKeyUsage(OID_CLIENT_AUTH)] });
    assert.equal(judged([selfSigned], [selfSigned]).detail, 'CN=pinned');
    const leaf = device({}, root);
    assert.equal(judged([leaf], [leaf]).reason, 'valid');
  });

  test('every signature algorithm of the table, curves and hashes mixed', () => {
    for (const [type, signature] of [
      ['p256', 'ecdsa-sha256'],
      ['p256', 'ecdsa-sha384'],
      ['p384', 'ecdsa-sha256'],
      ['p384', 'ecdsa-sha384'],
      ['ed25519', 'ed25519'],
      ['rsa2048', 'rsa-sha256'],
      ['rsa2048', 'rsa-pss-sha256'],
    ] as const) {
      const ca = authority({ key: testKey(type, 'ca'), signature });
      assert.equal(judged([device({ signature }, ca)], [ca]).reason, 'valid', `${type} ${signature}`);
    }
  });

  test('no extended key usage, and the one for any purpose', () => {
    const plain = device({ extensions: [keyUsage('digitalSignature')] }, root);
    assert.equal(judged([plain], [root]).reason, 'valid');
    assert.equal(judged([plain], [root], { purpose: 'server' }).reason, 'valid');
    const any = device({ extensions: [extendedKeyUsage('2.5.29.37.0')] }, root);
    assert.equal(judged([any], [root]).reason, 'valid');
  });

  test('validity ends with the last second that it names, not before', () => {
    const leaf = device({ notAfter: '2026-06-15T12:00:00Z' }, root);
    assert.equal(judged([leaf], [root], { at: at('2026-06-15T12:00:00.999Z') }).reason, 'valid');
    assert.equal(judged([leaf], [root], { at: at('2026-06-15T12:00:01Z') }).reason, 'certificate-expired');
  });

  test('the answer carries the key and the moment at which the path first expires', () => {
    const short = authority({ subject: 'Short', notAfter: '2026-07-01T00:00:00Z' }, root);
    const leaf = device({}, short);
    const answer = validatePath({
      chain: [leaf.der, short.der],
      anchors: [certificate(root)],
      at: NOW,
      purpose: 'client',
      verifier: nodeCertificateVerifier,
    });
    assert.ok(answer.kind === 'valid');
    assert.deepEqual(answer.key.spki, spkiOf(leaf.key));
    assert.equal(answer.validUntil, at('2026-07-01T00:00:01Z'), 'its last second is valid');
  });
});

describe('what is refused, leaf', () => {
  const leafOf = (wish: CertificateWish): readonly [Holder[], Holder[]] => [[device(wish, root)], [root]];

  test('expired by a day, and a day too early', () => {
    const [chain, anchors] = leafOf({
      notBefore: '2026-06-01T00:00:00Z',
      notAfter: '2026-06-10T00:00:00Z',
    });
    refusedFor('certificate-expired', /lock-1 has expired/, chain, anchors);
    const early = { at: at('2026-05-31T00:00:00Z') };
    refusedFor('certificate-expired', /not valid yet/, chain, anchors, early);
    assert.equal(judged(chain, anchors, { at: at('2026-06-05T00:00:00Z') }).reason, 'valid');
  });

  test('a key usage without digitalSignature', () => {
    const wish = { extensions: [keyUsage('keyEncipherment')] };
    refusedFor('unsupported-certificate', /digitalSignature/, ...leafOf(wish));
  });

  test('an extended key usage for servers in a client, and the other way round', () => {
    const server = leafOf({ extensions: [extendedKeyUsage(OID_SERVER_AUTH)] });
    refusedFor('unsupported-certificate', /no clientAuth/, ...server);
    const question = [...leafOf({}), { purpose: 'server' }] as const;
    refusedFor('unsupported-certificate', /no serverAuth/, ...question);
    assert.equal(judged(...server, { purpose: 'server' }).reason, 'valid');
  });

  test('an unknown critical extension; the same one uncritical is passed over', () => {
    const strange = (critical: boolean): CertificateWish => ({
      extensions: [extension('1.2.3.4', octets(bytes('00')), critical)],
    });
    refusedFor('unsupported-certificate', /1\.2\.3\.4/, ...leafOf(strange(true)));
    assert.equal(judged(...leafOf(strange(false))).reason, 'valid');
  });

  test('weak and unknown keys', () => {
    const weak = leafOf({ key: testKey('rsa1024') });
    refusedFor('unsupported-certificate', /RSA key of 1024 bits/, ...weak);
    refusedFor('unsupported-certificate', /curve P-521/, ...leafOf({ key: testKey('p521') }));
    assert.equal(judged(...leafOf({ key: testKey('rsa2048') })).reason, 'valid');
  });

  test('a key that is not on its curve', () => {
    const spki = spkiOf(testKey('p256', 'bent'));
    spki[spki.length - 1] = (spki.at(-1) as number) ^ 1;
    refusedFor('bad-certificate', /not valid/, ...leafOf({ spki }));
  });

  test('signatures with SHA-1, whatever the key', () => {
    const rsa = authority({ key: testKey('rsa2048', 'ca'), subject: 'RSA' });
    const sha1 = /SHA-1, which is broken/;
    const leaf = device({ signature: 'rsa-sha1' }, rsa);
    refusedFor('unsupported-certificate', sha1, [leaf], [rsa]);
    refusedFor('unsupported-certificate', sha1, ...leafOf({ signature: 'ecdsa-sha1' }));
  });

  test('one changed bit in the signature, and a signature of another key', () => {
    const bent = device({}, root).der.slice();
    bent[bent.length - 1] = (bent.at(-1) as number) ^ 1;
    refusedFor('bad-certificate', /signature/, [{ der: bent }], [root]);
    const impostor = { subject: root.subject, key: testKey('p256', 'impostor') };
    refusedFor('bad-certificate', /signature/, [device({}, impostor)], [root]);
  });

  test('bytes that are no certificate, none at all, and too many', () => {
    refusedFor('bad-certificate', /no certificate/, [], [root]);
    refusedFor('bad-certificate', /certificate 1 .* ends inside/, [{ der: bytes('30820100') }], [root]);
    const many = Array.from({ length: 7 }, () => root);
    refusedFor('unsupported-certificate', /7 certificates/, many, [root]);
    const huge = device({ subject: 'x'.repeat(9_000) }, root);
    refusedFor('unsupported-certificate', /larger than the limit/, [huge], [root]);
  });
});

describe('what is refused, issuers', () => {
  test('an issuer that is not configured, and no anchors at all', () => {
    const stranger = authority({ subject: 'Stranger' });
    refusedFor('unknown-authority', /issuer is CN=Stranger/, [device({}, stranger), stranger], [root]);
    refusedFor('unknown-authority', /nobody configured/, [device({}, root)], []);
  });

  test('a self-signed leaf of the same name as nothing configured', () => {
    refusedFor('unknown-authority', /nobody configured/, [issue({ subject: 'myself' })], [root]);
  });

  test('CA:false and no basic constraints at all', () => {
    for (const extensions of [[basicConstraints(false)], [keyUsage('digitalSignature')], undefined]) {
      const end = issue({ subject: 'End', extensions }, root);
      refusedFor('bad-certificate', /no certification authority/, [device({}, end), end], [root]);
    }
  });

  test('a self-signed leaf that is an anchor speaks for itself only', () => {
    const pinned = issue({ subject: 'pinned' });
    refusedFor('bad-certificate', /no certification authority/, [device({}, pinned)], [pinned]);
  });

  test('a key usage without keyCertSign', () => {
    const extensions = [basicConstraints(true), keyUsage('digitalSignature')];
    const ca = issue({ subject: 'No signing', extensions }, root);
    refusedFor('bad-certificate', /keyCertSign/, [device({}, ca), ca], [root]);
  });

  test('a path longer than an issuer allows; self-issued certificates do not count', () => {
    const short = authority({ subject: 'Short', pathLength: 0 });
    const below = authority({ subject: 'Below' }, short);
    assert.equal(judged([device({}, short)], [short]).reason, 'valid');
    refusedFor('bad-certificate', /allows 0 intermediate/, [device({}, below), below], [short]);
    const rolled = authority({ subject: 'Short' }, short);
    assert.equal(judged([device({}, rolled), rolled], [short]).reason, 'valid');
  });

  test('expired intermediates and anchors', () => {
    const old = authority({ subject: 'Old', notAfter: '2026-02-01T00:00:00Z' }, root);
    refusedFor('certificate-expired', /Old has expired/, [device({}, old), old], [root]);
    const oldRoot = authority({ subject: 'Old root', notAfter: '2026-02-01T00:00:00Z' });
    refusedFor('certificate-expired', /Old root has expired/, [device({}, oldRoot)], [oldRoot]);
  });

  test('name constraints, critical or not, because they are not evaluated', () => {
    for (const critical of [true, false]) {
      const constrained = extension('2.5.29.30', sequence(), critical);
      const ca = authority({ subject: 'Narrow', extensions: [basicConstraints(true), constrained] }, root);
      refusedFor('unsupported-certificate', /name constraints/, [device({}, ca), ca], [root]);
    }
  });

  test('an intermediate for servers does not issue clients', () => {
    const extensions = [basicConstraints(true), extendedKeyUsage(OID_SERVER_AUTH)];
    const ca = authority({ subject: 'Web', extensions }, root);
    refusedFor('unsupported-certificate', /no clientAuth/, [device({}, ca), ca], [root]);
  });

  test('critical policy constraints', () => {
    const required = extension('2.5.29.36', sequence(integer(0)), true);
    const ca = authority({ subject: 'Policies', extensions: [basicConstraints(true), required] }, root);
    refusedFor('unsupported-certificate', /2\.5\.29\.36/, [device({}, ca), ca], [root]);
  });

  test('a weak issuer', () => {
    const weak = authority({ subject: 'Weak', key: testKey('rsa1024', 'ca') });
    refusedFor('unsupported-certificate', /1024 bits/, [device({}, weak)], [weak]);
  });
});

describe('searching', () => {
  test('of two anchors of one name, the one whose key signed is found', () => {
    const older = authority({ subject: 'Example Root' });
    assert.equal(judged([device({}, root)], [older, root]).reason, 'valid');
  });

  test('a way around an expired cross-certificate is found', () => {
    const key = testKey('p256', 'cross');
    const expired = authority({ subject: 'Cross', key, notAfter: '2026-02-01T00:00:00Z' }, root);
    const good = authority({ subject: 'Cross', key }, root);
    const leaf = device({}, good);
    assert.equal(judged([leaf, expired, good], [root]).reason, 'valid');
    assert.equal(judged([leaf, good, expired], [root]).reason, 'valid');
  });

  test('authorities that signed each other end in a refusal', () => {
    const a = { subject: authority({ subject: 'A' }).subject, key: testKey('p256', 'A') };
    const b = authority({ subject: 'B', key: testKey('p256', 'B') }, { ...a, der: bytes('') });
    const crossed = authority({ subject: 'A', key: a.key }, b);
    const selfA = authority({ subject: 'A', key: a.key });
    refusedFor('unknown-authority', /nobody/, [device({}, b), b, crossed, selfA, crossed, b], [root]);
  });

  test('name-alikes cannot ask for more signature checks than the limit', () => {
    let verified = 0;
    const counting = {
      ...nodeCertificateVerifier,
      verifyCertificate: (...of: Parameters<typeof nodeCertificateVerifier.verifyCertificate>) => {
        verified++;
        return nodeCertificateVerifier.verifyCertificate(...of);
      },
    };
    const alike = Array.from({ length: 40 }, () => authority({ subject: 'Alike' }));
    const leaf = device({}, authority({ subject: 'Alike' }));
    refusedFor('bad-certificate', /signature/, [leaf], alike, { verifier: counting });
    assert.equal(verified, 12);
  });

  test('a chain deeper than a path may be', () => {
    let issuer = root;
    const chain: Holder[] = [];
    for (let i = 0; i < 6; i++) {
      issuer = authority({ subject: `Level ${i}` }, issuer);
      chain.unshift(issuer);
    }
    const limits = { chainLengthMax: 10, certificateBytesMax: 8_192, pathLengthMax: 6, verificationsMax: 20 };
    const question = [[device({}, issuer), ...chain], [root], { limits }] as const;
    refusedFor('unsupported-certificate', /longer than 6/, ...question);
    const more = { limits: { ...limits, pathLengthMax: 8 } };
    assert.equal(judged(question[0], question[1], more).reason, 'valid');
  });
});

describe('revocation', () => {
  const leaf = device({ serial: 'abcd' }, middle);
  const chain = [leaf, middle];
  const says =
    (answer: ReturnType<RevocationCheck>, serialHex: string): RevocationCheck =>
    (certificate) =>
      certificate.serialHex === serialHex ? answer : 'good';

  test('a revoked leaf and a revoked intermediate', () => {
    for (const serialHex of ['abcd', certificate(middle).serialHex]) {
      const revocation = { check: says('revoked', serialHex), unknown: 'accept' } as const;
      refusedFor('certificate-revoked', new RegExp(serialHex), chain, [root], { revocation });
    }
  });

  test('without a list it is for the caller to decide', () => {
    const check = says('unknown', 'abcd');
    assert.equal(judged(chain, [root], { revocation: { check, unknown: 'accept' } }).reason, 'valid');
    const revocation = { check, unknown: 'refuse' } as const;
    refusedFor('unknown-authority', /no current revocation list/, chain, [root], { revocation });
  });
});
