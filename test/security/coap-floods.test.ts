/** Threats C01, C02, C13, C14, C15: what a peer can make us spend, and what it gets to see for it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instant } from '../../src/base/index.ts';
import { CoapEndpoint, type CoapEffects, peerId } from '../../src/coap/index.ts';
import { datagram, LockstepCoap } from '../support/lockstep-coap.ts';

const sent = (effects: CoapEffects): number =>
  effects.reduce((total, effect) => total + (effect.kind === 'send' ? effect.bytes.length : 0), 0);

describe('C02: option bombs', () => {
  /** A CON GET with `count` empty options, all of one number. */
  function bomb(count: number): Uint8Array {
    const bytes = new Uint8Array(4 + count);
    bytes.set([0x40, 0x01, 0x00, 0x01]);
    return bytes;
  }

  test('options beyond the cap: 4.02, and no more is read', () => {
    new LockstepCoap().hearsBytes(bomb(64)).sees(`request #1 CON GET${' option-0='.repeat(64)}`);
    new LockstepCoap().hearsBytes(bomb(65)).sees('dropped too-many-options', '> ACK 4.02 0001');
    new LockstepCoap().hearsBytes(bomb(60_000)).sees('dropped too-many-options', '> ACK 4.02 0001');
  });

  test('bytes of options beyond the cap: 4.02; a NON gets a NON, a response an RST', () => {
    const large = ` Uri-Query=${'61'.repeat(250)}`.repeat(9);
    new LockstepCoap()
      .hears(`CON GET 0001 token=07${large}`)
      .sees('dropped too-many-options', '> ACK 4.02 0001 token=07');
    new LockstepCoap()
      .hears(`NON GET 0001 token=07${large}`)
      .sees('dropped too-many-options', '> NON 4.02 0001 token=07');
    new LockstepCoap()
      .hears(`CON 2.05 0001 token=07${large}`)
      .sees('dropped too-many-options', '> RST 0.00 0001');
    new LockstepCoap().hears(`ACK 2.05 0001 token=07${large}`).sees('dropped too-many-options');
  });

  test('a length that points beyond the end costs nothing: no memory is made for it', () => {
    new LockstepCoap()
      .hearsBytes(new Uint8Array([0x40, 1, 0, 1, 0x0e, 0xff, 0xff]))
      .sees('dropped malformed', '> RST 0.00 0001');
  });
});

describe('C13: no answer of our own is larger than what it answers, but for a few bytes', () => {
  const provocations = [
    'CON 0.00 0001',
    'CON 7.00 0001 token=0102030405060708',
    'CON 0.09 0001 token=0102030405060708',
    'CON GET 0001 token=0102030405060708 option-65001=00',
    'CON 2.05 0001 token=0102030405060708 "x"',
  ];
  for (const line of provocations) {
    test(line, () => {
      const endpoint = new CoapEndpoint({ entropy: () => 1 });
      const bytes = datagram(line);
      assert.ok(sent(endpoint.receive(instant(0), peerId(1), bytes)) <= bytes.length + 12);
    });
  }
});

describe('C14: pings and rejects', () => {
  test('are answered up to a rate per peer, and for others regardless', () => {
    const world = new LockstepCoap({ resetsPerSecondMax: 3 });
    for (let i = 0; i < 10; i++) world.hears('CON 0.00 0001');
    const lines = world.takes();
    assert.equal(lines.filter((line) => line === '> RST 0.00 0001').length, 3);
    assert.equal(lines.filter((line) => line === 'dropped rate-limited').length, 7);
    assert.equal(lines.filter((line) => line === 'dropped ping').length, 10);
    world.hears('CON 0.00 0001', 2).sees('dropped ping @2', '> RST 0.00 0001 @2');
    world.waits(1_000).hears('CON 0.00 0002').sees('dropped ping', '> RST 0.00 0002');
  });

  test('a flood of rejects, pings and strange acknowledgements leaves next to nothing', () => {
    const world = new LockstepCoap();
    for (let i = 0; i < 5_000; i++) {
      world
        .hears(`CON 0.00 ${(i & 0xffff).toString(16)}`)
        .hears('ACK 0.00 0001')
        .hears('RST 0.00 0001');
      world.hears('NON 2.05 0001 token=01').hears('CON 6.00 0001');
    }
    world.takes();
    const { peers, ...rest } = world.endpoint.occupancy();
    assert.equal(peers, 1);
    assert.deepEqual(Object.values(rest), [0, 0, 0, 0]);
    world.waits(600_000);
    assert.equal(world.endpoint.occupancy().peers, 0);
    assert.equal(world.endpoint.nextDeadline(), undefined);
  });
});

describe('C15: we are not made to flood a device', () => {
  test('one request at a time, a bounded queue, an answer for each', () => {
    const world = new LockstepCoap({ queuedPerPeerMax: 8 });
    for (let i = 0; i < 100; i++) world.requests('CON GET /a', { timeoutMs: 30_000 });
    const lines = world.takes();
    assert.equal(lines.filter((line) => line.startsWith('>')).length, 1);
    assert.equal(lines.filter((line) => line.endsWith('too-many')).length, 91);
    world.waits(30_000);
    assert.equal(world.takes().filter((line) => line.endsWith('timeout')).length, 9);
  });
});

describe('memory returns to where it was', () => {
  test('but not before the Message IDs that we gave a peer may be given again', () => {
    const world = new LockstepCoap().hears('NON GET 0001 /a').responds(1, '2.05');
    world.waits(246_000);
    assert.equal(world.endpoint.occupancy().answerBytes, 0);
    assert.equal(world.endpoint.occupancy().peers, 1);
    world.waits(60_000);
    assert.equal(world.endpoint.occupancy().peers, 0);
  });

  test('a thousand peers with a request each are gone some minutes after their last', () => {
    const world = new LockstepCoap();
    for (let peer = 1; peer <= 1_000; peer++) world.hears('CON GET 0001 /a', peer).responds(peer, '2.05');
    world.takes();
    assert.equal(world.endpoint.occupancy().peers, 1_000);
    assert.equal(world.endpoint.occupancy().answerBytes, 64_000);
    world.waits(247_000 + 300_000).sees();
    assert.deepEqual(Object.values(world.endpoint.occupancy()), [0, 0, 0, 0, 0]);
    assert.equal(world.endpoint.nextDeadline(), undefined);
  });

  test('a peer that is gone leaves nothing at once', () => {
    const world = new LockstepCoap();
    world.hears('CON GET 0001 /a').responds(1, '2.05').hears('CON GET 0002 /a').hears('NON GET 0003 /a');
    world.hears('CON GET 0004 /a').waits(1_000).responds(4, '2.05');
    world.requests('CON GET /b').requests('CON GET /c').requests('NON GET /d').takes();
    world.forgets();
    assert.deepEqual(world.takes().toSorted(), [
      'abandoned #2',
      'abandoned #3',
      'abandoned #4',
      'failed #5 closed',
      'failed #6 closed',
      'failed #7 closed',
    ]);
    assert.deepEqual(Object.values(world.endpoint.occupancy()), [0, 0, 0, 0, 0]);
  });
});
