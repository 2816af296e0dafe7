import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientHello } from '../../../../src/dtls/message/client-hello.ts';
import type { Extensions } from '../../../../src/dtls/message/extension/registry.ts';
import { SUITE_NAMES } from '../../../../src/dtls/index.ts';
import { acceptChoice } from '../../../../src/dtls/v12/accept-choice.ts';
import { negotiate, negotiateTerms } from '../../../../src/dtls/v12/negotiate.ts';
import { SETTINGS } from '../../../support/dtls-pair.ts';
import { selfSigned } from '../../../support/identities.ts';

const CCM_8 = 0xc0a8;
const GCM = 0x00a8;
const SCSV = 0x00ff;

const OFFER: ClientHello = {
  version: 0xfefd,
  random: new Uint8Array(32),
  sessionId: new Uint8Array(0),
  cookie: new Uint8Array(32),
  suites: [CCM_8],
  compression: Uint8Array.of(0),
  extensions: {},
};

const offer = (changes: Partial<ClientHello>): ClientHello => ({ ...OFFER, ...changes });
function agreed(changes: Partial<ClientHello>, settings = {}) {
  const hello = offer(changes);
  const all = { ...SETTINGS, ...settings };
  return negotiate(hello, negotiateTerms(hello, all), all, null);
}
const fault = (reason: string) => ({ name: 'PeerFault', reason });

describe('what a server agrees to', () => {
  const versions: [string, Partial<ClientHello>, boolean][] = [
    ['1.2', { version: 0xfefd }, true],
    ['1.0', { version: 0xfeff }, false],
    ['beyond 1.2', { version: 0xfefc }, true],
    ['far beyond 1.2', { version: 0xfe00 }, true],
    ['of a DTLS 2 to come', { version: 0xfdff }, true],
    ['TLS 1.2', { version: 0x0303 }, false],
    ['nothing', { version: 0 }, false],
    ['1.3 and 1.2 in supported_versions', { extensions: { supportedVersions: [0xfefc, 0xfefd] } }, true],
    ['1.3 alone in supported_versions', { extensions: { supportedVersions: [0xfefc] } }, false],
    ['an empty supported_versions', { extensions: { supportedVersions: [] } }, false],
    [
      '1.0 that knows supported_versions',
      { version: 0xfeff, extensions: { supportedVersions: [0xfefd] } },
      true,
    ],
  ];
  for (const [name, changes, ok] of versions) {
    test(`version: ${name} is ${ok ? 'taken' : 'refused'}`, () => {
      if (ok) assert.equal(agreed(changes).agreement.suite.id, CCM_8);
      else assert.throws(() => agreed(changes), fault('protocol-version'));
    });
  }

  test('suite: the server has the choice, whatever order the client lists', () => {
    const suites = ['TLS_PSK_WITH_AES_128_GCM_SHA256', 'TLS_PSK_WITH_AES_128_CCM_8'];
    for (const offered of [
      [CCM_8, GCM],
      [GCM, CCM_8],
      [0x008c, CCM_8, 0xc02b, GCM, SCSV],
    ]) {
      assert.equal(agreed({ suites: offered }, { suites }).agreement.suite.id, GCM);
      assert.equal(agreed({ suites: offered }, { suites: suites.toReversed() }).agreement.suite.id, CCM_8);
    }
  });

  test('suite: never one that is not configured, nor an unknown name', () => {
    for (const suites of [[], ['TLS_PSK_WITH_AES_128_GCM_SHA256'], ['TLS_NULL_WITH_NULL_NULL']]) {
      assert.throws(() => agreed({}, { suites }), fault('no-common-suite'));
    }
    assert.throws(() => agreed({ suites: [SCSV, 0x0000, 0x008c] }), fault('no-common-suite'));
  });

  test('compression: null must be offered (RFC 5246 7.4.1.2)', () => {
    assert.throws(() => agreed({ compression: Uint8Array.of(1) }), fault('illegal-parameter'));
    assert.ok(agreed({ compression: Uint8Array.of(1, 0) }));
  });

  test('renegotiation_info: answered when asked for, by suite or by extension', () => {
    assert.equal(agreed({}).extensions.renegotiationInfo, undefined);
    const empty = new Uint8Array(0);
    assert.deepEqual(agreed({ suites: [CCM_8, SCSV] }).extensions.renegotiationInfo, empty);
    assert.deepEqual(
      agreed({ extensions: { renegotiationInfo: empty } }).extensions.renegotiationInfo,
      empty,
    );
    const renegotiating: Extensions = { renegotiationInfo: Uint8Array.of(1) };
    assert.throws(() => agreed({ extensions: renegotiating }), fault('insecure-renegotiation'));
  });

  test('extended master secret: echoed, and refused without it where it is required', () => {
    const asking: Partial<ClientHello> = { extensions: { extendedMasterSecret: true } };
    const required = { extendedMasterSecret: 'required' };
    for (const settings of [{}, required]) {
      assert.equal(agreed(asking, settings).extensions.extendedMasterSecret, true);
      assert.equal(agreed(asking, settings).agreement.extendedMasterSecret, true);
    }
    assert.equal(agreed({}).agreement.extendedMasterSecret, false);
    assert.equal(agreed({}).extensions.extendedMasterSecret, undefined);
    assert.throws(() => agreed({}, required), fault('extended-master-secret-required'));
  });

  const limits: [string, Extensions, number, Extensions][] = [
    ['no limit', {}, 16_384, {}],
    ['max_fragment_length 1', { maxFragmentLength: 1 }, 512, { maxFragmentLength: 1 }],
    ['max_fragment_length 4', { maxFragmentLength: 4 }, 4_096, { maxFragmentLength: 4 }],
    ['record_size_limit 64', { recordSizeLimit: 64 }, 64, { recordSizeLimit: 16_384 }],
    ['record_size_limit beyond a record', { recordSizeLimit: 0xffff }, 16_384, { recordSizeLimit: 16_384 }],
    ['both', { recordSizeLimit: 900, maxFragmentLength: 1 }, 900, { recordSizeLimit: 16_384 }],
    [
      'both, one of them senseless',
      { recordSizeLimit: 900, maxFragmentLength: 9 },
      900,
      { recordSizeLimit: 16_384 },
    ],
  ];
  for (const [name, extensions, sendLimit, answer] of limits) {
    test(`record limit: ${name}`, () => {
      const result = agreed({ extensions });
      assert.equal(result.agreement.sendLimit, sendLimit);
      assert.deepEqual(result.extensions, answer);
    });
  }

  test('record limit: below 64, or a code outside 1 to 4, is an illegal parameter', () => {
    for (const extensions of [
      { recordSizeLimit: 63 },
      { recordSizeLimit: 0 },
      { maxFragmentLength: 0 },
      { maxFragmentLength: 5 },
    ]) {
      assert.throws(() => agreed({ extensions }), fault('illegal-parameter'));
    }
  });
});

