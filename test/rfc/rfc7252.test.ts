/** RFC 7252, section by section, as far as src/coap claims it. What each requirement rests on: ledger-coap.md. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromHex, instant } from '../../src/base/index.ts';
import { COAP_LIMITS, CoapEndpoint, peerId } from '../../src/coap/index.ts';
import { LockstepCoap } from '../support/lockstep-coap.ts';

const world = (limits = {}) => new LockstepCoap(limits);
const bytes = (hex: string) => fromHex(hex.replaceAll(' ', '')) ?? assert.fail(hex);
/** Our first request: its token and Message ID follow from the counting random source. */
const TOKEN = 'token=0000000100000002';
const asking = (limits = {}) =>
  world(limits).requests('CON GET /light').sees(`> CON GET 0003 ${TOKEN} /light`);
/** A CON that got its empty ACK, and whose response is on its way. */
const separate = () =>
  world()
    .hears('CON GET 7d34 token=73 /a')
    .waits(1_000)
    .responds(1, '2.05 "x"')
    .sees('request #1 CON GET /a', '> ACK 0.00 7d34', '> CON 2.05 0001 token=73 "x"');

describe('section 3: message format', () => {
  test('an unknown version is silently ignored, even of a CON', () => {
    for (const first of ['00', '80', 'c0'])
      world()
        .hearsBytes(bytes(`${first}01 7d34`))
        .sees('dropped unknown-version');
  });

  test('token lengths 9 to 15 are a message format error', () => {
    for (const first of ['49', '4a', '4b', '4c', '4d', '4e', '4f']) {
      world()
        .hearsBytes(bytes(`${first}01 7d34 ${'00'.repeat(15)}`))
        .sees('dropped malformed', '> RST 0.00 7d34');
    }
  });

  test('a payload marker without a payload is a message format error', () => {
    world().hearsBytes(bytes('4001 7d34 ff')).sees('dropped malformed', '> RST 0.00 7d34');
    world().hearsBytes(bytes('5001 7d34 ff')).sees('dropped malformed');
  });

  test('an option delta or length of 15 is a message format error', () => {
    world().hearsBytes(bytes('4001 7d34 f1 00')).sees('dropped malformed', '> RST 0.00 7d34');
    world().hearsBytes(bytes('4001 7d34 1f 00')).sees('dropped malformed', '> RST 0.00 7d34');
  });

  test('less than a header is silently ignored', () => {
    for (const hex of ['', '40', '4001', '40017d']) world().hearsBytes(bytes(hex)).sees('dropped too-short');
  });
});

describe('section 4.1: empty messages', () => {
  test('a token or anything after the Message ID is a message format error', () => {
    world().hearsBytes(bytes('4100 7d34 01')).sees('dropped malformed', '> RST 0.00 7d34');
    world().hearsBytes(bytes('4000 7d34 ff01')).sees('dropped malformed', '> RST 0.00 7d34');
    world().hearsBytes(bytes('6000 7d34 00')).sees('dropped malformed');
  });
});

describe('section 4.2: reliable messages', () => {
  test('a CON is acknowledged', () => {
    world().hears('CON POST 7d34 /a').waits(1_000).sees('request #1 CON POST /a', '> ACK 0.00 7d34');
  });

  test('an empty CON, a reserved class or a format error is rejected with an RST', () => {
    world().hears('CON 0.00 7d34').sees('dropped ping', '> RST 0.00 7d34');
    for (const code of ['1.00', '1.05', '6.00', '7.31']) {
      world().hears(`CON ${code} 7d34 token=01`).sees('dropped reserved-code', '> RST 0.00 7d34');
    }
  });

  test('an ACK or RST is never answered, whatever is wrong with it', () => {
    for (const type of ['ACK', 'RST']) {
      const quiet = world();
      for (const line of ['0.00', 'GET', '2.05 "x"', '1.01', '7.00', '2.05 option-65001=00']) {
        quiet.hears(line.replace(/^\S+/, `${type} $& 7d34`));
      }
      quiet.hearsBytes(bytes(`${type === 'ACK' ? '6f' : '7f'}01 7d34`));
      assert.equal(quiet.takes().filter((line) => line.startsWith('>')).length, 0);
    }
  });

  test('an RST that is not empty, and an ACK that carries a request, are ignored', () => {
    asking()
      .hears('RST 2.05 0003')
      .sees('dropped reserved-code')
      .hears('ACK GET 0003')
      .sees('dropped reserved-code')
      .hears(`ACK 2.05 0003 ${TOKEN}`)
      .sees('response #1 2.05');
  });

  test('retransmission: the first wait is between ACK_TIMEOUT and that * ACK_RANDOM_FACTOR, then it doubles', () => {
    for (const [random, first] of [
      [0, 2_000],
      [0x8000_0000, 2_500],
      [0xffff_ffff, 3_000],
    ] as const) {
      const sentAt: number[] = [];
      const sender = new LockstepCoap({}, () => random).requests('CON GET /a', { timeoutMs: 1_000_000 });
      for (let ms = 0; ms <= 100_000; ms += 500) {
        if (sender.takes().some((line) => line.startsWith('>'))) sentAt.push(ms);
        sender.waits(500);
      }
      assert.deepEqual(sentAt, [0, first, 3 * first, 7 * first, 15 * first]);
    }
  });

  test('after MAX_RETRANSMIT the attempt ends and the application is told', () => {
    asking()
      .waits(62_001)
      .sees(...Array(4).fill(`> CON GET 0003 ${TOKEN} /light`), 'failed #1 timeout');
  });

  test('an RST ends the retransmission and the application is told', () => {
    asking().hears('RST 0.00 0003').sees('failed #1 reset').waits(100_000).sees();
  });
});

