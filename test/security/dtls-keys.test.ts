/** Threats by keys and certificates that are not what they are passed off as. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PeerFault } from '../../src/base/index.ts';
import { nodeProvider } from '../../src/crypto/index.ts';
import { certifiedKey } from '../../src/dtls/v12/certified-key.ts';
import { DtlsPair } from '../support/dtls-pair.ts';
import { rawKey, selfSigned } from '../support/identities.ts';

const gateway = selfSigned('gateway');
const meter = selfSigned('meter');
const lock = rawKey();

test('K07: a raw key of an algorithm that devices do not sign with is refused by its type', () => {
  const { key } = selfSigned('old-meter', 'rsa');
  assert.throws(
    () => certifiedKey(nodeProvider, 'raw-public-key', [key.spki]),
    (fault) => fault instanceof PeerFault && fault.reason === 'unsupported-certificate',
  );
  const pair = new DtlsPair({ credentials: { identity: { key, chain: [] } }, server: { identity: gateway } });
  pair.handshake();
  assert.ok(!pair.kinds('server').includes('established'), pair.kinds('server').join());
  assert.equal(pair.server.occupancy().handshakes, 0);
});

describe('K11: one certificate type is never taken for the other', () => {
  const refusedAs = (type: 'x509' | 'raw-public-key', content: Uint8Array): string => {
    try {
      certifiedKey(nodeProvider, type, [content]);
    } catch (fault) {
      if (fault instanceof PeerFault) return String(fault.reason);
      throw fault;
    }
    return 'accepted';
  };
  const [certificate] = meter.chain as readonly [Uint8Array];

  test('K11: a certificate where a raw key was agreed on', () => {
    assert.equal(refusedAs('raw-public-key', certificate), 'unsupported-certificate');
    assert.equal(refusedAs('raw-public-key', meter.key.spki), 'accepted');
  });

  test('K11: a raw key where a certificate was agreed on', () => {
    assert.equal(refusedAs('x509', lock.key.spki), 'bad-certificate');
    assert.equal(refusedAs('x509', certificate), 'accepted');
  });
});