describe('what a client accepts', () => {
  const offered = offer({
    suites: [CCM_8, GCM, SCSV],
    extensions: { extendedMasterSecret: true, recordSizeLimit: 16_384 },
  });
  const choice = {
    version: 0xfefd,
    random: new Uint8Array(32),
    sessionId: new Uint8Array(0),
    suite: CCM_8,
    compression: 0,
    extensions: {} as Extensions,
  };
  const accepted = (changes: Partial<typeof choice>, settings = {}) =>
    acceptChoice(offered, { ...choice, ...changes }, { ...SETTINGS, suites: SUITE_NAMES, ...settings });

  test('a suite that it offered', () => {
    assert.equal(accepted({ suite: GCM }).suite.id, GCM);
    for (const suite of [0xc0a4, SCSV, 0x0000]) {
      assert.throws(() => accepted({ suite }), fault('illegal-parameter'));
    }
  });

  test('1.2, without compression', () => {
    for (const version of [0xfeff, 0xfefc, 0x0303])
      assert.throws(() => accepted({ version }), fault('protocol-version'));
    assert.throws(() => accepted({ compression: 1 }), fault('illegal-parameter'));
  });

  test('extensions that it asked for, and no others', () => {
    assert.equal(accepted({ extensions: { extendedMasterSecret: true } }).extendedMasterSecret, true);
    assert.equal(accepted({ extensions: { renegotiationInfo: new Uint8Array(0) } }).suite.id, CCM_8);
    assert.throws(() => accepted({ extensions: { maxFragmentLength: 1 } }), fault('unsupported-extension'));
    assert.throws(() => accepted({ extensions: { serverName: '' } }), fault('unsupported-extension'));
    const bound: Extensions = { renegotiationInfo: Uint8Array.of(1) };
    assert.throws(() => accepted({ extensions: bound }), fault('insecure-renegotiation'));
  });

  test('a server without extended master secret, unless it requires it', () => {
    assert.equal(accepted({}).extendedMasterSecret, false);
    assert.throws(
      () => accepted({}, { extendedMasterSecret: 'required' }),
      fault('extended-master-secret-required'),
    );
  });

  test('a record limit of at least 64', () => {
    assert.equal(accepted({ extensions: { recordSizeLimit: 64 } }).sendLimit, 64);
    assert.equal(accepted({ extensions: { recordSizeLimit: 0xffff } }).sendLimit, 16_384);
    assert.throws(() => accepted({ extensions: { recordSizeLimit: 63 } }), fault('illegal-parameter'));
  });
});