describe('section 4.3: messages without reliability', () => {
  test('a NON is never acknowledged, and rejected in silence', () => {
    world().hears('NON GET 7d34 /a').waits(10_000).sees('request #1 NON GET /a');
    world().hears('NON 0.00 7d34').sees('dropped malformed');
    world().hears('NON 1.05 7d34').sees('dropped reserved-code');
    world().hears('NON 2.05 7d34 token=01').sees('dropped unexpected-response');
  });
});

describe('section 4.4: message correlation', () => {
  test('ACK and RST echo the Message ID; ours match only with it and from the same peer', () => {
    asking()
      .hears('ACK 0.00 0004')
      .hears('RST 0.00 0004')
      .hears('ACK 0.00 0003', 2)
      .hears('RST 0.00 0003', 2)
      .sees(
        'dropped unexpected-ack',
        'dropped unexpected-reset',
        'dropped unexpected-ack @2',
        'dropped unexpected-reset @2',
      )
      .hears('RST 0.00 0003')
      .sees('failed #1 reset');
  });

  test('the first Message ID is random', () => {
    const ids = [0x1111, 0x2222].map((random) => {
      const sender = new LockstepCoap({}, () => random).requests('CON GET /a');
      return sender.lastSent.split(' ')[2];
    });
    assert.deepEqual(ids, ['1111', '2222']);
  });
});

describe('section 4.5: message deduplication', () => {
  test('a duplicate CON gets the same ACK, the request is processed once', () => {
    world()
      .hears('CON POST 7d34 token=74 /count')
      .responds(1, '2.04 "1"')
      .sees('request #1 CON POST /count', '> ACK 2.04 7d34 token=74 "1"')
      .hears('CON POST 7d34 token=74 /count')
      .sees('> ACK 2.04 7d34 token=74 "1"', 'dropped duplicate');
  });

  test('a duplicate that comes before there is an answer waits for it', () => {
    world()
      .hears('CON POST 7d34 /count')
      .hears('CON POST 7d34 /count')
      .sees('request #1 CON POST /count', 'dropped duplicate')
      .responds(1, '2.04')
      .sees('> ACK 2.04 7d34');
  });

  test('a duplicate NON is silently ignored, before and after its answer', () => {
    world()
      .hears('NON POST 7d34 /count')
      .hears('NON POST 7d34 /count')
      .responds(1, '2.04')
      .hears('NON POST 7d34 /count')
      .sees('request #1 NON POST /count', 'dropped duplicate', '> NON 2.04 0001', 'dropped duplicate');
  });

  test('a Message ID is new again after EXCHANGE_LIFETIME, or NON_LIFETIME for a NON', () => {
    const long = world()
      .hears('CON POST 0001 /a')
      .responds(1, '2.04')
      .hears('NON POST 0002 /b')
      .responds(2, '2.04');
    long.takes();
    long.waits(144_900).hears('NON POST 0002 /b').sees('dropped duplicate');
    long.waits(400).hears('NON POST 0002 /b').sees('request #3 NON POST /b');
    long.waits(101_600).hears('CON POST 0001 /a').sees('> ACK 2.04 0001', 'dropped duplicate');
    long.waits(400).hears('CON POST 0001 /a').sees('request #4 CON POST /a');
  });

  test('the same Message ID from another peer is another message', () => {
    world()
      .hears('CON GET 7d34 /a', 1)
      .hears('CON GET 7d34 /a', 2)
      .sees('request #1 CON GET /a', 'request #2 CON GET /a @2');
  });
});

