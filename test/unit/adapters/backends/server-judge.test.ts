/** Whether a coaps backend is the one that is meant. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeServer } from '../../../../src/adapters/backends/coap/server-judge.ts';
import { toHex, wallTime } from '../../../../src/base/index.ts';
import { nodeProvider } from '../../../../src/crypto/index.ts';
import type { BackendSecurity } from '../../../../src/daemon/ports/index.ts';
import {
  authority,
  der,
  device,
  extendedKeyUsage,
  extension,
  type Holder,
  issue,
  keyUsage,
  OID_SERVER_AUTH,
  sequence,
  spkiOf,
  subjectAltName,
  testKey,
} from '../../../support/x509.ts';

const LONG = { notBefore: '2020-01-01T00:00:00Z', notAfter: '2049-01-01T00:00:00Z' };
const NOW = wallTime(Date.parse('2026-06-15T12:00:00Z'));
const root = authority({ subject: 'Backends Root', ...LONG });
const usages = [keyUsage('digitalSignature'), extendedKeyUsage(OID_SERVER_AUTH)];
const server = (...extensions: readonly Uint8Array[]): Holder =>
  issue({ subject: 'meters.internal', extensions: [...usages, ...extensions], ...LONG }, root);
const loopback = extension('2.5.29.17', sequence(der(0x87, new Uint8Array(16).fill(1, 15))));

function judged(
  shown: Holder,
  address: string,
  { serverName = null, anchors = [root] as readonly Holder[] } = {},
) {
  const security: BackendSecurity = {
    kind: 'x509',
    keyPem: '',
    chain: [],
    anchors: anchors.map((each) => each.der),
    serverName,
  };
  const settings = {
    name: 'b',
    kind: 'coap',
    address,
    port: 5_684,
    timeoutMs: 1,
    inflightMax: 1,
    security,
  } as const;
  const answer = judgeServer(settings, { kind: 'x509', chain: [shown.der] }, NOW);
  return answer.kind === 'refused' ? answer.reason : answer.kind;
}

describe('a backend with a certificate', () => {
  const named = server(subjectAltName(['dns', 'Meters.internal']));

  test('has the host that it is reached by among its alternative names, and a common name counts for nothing', () => {
    assert.equal(judged(named, 'meters.internal'), 'accepted');
    assert.equal(judged(named, 'locks.internal'), 'bad-certificate');
    assert.equal(judged(server(), 'meters.internal'), 'bad-certificate');
  });

  test('a wildcard stands for one label', () => {
    const wild = server(subjectAltName(['dns', '*.site.internal']));
    assert.equal(judged(wild, 'a.site.internal'), 'accepted');
    assert.equal(judged(wild, 'a.b.site.internal'), 'bad-certificate');
  });

  test('an IPv6 address is one address however it is written', () => {
    assert.equal(judged(server(loopback), '::1'), 'accepted');
    assert.equal(judged(server(loopback), '0:0:0:0:0:0:0:1'), 'accepted');
    assert.equal(judged(server(loopback), '::2'), 'bad-certificate');
  });

  test('pinned itself, it is believed whatever its names', () => {
    assert.equal(judged(named, '192.0.2.7', { anchors: [named] }), 'accepted');
  });

  test('of a device, or of nobody, is refused', () => {
    const client = device({ subject: 'meters.internal', ...LONG }, root);
    assert.equal(judged(client, 'meters.internal'), 'unsupported-certificate');
    const stranger = issue({ subject: 'meters.internal', extensions: usages, ...LONG });
    assert.equal(judged(stranger, 'meters.internal'), 'unknown-authority');
  });

  test('where a raw key is pinned, only that key will do', () => {
    const spki = spkiOf(testKey('p256', 'backend'));
    const fingerprint = nodeProvider.hash('sha256', spki);
    const security: BackendSecurity = { kind: 'rpk', keyPem: '', serverFingerprintHex: toHex(fingerprint) };
    const settings = {
      name: 'b',
      kind: 'coap',
      address: 'h',
      port: 1,
      timeoutMs: 1,
      inflightMax: 1,
      security,
    } as const;
    assert.equal(judgeServer(settings, { kind: 'rpk', fingerprint, spki }, NOW).kind, 'accepted');
    const other = new Uint8Array(32);
    assert.equal(judgeServer(settings, { kind: 'rpk', fingerprint: other, spki }, NOW).kind, 'unknown');
    assert.equal(judgeServer(settings, { kind: 'x509', chain: [named.der] }, NOW).kind, 'refused');
  });
});