describe('groups', () => {
  const [P256, X25519, ECDSA_CCM_8, ECDHE_PSK_GCM] = [23, 29, 0xc0ae, 0xd001];
  const offered = (supportedGroups: number[]) => ({
    suites: [ECDSA_CCM_8, CCM_8],
    extensions: { supportedGroups, signatureAlgorithms: [0x0403] },
  });
  const settings = { identity: selfSigned('gateway'), credentials: ['x509', 'psk'] };

  test("a client that cannot compute on the curve of the server's key is not shown it (RFC 8422 5.1)", () => {
    assert.equal(agreed(offered([X25519, P256]), settings).agreement.suite.id, ECDSA_CCM_8);
    assert.equal(agreed(offered([X25519]), settings).agreement.suite.id, CCM_8);
  });

  const groups: [string, number, Extensions, string][] = [
    ['beside certificates X25519 comes first', ECDSA_CCM_8, { supportedGroups: [P256, X25519] }, 'x25519'],
    ['beside certificates P-256 will do', ECDSA_CCM_8, { supportedGroups: [P256] }, 'secp256r1'],
    [
      'beside a pre-shared key P-256 comes first',
      ECDHE_PSK_GCM,
      { supportedGroups: [X25519, P256] },
      'secp256r1',
    ],
    ['beside a pre-shared key X25519 will do', ECDHE_PSK_GCM, { supportedGroups: [X25519] }, 'x25519'],
    ['a client that names none has P-256', ECDSA_CCM_8, {}, 'secp256r1'],
  ];
  for (const [name, suite, extensions, group] of groups) {
    test(name, () => {
      const hello = { suites: [suite], extensions: { signatureAlgorithms: [0x0403], ...extensions } };
      const all = { identity: selfSigned('gateway'), credentials: ['x509', 'ecdhe-psk'] };
      const { exchange } = agreed(hello, all).agreement;
      assert.equal('group' in exchange && exchange.group.name, group);
    });
  }

  test('a client that takes no uncompressed points is sent away (RFC 8422 5.1.2)', () => {
    const compressed = { ecPointFormats: [1, 2], supportedGroups: [P256] };
    assert.throws(() => agreed({ extensions: compressed }), fault('illegal-parameter'));
    assert.throws(
      () => agreed({ extensions: { ...compressed, ecPointFormats: [] } }),
      fault('illegal-parameter'),
    );
    assert.ok(agreed({ extensions: { ...compressed, ecPointFormats: [1, 0] } }));
    // It speaks of curves that nobody here knows.
    assert.ok(agreed({ extensions: { ...compressed, supportedGroups: [22] } }));
  });
});

describe('certificate types', () => {
  const [X509, RAW, OPEN_PGP] = [0, 2, 1];
  const settings = { identity: selfSigned('gateway'), credentials: ['x509', 'rpk'] };
  const offered = (types: Extensions, supportedGroups = [23]) => ({
    suites: [0xc0ae],
    extensions: { supportedGroups, signatureAlgorithms: [0x0403], ...types },
  });

  test('none in common has an alert of its own (RFC 7250 4.2)', () => {
    for (const types of [
      { clientCertificateTypes: [OPEN_PGP] },
      { serverCertificateTypes: [OPEN_PGP] },
      { clientCertificateTypes: [RAW], serverCertificateTypes: [OPEN_PGP] },
    ]) {
      assert.throws(() => agreed(offered(types), settings), fault('unsupported-certificate'));
    }
    const raw = { clientCertificateTypes: [RAW], serverCertificateTypes: [RAW, X509] };
    assert.throws(
      () => agreed(offered(raw), { ...settings, credentials: ['x509'] }),
      fault('unsupported-certificate'),
    );
    assert.ok(agreed(offered(raw), settings));
  });

  test('that is not said where something else is missing, or no type was spoken of', () => {
    const types = { clientCertificateTypes: [OPEN_PGP] };
    assert.throws(() => agreed(offered(types, [22]), settings), fault('no-common-suite'));
    assert.throws(() => agreed(offered({}), { ...settings, credentials: ['rpk'] }), fault('no-common-suite'));
  });
});
