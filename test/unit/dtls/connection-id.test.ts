import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Effect } from '../../../src/dtls/index.ts';
import { DtlsPair } from '../../support/dtls-pair.ts';

const CID = { prefix: Uint8Array.of(1, 0, 0), randomBytes: 5 };

const routes = (effects: readonly Effect[], kind: 'own' | 'disown') =>
  effects.filter((effect) => effect.kind === kind && effect.route.kind === 'cid').length;

describe('connection IDs that come to nothing', () => {
  test('a client lets go of the one it offered when the server takes none', () => {
    const pair = new DtlsPair({ client: { connectionId: CID } });
    pair.handshake();
    assert.equal(pair.kinds('client').at(-1), 'established');
    assert.equal(pair.client.occupancy().cids, 0);
    assert.equal(routes(pair.clientEffects, 'own'), 1);
    assert.equal(routes(pair.clientEffects, 'disown'), 1);
    pair.settle('client', pair.client.close(pair.now, pair.connection!, 'requested'));
    assert.equal(routes(pair.clientEffects, 'disown'), 1);
  });

  test('a server that uses none gives none to a client that offers', () => {
    const pair = new DtlsPair({ client: { connectionId: CID } });
    pair.handshake();
    assert.equal(pair.server.occupancy().cids, 0);
    assert.equal(routes(pair.serverEffects, 'own'), 0);
  });

  test('both let go of theirs when the connection ends', () => {
    const pair = new DtlsPair({ client: { connectionId: CID }, server: { connectionId: CID } });
    pair.handshake();
    assert.equal(pair.client.occupancy().cids, 1);
    assert.equal(pair.server.occupancy().cids, 1);
    pair.settle('client', pair.client.close(pair.now, pair.connection!, 'requested'));
    for (const side of ['client', 'server'] as const) assert.equal(pair[side].occupancy().cids, 0);
    for (const effects of [pair.clientEffects, pair.serverEffects]) {
      assert.equal(routes(effects, 'own'), 1);
      assert.equal(routes(effects, 'disown'), 1);
    }
  });
});
