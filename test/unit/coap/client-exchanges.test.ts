import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LockstepCoap } from '../../support/lockstep-coap.ts';

// Random numbers are 1, 2, 3 ...: the first token is 00000001 00000002, the first Message ID 3, the wait for the ACK
// takes one; the next token is 00000005 00000006.
const FIRST = 'token=0000000100000002';
const SENT = `> CON GET 0003 ${FIRST} /light`;
const asked = (limits = {}, timeoutMs = 100_000) =>
  new LockstepCoap(limits).requests('CON GET /light', { timeoutMs }).sees(SENT);

describe('a response', () => {
  test('in the ACK', () => {
    asked().hears(`ACK 2.05 0003 ${FIRST} "on"`).sees('response #1 2.05 "on"').waits(300_000).sees();
  });

  test('of its own, after an empty ACK, is acknowledged once per copy and delivered once', () => {
    const world = asked().hears('ACK 0.00 0003').sees().waits(60_000).sees();
    world
      .hears(`CON 2.05 0aaa ${FIRST} "on"`)
      .sees('> ACK 0.00 0aaa', 'response #1 2.05 "on"')
      .hears(`CON 2.05 0aaa ${FIRST} "on"`)
      .sees('> ACK 0.00 0aaa', 'dropped duplicate');
  });

  test('of its own, before or instead of the ACK, ends the retransmission', () => {
    asked()
      .hears(`CON 2.05 0aaa ${FIRST}`)
      .sees('> ACK 0.00 0aaa', 'response #1 2.05')
      .waits(300_000)
      .sees()
      .hears('ACK 0.00 0003')
      .sees('dropped unexpected-ack');
  });

  test('as a NON', () => {
    asked().hears(`NON 2.05 0aaa ${FIRST}`).sees('response #1 2.05').waits(100_000).sees();
  });

  test('to a NON request', () => {
    new LockstepCoap()
      .requests('NON GET /light')
      .sees(`> NON GET 0003 ${FIRST} /light`)
      .hears(`NON 2.05 0aaa ${FIRST}`)
      .sees('response #1 2.05');
  });
});

describe('what does not match', () => {
  test('an ACK with another token, or another Message ID', () => {
    asked()
      .hears('ACK 2.05 0003 token=0000000100000003')
      .sees('dropped token-mismatch')
      .hears(`ACK 2.05 0004 ${FIRST}`)
      .sees('dropped unexpected-ack')
      .hears('ACK 0.00 0004')
      .sees('dropped unexpected-ack')
      .hears(`ACK 2.05 0003 ${FIRST}`)
      .sees('response #1 2.05');
  });

  test('a separate response with another token gets an RST if it asks for an ACK', () => {
    asked()
      .hears('CON 2.05 0aaa token=0000000100000003')
      .sees('dropped unexpected-response', '> RST 0.00 0aaa')
      .hears('CON 2.05 0aab token=01')
      .sees('dropped unexpected-response', '> RST 0.00 0aab')
      .hears('NON 2.05 0aac token=01')
      .sees('dropped unexpected-response');
  });

  test('the right answer from another peer', () => {
    asked()
      .hears(`ACK 2.05 0003 ${FIRST}`, 2)
      .sees('dropped unexpected-ack @2')
      .hears(`CON 2.05 0aaa ${FIRST}`, 2)
      .sees('dropped unexpected-response @2', '> RST 0.00 0aaa @2')
      .hears('RST 0.00 0003', 2)
      .sees('dropped unexpected-reset @2');
  });

  test('a second response', () => {
    asked()
      .hears(`ACK 2.05 0003 ${FIRST}`)
      .sees('response #1 2.05')
      .hears(`ACK 2.05 0003 ${FIRST}`)
      .sees('dropped unexpected-ack')
      .hears(`CON 2.05 0aaa ${FIRST}`)
      .sees('dropped unexpected-response', '> RST 0.00 0aaa');
  });
});

describe('a request without a response', () => {
  test('is sent five times in all, and fails', () => {
    const world = asked().waits(1);
    for (const wait of [2_000, 4_000, 8_000, 16_000])
      world
        .waits(wait - 2)
        .sees()
        .waits(2)
        .sees(SENT);
    world.waits(31_998).sees().waits(2).sees('failed #1 timeout').waits(100_000).sees();
  });

  test('fails at its own timeout, before or between retransmissions, or long after an empty ACK', () => {
    asked({}, 1_000).waits(999).sees().waits(1).sees('failed #1 timeout');
    asked({}, 5_000).waits(4_999).sees(SENT).waits(1).sees('failed #1 timeout');
    asked({}, 60_000).hears('ACK 0.00 0003').waits(59_999).sees().waits(1).sees('failed #1 timeout');
  });

  test('a NON is sent once and fails at its timeout', () => {
    const world = new LockstepCoap().requests('NON GET /light', { timeoutMs: 9_000 });
    world.sees(`> NON GET 0003 ${FIRST} /light`).waits(8_999).sees().waits(1).sees('failed #1 timeout');
  });

  test('fails at an RST, be it a CON, a NON, or acknowledged before', () => {
    asked().hears('RST 0.00 0003').sees('failed #1 reset').waits(100_000).sees();
    asked().hears('ACK 0.00 0003').hears('RST 0.00 0003').sees('failed #1 reset');
    const world = new LockstepCoap().requests('NON GET /light');
    world.hears('RST 0.00 0003').sees(`> NON GET 0003 ${FIRST} /light`, 'failed #1 reset');
  });

  test('fails when the peer is gone', () => {
    asked().forgets().sees('failed #1 closed').waits(300_000).sees();
  });

  test('can be cancelled: what comes later is rejected', () => {
    asked()
      .cancels(1)
      .waits(100_000)
      .sees()
      .hears(`CON 2.05 0aaa ${FIRST}`)
      .sees('dropped unexpected-response', '> RST 0.00 0aaa');
  });
});

