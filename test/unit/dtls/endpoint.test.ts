import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Secret, seconds, utf8 } from '../../../src/base/index.ts';
import { type Effects, SUITE_NAMES } from '../../../src/dtls/index.ts';
import { DtlsPair } from '../../support/dtls-pair.ts';

describe('a full PSK handshake', () => {
  for (const suite of SUITE_NAMES.filter((name) => name.startsWith('TLS_PSK'))) {
    test(`with ${suite}, data both ways`, () => {
      const pair = new DtlsPair();
      pair.handshake([suite]);
      assert.deepEqual(pair.kinds('server'), [
        'transmit',
        'own',
        'transmit',
        'lookup',
        'transmit',
        'established',
      ]);
      assert.equal(pair.kinds('client').at(-1), 'established');
      const server = pair.serverConnection();
      assert.equal(pair.server.view(server)?.suite, suite);
      pair.settle('client', pair.client.send(pair.now, pair.connection!, utf8('hello')));
      const got = pair.serverEffects.at(-1);
      assert.deepEqual(got, { kind: 'deliver', connection: server, plaintext: utf8('hello') });
      pair.settle('server', pair.server.send(pair.now, server, utf8('there')));
      assert.deepEqual(pair.clientEffects.at(-1), {
        kind: 'deliver',
        connection: pair.connection,
        plaintext: utf8('there'),
      });
    });
  }

  test('a wrong key and an unknown identity look the same to the peer, and differ for the operator', () => {
    const wrong = new DtlsPair({ key: new Secret(utf8('another key 1234')) });
    wrong.handshake();
    wrong.pass(seconds(1));
    const unknown = new DtlsPair({ identity: utf8('lamp-x') });
    unknown.handshake();
    unknown.pass(seconds(1));
    assert.ok(wrong.kinds('server').includes('failed:wrong-key'));
    assert.ok(unknown.kinds('server').includes('failed:unknown-identity'));
    const sizes = (pair: DtlsPair) =>
      pair.serverEffects.flatMap((e) => (e.kind === 'transmit' ? [e.datagram.length] : []));
    assert.deepEqual(sizes(wrong), sizes(unknown));
    assert.ok(wrong.kinds('client').includes('failed:peer-alert'));
    assert.deepEqual(wrong.kinds('client'), unknown.kinds('client'));
    assert.deepEqual(wrong.server.occupancy(), {
      handshakes: 0,
      connections: 0,
      deadlines: 0,
      sessions: 0,
      cids: 0,
    });
  });

  test('a record that anybody can make does not end a handshake that waits for its Finished', () => {
    const pair = new DtlsPair();
    const request = pair.deliver('server', datagram(pair.connect()));
    const second = pair.deliver('client', datagram(request));
    const flight = pair.deliver('server', datagram(second));
    const forged = Uint8Array.of(
      22,
      0xfe,
      0xfd,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      9,
      0,
      40,
      ...new Array<number>(40).fill(0x5a),
    );
    pair.deliver('server', forged);
    pair.settle('server', flight);
    assert.ok(pair.kinds('server').includes('dropped:bad-record-mac'));
    assert.ok(pair.kinds('server').includes('established'));
  });
});

/** The first datagram that the effects send. */
function datagram(effects: Effects): Uint8Array {
  for (const effect of effects) if (effect.kind === 'transmit') return effect.datagram;
  throw new RangeError('nothing is sent');
}
