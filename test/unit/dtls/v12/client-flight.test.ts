import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY, required, toHex, utf8 } from '../../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../../src/crypto/index.ts';
import { dtlsLimits } from '../../../../src/dtls/limits.ts';
import { bodyOf, HANDSHAKE_TYPE } from '../../../../src/dtls/message/handshake.ts';
import { suiteByName } from '../../../../src/dtls/suite/registry.ts';
import { clientFlight } from '../../../../src/dtls/v12/client/client-flight.ts';
import type { ServerSaid } from '../../../../src/dtls/v12/client/states.ts';
import { SETTINGS } from '../../../support/dtls-pair.ts';
import { rawKey } from '../../../support/identities.ts';

const entropy = nodeEntropy();
const lock = rawKey();

/** A server's flight that asks for a certificate of the type. */
function said(clientType: 'raw-public-key' | 'x509'): ServerSaid {
  const point = nodeProvider.ephemeral('secp256r1', entropy).publicKey;
  return {
    client: { identity: lock },
    accepted: {
      suite: required(suiteByName('TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8'), 'it is in the registry'),
      extendedMasterSecret: true,
      sendLimit: 16_384,
      serverType: 'raw-public-key',
      clientType,
      serverCid: EMPTY,
      cidAgreed: false,
    },
    randoms: { client: new Uint8Array(32), server: new Uint8Array(32) },
    ownCid: EMPTY,
    sessionId: EMPTY,
    transcript: [utf8('everything before')],
    sendSeq: 2,
    certified: null,
    keyExchange: { kind: 'ecdh', group: 23, point },
    request: { keyTypes: [64], signatureAlgorithms: [0x0403] },
  };
}

/** The messages that the client answers with. */
function flight(clientType: 'raw-public-key' | 'x509'): Uint8Array[] {
  const limits = dtlsLimits();
  const newConnectionId = (): Uint8Array => EMPTY;
  const findSession = () => undefined;
  const context = { settings: SETTINGS, limits, crypto: nodeProvider, entropy, findSession, newConnectionId };
  const items = clientFlight(context, said(clientType), '').flight?.items ?? [];
  return items.flatMap((item) => (item.kind === 'handshake' ? [item.raw] : []));
}

const { certificate, client_key_exchange, certificate_verify, finished } = HANDSHAKE_TYPE;

describe('a client that is asked for a certificate', () => {
  test('shows its key and proves that it holds it', () => {
    const types = flight('raw-public-key').map(([type]) => type);
    assert.deepEqual(types, [certificate, client_key_exchange, certificate_verify, finished]);
  });

  test('shows an empty one if it has none of the type, and proves nothing (RFC 5246 7.4.6, 7.4.8)', () => {
    const messages = flight('x509');
    assert.deepEqual(
      messages.map(([type]) => type),
      [certificate, client_key_exchange, finished],
    );
    assert.equal(toHex(bodyOf(messages[0] as Uint8Array)), '000000');
  });
});
