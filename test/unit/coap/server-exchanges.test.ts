import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY, instant } from '../../../src/base/index.ts';
import { CODE, CoapEndpoint, peerId } from '../../../src/coap/index.ts';
import { datagram, LockstepCoap } from '../../support/lockstep-coap.ts';

describe('a request answered in time', () => {
  test('is piggybacked with its token and Message ID', () => {
    new LockstepCoap()
      .hears('CON GET 7d34 token=20 /temperature')
      .sees('request #1 CON GET /temperature')
      .responds(1, '2.05 "22.3 C"')
      .sees('> ACK 2.05 7d34 token=20 "22.3 C"');
  });

  test('needs no timer afterwards', () => {
    new LockstepCoap()
      .hears('CON GET 7d34 /temperature')
      .responds(1, '2.05')
      .sees('request #1 CON GET /temperature', '> ACK 2.05 7d34')
      .waits(300_000)
      .sees();
  });

  test('a NON gets a NON', () => {
    new LockstepCoap()
      .hears('NON GET 7d34 token=20 /temperature')
      .responds(1, '2.05 "22.3 C"')
      .sees('request #1 NON GET /temperature', '> NON 2.05 0001 token=20 "22.3 C"');
  });

  test('is answered once only', () => {
    new LockstepCoap()
      .hears('CON GET 0001 /a')
      .responds(1, '2.05')
      .responds(1, '4.04')
      .sees('request #1 CON GET /a', '> ACK 2.05 0001');
  });
});

describe('a request answered late', () => {
  const late = () =>
    new LockstepCoap()
      .hears('CON GET 7d38 token=53 /humidity')
      .sees('request #1 CON GET /humidity')
      .waits(999)
      .sees()
      .waits(1)
      .sees('> ACK 0.00 7d38');

  test('has its CON acknowledged empty, and a separate CON response', () => {
    late()
      .responds(1, '2.05 "68%"')
      .sees('> CON 2.05 0001 token=53 "68%"')
      .hears('ACK 0.00 0001')
      .sees()
      .waits(300_000)
      .sees();
  });

  test('acknowledges each duplicate again, before and after the response', () => {
    late()
      .hears('CON GET 7d38 token=53 /humidity')
      .sees('> ACK 0.00 7d38', 'dropped duplicate')
      .responds(1, '2.05')
      .hears('CON GET 7d38 token=53 /humidity')
      .sees('> CON 2.05 0001 token=53', '> ACK 0.00 7d38', 'dropped duplicate');
  });

  test('repeats the response until it is acknowledged', () => {
    late()
      .responds(1, '2.05')
      .sees('> CON 2.05 0001 token=53')
      .waits(2_001)
      .sees('> CON 2.05 0001 token=53')
      .hears('ACK 0.00 0001')
      .waits(100_000)
      .sees();
  });

  test('is abandoned when the response gets an RST', () => {
    late().responds(1, '2.05').hears('RST 0.00 0001').sees('> CON 2.05 0001 token=53', 'abandoned #1');
  });

  test('is abandoned when nobody ever acknowledges the response', () => {
    const sent = '> CON 2.05 0001 token=53';
    late().responds(1, '2.05').waits(100_000).sees(sent, sent, sent, sent, sent, 'abandoned #1');
  });
});

describe('a request never answered', () => {
  test('is abandoned after EXCHANGE_LIFETIME', () => {
    const world = new LockstepCoap().hears('CON GET 0001 /a').hears('NON GET 0002 /b');
    world.sees('request #1 CON GET /a', 'request #2 NON GET /b').waits(246_999).sees('> ACK 0.00 0001');
    world.waits(1).sees('abandoned #2').waits(1_000).sees('abandoned #1');
    world.responds(1, '2.05').responds(2, '2.05').sees();
  });

  test('a declined CON is acknowledged, and so is its duplicate', () => {
    new LockstepCoap()
      .hears('CON GET 0001 /a')
      .cancels(1)
      .sees('request #1 CON GET /a', '> ACK 0.00 0001')
      .hears('CON GET 0001 /a')
      .sees('> ACK 0.00 0001', 'dropped duplicate');
  });

  test('a declined NON stays without an answer', () => {
    new LockstepCoap().hears('NON GET 0001 /a').cancels(1).sees('request #1 NON GET /a');
  });
});