describe('sections 4.7 and 4.8: congestion control and parameters', () => {
  test('the defaults are those of the table', () => {
    const { ackTimeout, ackRandomFactor, retransmitMax, nstart, exchangeLifetime, nonLifetime } = COAP_LIMITS;
    assert.deepEqual(
      [ackTimeout, ackRandomFactor, retransmitMax, nstart, exchangeLifetime, nonLifetime],
      [2_000, 1.5, 4, 1, 247_000, 145_000],
    );
    assert.ok(COAP_LIMITS.processingDelay < ackTimeout);
  });

  test('NSTART: a second request waits for the ACK or response of the first', () => {
    const busy = asking().requests('CON GET /b').sees().hears('ACK 0.00 0003');
    busy.sees('> CON GET 0004 token=0000000500000006 /b');
  });
});

describe('section 5.2: responses', () => {
  test('5.2.1 piggybacked', () => {
    world()
      .hears('CON GET 7d34 token=71 /a')
      .responds(1, '2.05 "x"')
      .sees('request #1 CON GET /a', '> ACK 2.05 7d34 token=71 "x"');
  });

  test('5.2.2 after the empty ACK the response is a message of its own, also to a retransmitted request', () => {
    world()
      .hears('CON GET 7d34 token=73 /a')
      .waits(1_000)
      .hears('CON GET 7d34 token=73 /a')
      .sees('request #1 CON GET /a', '> ACK 0.00 7d34', '> ACK 0.00 7d34', 'dropped duplicate')
      .responds(1, '2.05 "x"')
      .sees('> CON 2.05 0001 token=73 "x"')
      .hears('CON GET 7d34 token=73 /a')
      .sees('> ACK 0.00 7d34', 'dropped duplicate');
  });

  test('5.2.2 the retransmission of the response ends at any matching ACK, whatever it carries, or RST', () => {
    separate().hears('ACK 0.00 0001').sees().waits(100_000).sees();
    separate().hears('ACK 2.05 0001 token=01 "y"').sees('dropped token-mismatch').waits(100_000).sees();
    separate().hears('RST 0.00 0001').sees('abandoned #1').waits(100_000).sees();
  });

  test('5.2.2 our ACK to a separate response is empty, one for each copy; the response is delivered once', () => {
    asking()
      .hears('ACK 0.00 0003')
      .hears(`CON 2.05 0abc ${TOKEN} "x"`)
      .hears(`CON 2.05 0abc ${TOKEN} "x"`)
      .sees('> ACK 0.00 0abc', 'response #1 2.05 "x"', '> ACK 0.00 0abc', 'dropped duplicate');
  });

  test('5.2.2 a separate response that overtakes the ACK counts as the ACK', () => {
    asking()
      .hears(`CON 2.05 0abc ${TOKEN}`)
      .sees('> ACK 0.00 0abc', 'response #1 2.05')
      .waits(100_000)
      .sees();
  });

  test('5.2.3 a NON request is answered by a NON', () => {
    world()
      .hears('NON GET 7d40 token=75 /a')
      .responds(1, '2.05')
      .sees('request #1 NON GET /a', '> NON 2.05 0001 token=75');
  });
});

describe('section 5.3: matching', () => {
  test('5.3.1 the token is echoed as it came, from none to eight bytes', () => {
    for (const token of ['', ' token=00', ' token=0102030405060708']) {
      world()
        .hears(`CON GET 0001${token} /a`)
        .responds(1, '2.05')
        .sees('request #1 CON GET /a', `> ACK 2.05 0001${token}`);
    }
  });

  test('5.3.1 our tokens have 64 random bits and are different while in use', () => {
    const tokens = new Set<string>();
    const sender = world({ nstart: 1_000 });
    for (let i = 0; i < 1_000; i++) {
      sender.requests('CON GET /a');
      tokens.add(sender.lastSent.split(' ')[3] ?? '');
    }
    assert.equal(tokens.size, 1_000);
    for (const token of tokens) assert.match(token, /^token=[0-9a-f]{16}$/);
  });

  test('5.3.2 a response matches by peer and token, in an ACK by Message ID too; others are rejected', () => {
    asking()
      .hears(`ACK 2.05 0004 ${TOKEN}`)
      .hears('ACK 2.05 0003 token=0000000100000003')
      .hears('ACK 2.05 0003')
      .hears(`CON 2.05 0abc ${TOKEN}`, 2)
      .hears('CON 2.05 0abd token=01')
      .sees(
        'dropped unexpected-ack',
        'dropped token-mismatch',
        'dropped token-mismatch',
        'dropped unexpected-response @2',
        '> RST 0.00 0abc @2',
        'dropped unexpected-response',
        '> RST 0.00 0abd',
      );
  });
});

