/** Threats C03, C04, C16: nothing is carried out twice, however a peer presses on the memory of Message IDs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instant } from '../../src/base/index.ts';
import { CODE, CoapEndpoint, exchangeId, peerId } from '../../src/coap/index.ts';
import { datagram, LockstepCoap } from '../support/lockstep-coap.ts';

const hex = (id: number) => (id & 0xffff).toString(16).padStart(4, '0');

describe('C03: the memory of Message IDs is pressed out', () => {
  test('by more answers than it holds: an old POST is refused, not executed, and says so', () => {
    const world = new LockstepCoap({ answersPerPeerMax: 4 });
    for (let id = 1; id <= 10; id++) world.hears(`CON POST ${hex(id)} token=aa /unlock`).responds(id, '2.04');
    world.takes();
    world.hears('CON POST 0001 token=aa /unlock');
    world.sees('dropped possible-duplicate', '> ACK 4.29 0001 token=aa Max-Age=05');
    world.hears('CON POST 0009 token=aa /unlock').sees('> ACK 2.04 0009 token=aa', 'dropped duplicate');
    world.hears('CON POST 000b token=aa /unlock').sees('request #11 CON POST /unlock');
  });

  test('by answers that are too large to keep', () => {
    const world = new LockstepCoap({ answerBytesPerPeerMax: 128 });
    world
      .hears('CON POST 0001 /unlock')
      .responds(1, `2.04 "${'x'.repeat(500)}"`)
      .takes();
    world.hears('CON POST 0001 /unlock').sees('dropped possible-duplicate', '> ACK 4.29 0001 Max-Age=05');
  });

  test('by GETs: a GET of which nothing is known any more may be carried out again (RFC 7252 4.5)', () => {
    const world = new LockstepCoap({ answersPerPeerMax: 2 });
    for (let id = 1; id <= 3; id++) world.hears(`CON GET ${hex(id)} /state`).responds(id, '2.05');
    world.takes();
    world.hears('CON GET 0001 /state').sees('request #4 CON GET /state');
  });

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'iPATCH']) {
    test(`${method} is never repeated: each of 5,000 Message IDs again, at the end, by a client in sequence`, () => {
      const world = new LockstepCoap();
      const executed = new Map<number, number>();
      const send = (id: number, exchange: number): boolean => {
        world.hears(`NON ${method} ${hex(id)} /x`);
        const accepted = world.takes().some((line) => line.startsWith('request'));
        if (!accepted) return false;
        executed.set(id, (executed.get(id) ?? 0) + 1);
        world.responds(exchange, '2.04');
        return true;
      };
      for (let id = 0; id < 5_000; id++) assert.ok(send(id, id + 1), `an honest request was refused: ${id}`);
      for (let id = 0; id < 5_000; id++) assert.ok(!send(id, 5_001), `carried out twice: ${id}`);
      assert.equal(executed.size, 5_000);
    });
  }
});

test('an honest client may send 1,000 requests a second for two minutes and is never refused', () => {
  const endpoint = new CoapEndpoint({ entropy: () => 1 });
  const message = datagram('CON POST 0000 token=01020304 /x');
  const response = { code: CODE.CHANGED, options: [], payload: new Uint8Array(0) };
  for (let i = 0; i < 120_000; i++) {
    message[2] = i >> 8;
    message[3] = i;
    const [effect] = endpoint.receive(instant(i), peerId(1), message);
    assert.equal(effect?.kind, 'request', `request ${i}`);
    endpoint.respond(instant(i), exchangeId(i + 1), response);
  }
  assert.ok(endpoint.occupancy().answerBytes <= 4_096);
});

describe('C04: a Message ID comes again with something else', () => {
  test('the first answer is repeated, the second request is not carried out', () => {
    new LockstepCoap()
      .hears('CON GET 0001 token=01 /state')
      .responds(1, '2.05 "locked"')
      .hears('CON POST 0001 token=02 /unlock')
      .sees(
        'request #1 CON GET /state',
        '> ACK 2.05 0001 token=01 "locked"',
        '> ACK 2.05 0001 token=01 "locked"',
        'dropped duplicate',
      );
  });

  test('as a NON after a CON, and as a CON after a NON', () => {
    const world = new LockstepCoap().hears('CON POST 0001 /a').responds(1, '2.04');
    world.hears('NON POST 0002 /a').responds(2, '2.04').takes();
    world.hears('NON POST 0001 /a').hears('CON POST 0002 /a').sees('dropped duplicate', 'dropped duplicate');
  });
});

describe('C16: lost acknowledgements and repeated responses', () => {
  test('a response that comes three times in three ways is delivered once', () => {
    const token = 'token=0000000100000002';
    new LockstepCoap()
      .requests('CON POST /unlock')
      .hears(`CON 2.04 0abc ${token}`)
      .hears(`CON 2.04 0abc ${token}`)
      .hears(`ACK 2.04 0003 ${token}`)
      .hears(`NON 2.04 0abd ${token}`)
      .sees(
        `> CON POST 0003 ${token} /unlock`,
        '> ACK 0.00 0abc',
        'response #1 2.04',
        '> ACK 0.00 0abc',
        'dropped duplicate',
        'dropped unexpected-ack',
        'dropped unexpected-response',
      );
  });

  test('a client that repeats its CON five times over a minute gets five acknowledgements and one execution', () => {
    const world = new LockstepCoap().hears('CON POST 0001 /unlock').waits(1_000).responds(1, '2.04');
    world.hears('ACK 0.00 0001').sees('request #1 CON POST /unlock', '> ACK 0.00 0001', '> CON 2.04 0001');
    for (const wait of [2_000, 4_000, 8_000, 16_000, 30_000]) {
      world.waits(wait).hears('CON POST 0001 /unlock').sees('> ACK 0.00 0001', 'dropped duplicate');
    }
  });
});