describe('several peers', () => {
  test('have Message IDs and tokens of their own', () => {
    new LockstepCoap()
      .hears('CON GET 0001 token=aa /a', 1)
      .hears('CON GET 0001 token=aa /a', 2)
      .sees('request #1 CON GET /a', 'request #2 CON GET /a @2')
      .responds(2, '2.05')
      .sees('> ACK 2.05 0001 token=aa @2');
  });

  test('a peer that is gone takes its exchanges along, and nobody else', () => {
    const world = new LockstepCoap();
    world.hears('CON GET 0001 /a', 1).hears('CON GET 0002 /b', 1).hears('CON GET 0001 /c', 2).takes();
    world.forgets(1).sees('abandoned #2', 'abandoned #1');
    world.responds(1, '2.05').sees().responds(3, '2.05').sees('> ACK 2.05 0001 @2');
    world.hears('CON GET 0001 /a', 1).sees('request #4 CON GET /a');
  });
});

describe('limits', () => {
  test('requests of one peer', () => {
    new LockstepCoap({ serverExchangesPerPeerMax: 1 })
      .hears('CON GET 0001 /a')
      .hears('CON GET 0002 token=02 /b')
      .hears('NON GET 0003 token=03 /c')
      .sees(
        'request #1 CON GET /a',
        'dropped too-many-exchanges',
        '> ACK 4.29 0002 token=02 Max-Age=05',
        'dropped too-many-exchanges',
        '> NON 4.29 0001 token=03 Max-Age=05',
      )
      .responds(1, '2.05')
      .hears('CON GET 0002 token=02 /b')
      .sees('> ACK 2.05 0001', 'request #2 CON GET /b');
  });

  test('requests of all peers', () => {
    new LockstepCoap({ serverExchangesMax: 1 })
      .hears('CON GET 0001 /a', 1)
      .hears('CON GET 0001 /b', 2)
      .sees('request #1 CON GET /a', 'dropped too-many-exchanges @2', '> ACK 5.03 0001 Max-Age=05 @2');
  });

  test('peers', () => {
    new LockstepCoap({ peersMax: 1 })
      .hears('CON GET 0001 /a', 1)
      .hears('CON GET 0001 /b', 2)
      .sees('request #1 CON GET /a', 'dropped too-many-peers @2', '> ACK 5.03 0001 Max-Age=05 @2')
      .hears('NON GET 0001 /b', 2)
      .sees('dropped too-many-peers @2');
  });

  test('payload', () => {
    new LockstepCoap({ payloadBytesMax: 4 })
      .hears('CON PUT 0001 token=01 /a "12345"')
      .sees('dropped too-large', '> ACK 4.13 0001 token=01 Size1=04')
      .hears('CON PUT 0002 token=01 /a "1234"')
      .sees('request #1 CON PUT /a "1234"');
  });

  test('Message IDs of our own: when all are in use, a NON goes unanswered and the exchange is abandoned', () => {
    const endpoint = new CoapEndpoint({ entropy: () => 0 });
    const request = datagram('NON GET 0000 /a');
    const response = { code: CODE.CONTENT, options: [], payload: EMPTY };
    const kinds = new Map<string, number>();
    for (let i = 0; i < 65_536 + 10; i++) {
      request[2] = i >> 8;
      request[3] = i;
      const [effect] = endpoint.receive(instant(i), peerId(1), request);
      assert.ok(effect?.kind === 'request');
      const effects = endpoint.respond(instant(i), effect.exchange, response);
      const kind = effects.map((each) => (each.kind === 'dropped' ? each.reason : each.kind)).join();
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    assert.deepEqual(
      [...kinds],
      [
        ['send', 65_536],
        ['no-message-id,abandoned', 10],
      ],
    );
  });
});
