import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, utf8 } from '../../../src/base/index.ts';
import type { CredentialQuestion, Effect, TlsSession } from '../../../src/dtls/index.ts';
import { DtlsPair, type PairOptions, SERVER_PATH as SERVER } from '../../support/dtls-pair.ts';
import { rawKey, selfSigned } from '../../support/identities.ts';

const gateway = selfSigned('gateway');
const meter = selfSigned('meter');
const OPEN = { identity: gateway, clientAuthentication: 'none', resumption: hours(1) } as const;

function connected(options: PairOptions): DtlsPair {
  const pair = new DtlsPair(options);
  pair.handshake();
  return pair;
}

function established(effects: readonly Effect[]): Extract<Effect, { kind: 'established' }> {
  const effect = effects.findLast(({ kind }) => kind === 'established');
  assert.ok(effect?.kind === 'established', 'established');
  return effect;
}

describe('a server that does not ask clients for a certificate', () => {
  test('knows nobody: the claim says so, the credential is empty, and the driver is not asked', () => {
    const pair = connected({ server: OPEN, credentials: { identity: meter } });
    const { peer } = established(pair.serverEffects);
    assert.deepEqual(peer.claim, { kind: 'anonymous' });
    assert.equal(peer.credential, '');
    assert.ok(!pair.kinds('server').includes('lookup'));
  });

  test('carries data', () => {
    const pair = connected({ server: OPEN, credentials: { identity: meter } });
    pair.settle('client', pair.client.send(pair.now, pair.connection!, utf8('question')));
    assert.equal(pair.serverEffects.at(-1)?.kind, 'deliver');
  });

  test('answers no client certificate type, for it asks for none (RFC 7250 4.2)', () => {
    const pair = connected({ server: OPEN, credentials: { identity: rawKey() } });
    assert.deepEqual(established(pair.serverEffects).peer.claim, { kind: 'anonymous' });
  });

  test('still knows those with a pre-shared key', () => {
    assert.equal(established(connected({ server: OPEN }).serverEffects).peer.claim.kind, 'psk');
  });

  test('asks the driver before nobody takes up a session again', () => {
    for (const trusting of [true, false]) {
      const pair = connected({ server: OPEN, credentials: { identity: meter } });
      const session = established(pair.clientEffects).session as TlsSession;
      const asked: CredentialQuestion[] = [];
      pair.credentials = (ask) => {
        asked.push(ask);
        return ask.kind !== 'resume' || trusting ? { kind: 'accepted', credential: '' } : { kind: 'unknown' };
      };
      const resumed = pair.client.connect(pair.now, SERVER, { identity: meter, resume: session });
      pair.settle('client', resumed.effects);
      assert.deepEqual(asked[0], { kind: 'resume', credential: '', claim: { kind: 'anonymous' } });
      const { peer } = established(pair.serverEffects);
      assert.deepEqual([peer.resumed, peer.claim], [trusting, { kind: 'anonymous' }]);
    }
  });
});

test('by default a server asks, and knows the client by its certificate', () => {
  const pair = connected({ server: { identity: gateway }, credentials: { identity: meter } });
  assert.equal(established(pair.serverEffects).peer.claim.kind, 'x509');
});