describe('section 5.4: options', () => {
  test('5.4.1 unknown critical in a CON request: 4.02 with a diagnostic', () => {
    world()
      .hears('CON GET 7d34 token=01 /a option-65001=00')
      .sees('dropped bad-option', '> ACK 4.02 7d34 token=01 "option 65001"');
  });

  test('5.4.1 unknown critical in a NON request: rejected', () => {
    world().hears('NON GET 7d34 token=01 /a option-65001=00').sees('dropped bad-option', '> RST 0.00 7d34');
  });

  test('5.4.1 unknown critical in a response: rejected', () => {
    asking()
      .hears(`CON 2.05 0abc ${TOKEN} option-9999=00`)
      .sees('dropped bad-option', '> RST 0.00 0abc', 'failed #1 reset');
    asking().hears(`ACK 2.05 0003 ${TOKEN} option-9999=00`).sees('dropped bad-option', 'failed #1 reset');
    asking().hears(`NON 2.05 0abc ${TOKEN} option-9999=00`).sees('dropped bad-option', 'failed #1 reset');
  });

  test('5.4.1 unknown elective: kept for whoever knows it', () => {
    world().hears('CON GET 7d34 /a option-65000=01').sees('request #1 CON GET /a option-65000=01');
  });

  test('5.4.3 a length outside of the definition makes an option unrecognized', () => {
    world().hears('CON GET 7d34 Uri-Host=').sees('dropped bad-option', '> ACK 4.02 7d34 "option 3"');
    world().hears('CON GET 7d34 Accept=010203').sees('dropped bad-option', '> ACK 4.02 7d34 "option 17"');
    world().hears('CON GET 7d34 /a Content-Format=010203').sees('request #1 CON GET /a');
  });

  test('5.4.5 a second of what may be there once is unrecognized', () => {
    world()
      .hears('CON GET 7d34 Uri-Port=01 Uri-Port=02')
      .sees('dropped bad-option', '> ACK 4.02 7d34 "option 7"');
    world().hears('CON GET 7d34 /a Size2=01 Size2=02').sees('request #1 CON GET /a Size2=01');
  });

  test('block-wise and observe options pass untouched', () => {
    const line = '/a Observe= Block2=06 Block1=16 Size2=0400 Size1=10';
    world()
      .hears(`CON GET 7d34 ${line}`)
      .sees('request #1 CON GET /a Observe= Block2=06 Block1=16 Size2=0400 Size1=10');
  });
});

describe('section 5.8: methods', () => {
  test('an unknown method: 4.05', () => {
    for (const code of ['0.08', '0.31']) {
      world()
        .hears(`CON ${code} 7d34 token=01 /a`)
        .sees('dropped unknown-method', '> ACK 4.05 7d34 token=01');
      world()
        .hears(`NON ${code} 7d34 token=01 /a`)
        .sees('dropped unknown-method', '> NON 4.05 0001 token=01');
    }
  });

  test('RFC 7252 and RFC 8132 methods are passed on', () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'FETCH', 'PATCH', 'iPATCH']) {
      world().hears(`CON ${method} 7d34 /a`).sees(`request #1 CON ${method} /a`);
    }
  });
});

describe('section 5.9: response codes', () => {
  test('any code of classes 2 to 5 is a response, known or not', () => {
    for (const code of ['2.05', '2.19', '3.01', '4.31', '5.00']) {
      asking().hears(`ACK ${code} 0003 ${TOKEN}`).sees(`response #1 ${code}`);
    }
  });
});

test('section 9.1: a datagram is borrowed, so that nothing of one session shows up in another', () => {
  const endpoint = new CoapEndpoint({ entropy: () => 1 });
  const datagram = bytes('4401 7d34 01020304 b161 ff 0102');
  const [effect] = endpoint.receive(instant(0), peerId(1), datagram);
  datagram.fill(0xee);
  assert.ok(effect?.kind === 'request');
  assert.deepEqual([...effect.request.payload], [1, 2]);
  assert.deepEqual([...(effect.request.options[0]?.value ?? [])], [0x61]);
});