describe('a response that must be rejected (RFC 7252 5.4.1)', () => {
  test('with an unknown critical option', () => {
    asked().hears(`ACK 2.05 0003 ${FIRST} option-65001=01`).sees('dropped bad-option', 'failed #1 reset');
    asked()
      .hears(`CON 2.05 0aaa ${FIRST} option-65001=01`)
      .sees('dropped bad-option', '> RST 0.00 0aaa', 'failed #1 reset');
    asked().hears(`NON 2.05 0aaa ${FIRST} option-65001=01`).sees('dropped bad-option', 'failed #1 reset');
  });

  test('with more payload than we take', () => {
    asked({ payloadBytesMax: 2 })
      .hears(`ACK 2.05 0003 ${FIRST} "123"`)
      .sees('dropped too-large', 'failed #1 reset');
  });

  test('an unknown elective option is kept', () => {
    asked().hears(`ACK 2.05 0003 ${FIRST} option-65000=01`).sees('response #1 2.05 option-65000=01');
  });
});

describe('NSTART', () => {
  test('one request at a time, in order, the next at ACK, response, failure or cancellation', () => {
    const world = asked();
    for (const path of ['/b', '/c', '/d', '/e']) world.requests(`CON GET ${path}`);
    world.sees();
    world.hears('ACK 0.00 0003');
    world.sees('> CON GET 0004 token=0000000500000006 /b');
    world.hears('ACK 2.05 0004 token=0000000500000006');
    assert.match(world.takes().join(), /^response #2 2.05,> CON GET 0005 .* \/c$/);
    world.hears('RST 0.00 0005');
    assert.match(world.takes().join(), /^failed #3 reset,> CON GET 0006 .* \/d$/);
    world.cancels(4);
    assert.match(world.takes().join(), /^> CON GET 0007 .* \/e$/);
  });

  test('more at a time if configured', () => {
    const world = new LockstepCoap({ nstart: 2 });
    for (const path of ['/a', '/b', '/c']) world.requests(`CON GET ${path}`);
    assert.equal(world.takes().length, 2);
  });

  test('a queued request can be cancelled, and fails at its timeout', () => {
    const world = asked().requests('CON GET /b').requests('CON GET /c', { timeoutMs: 1_000 });
    world.cancels(2).waits(1_000).sees('failed #3 timeout');
    world.hears(`ACK 2.05 0003 ${FIRST}`).sees('response #1 2.05');
  });

  test('a response to a request still queued cannot be', () => {
    const world = asked().requests('CON GET /b');
    world.hears('NON 2.05 0aaa token=0000000500000006').sees('dropped unexpected-response');
  });

  test('the queue is bounded', () => {
    const world = asked({ queuedPerPeerMax: 1 });
    world.requests('CON GET /b').sees().requests('CON GET /c').sees('failed #3 too-many');
    world.hears(`ACK 2.05 0003 ${FIRST}`);
    world.sees('response #1 2.05', '> CON GET 0004 token=0000000500000006 /b');
  });
});

describe('limits', () => {
  test('exchanges per peer and in all, peers', () => {
    asked({ clientExchangesPerPeerMax: 1 }).requests('CON GET /b').sees('failed #2 too-many');
    asked({ clientExchangesMax: 1 }).requests('CON GET /b', { peer: 2 }).sees('failed #2 too-many @2');
    asked({ peersMax: 1 }).requests('CON GET /b', { peer: 2 }).sees('failed #2 too-many @2');
  });

  test('a random source that only repeats itself gives no second live token', () => {
    const world = new LockstepCoap({}, () => 7).requests('CON GET /a');
    world.requests('CON GET /b').takes();
    world.requests('CON GET /c').sees('failed #3 too-many');
  });

  test('Message IDs: none twice within EXCHANGE_LIFETIME', () => {
    const world = new LockstepCoap({ nstart: 10 });
    for (let i = 0; i < 65_536; i++) {
      world.requests('NON GET /a').cancels(i + 1);
      if (i % 1_000 === 0) world.takes();
    }
    assert.match(world.takes().at(-1) ?? '', /^(> NON|failed #\d+ too-many)/);
    world.requests('NON GET /a');
    assert.match(world.takes().join(), /^failed #\d+ too-many$/);
    world.waits(247_000).requests('NON GET /a');
    assert.match(world.takes().join(), /^> NON GET /);
  });
});
