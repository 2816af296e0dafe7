/** Threats D01, D02, D03, D05, D06, D11, D27, D28: what anybody can do who has not shown that an address is theirs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, hours, instant, path, required, seconds } from '../../src/base/index.ts';
import { SUITE_NAMES } from '../../src/dtls/index.ts';
import { decodeClientHello, encodeClientHello } from '../../src/dtls/message/client-hello.ts';
import { decodeHelloVerifyRequest } from '../../src/dtls/message/hello-verify-request.ts';
import { CLIENT_PATH, DEVICE, DtlsPair } from '../support/dtls-pair.ts';
import { countingProvider } from '../support/dtls-counting.ts';
import { Random } from '../support/dtls-random.ts';
import { feed, newServer, START, writeScript } from '../support/dtls-script.ts';
import { firstPiece, secondPiece } from '../support/dtls-states.ts';
import {
  cut,
  drops,
  fragmentsOf,
  kinds,
  message,
  plainRecord,
  recordsOf,
  sent,
} from '../support/dtls-wire.ts';

const script = writeScript();
const HELLO_VERIFY_REQUEST = 3;
const EMPTY_HOUSE = { handshakes: 0, connections: 0, deadlines: 0, sessions: 0, cids: 0 };

/** The script's hello with something else in it. */
function hello(
  change: (body: Uint8Array) => Uint8Array,
  fields: { sequence?: number; messageSeq?: number } = {},
) {
  const raw = required(recordsOf(script.hello)[0], 'a hello is a record').fragment;
  return plainRecord(
    { sequence: fields.sequence ?? 0, version: 0xfeff },
    message(1, fields.messageSeq ?? 0, change(raw.slice(12))),
  );
}

describe('D01: reflection', () => {
  const answers = (datagram: Uint8Array) => {
    // Not the server that made the script's cookie.
    const server = newServer({ seed: 77 });
    const datagrams = sent(feed(server, datagram));
    assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
    return datagrams;
  };

  test('D01: one datagram at most, not larger than its question, and nothing kept', () => {
    const [answer, ...more] = answers(script.hello);
    assert.ok(answer !== undefined && answer.length <= script.hello.length);
    assert.deepEqual(more, []);
    assert.ok((answers(firstPiece(script.cookieHello))[0]?.length ?? 0) <= script.hello.length);
  });

  test('D01: many hellos in one datagram are one question', () => {
    assert.equal(answers(concat(script.hello, script.hello, script.hello)).length, 1);
    assert.equal(answers(concat(script.hello, script.cookieHello)).length, 1);
  });

  test('D01: a hello that is shorter than the answer gets none', () => {
    const short = plainRecord({}, message(1, 0, new Uint8Array(36)));
    for (const datagram of answers(short)) assert.ok(datagram.length <= short.length);
  });

  test('D01: a hello that resumes a session is asked for its cookie like any other', () => {
    const pair = new DtlsPair({ server: { resumption: hours(1) } });
    pair.handshake(SUITE_NAMES.filter((name) => name.startsWith('TLS_ECDHE_PSK')));
    const established = pair.clientEffects.find(({ kind }) => kind === 'established');
    const session = established?.kind === 'established' ? established.session : null;
    assert.ok(session !== null);
    const { effects } = pair.client.connect(pair.now, path(0, '192.0.2.1', 5_685), {
      psk: DEVICE,
      resume: session,
    });
    const [question] = sent(effects) as [Uint8Array];
    const before = pair.server.occupancy();
    const [answer, ...more] = sent(feed(pair.server, question, { path: path(0, '198.51.100.1', 1) }));
    const [verify] = fragmentsOf(
      required(recordsOf(required(answer, 'a challenge'))[0], 'a record').fragment,
    );
    assert.equal(verify?.type, HELLO_VERIFY_REQUEST);
    assert.deepEqual(more, []);
    assert.ok(required(answer, 'a challenge').length <= question.length);
    assert.deepEqual(pair.server.occupancy(), before);
  });

  test('D01: nothing else is answered at all', () => {
    for (const datagram of [
      script.keyExchange,
      script.clientChange,
      script.clientFinished,
      script.serverHello,
      plainRecord({ type: 21 }, Uint8Array.of(2, 40)),
      plainRecord({ type: 23, epoch: 1 }, new Uint8Array(40)),
      new Random(1).bytes(300),
    ]) {
      assert.deepEqual(answers(datagram), []);
    }
  });
});

test('D02: ten thousand hellos cost a MAC each, and leave nothing', () => {
  const { provider, calls } = countingProvider();
  const server = newServer({ crypto: provider });
  feed(server, script.hello);
  calls.length = 0;
  for (let i = 0; i < 10_000; i++)
    feed(server, script.hello, { path: path(0, `10.1.${i >> 8}.${i & 0xff}`, 1_024 + i) });
  assert.equal(calls.length, 10_000);
  assert.ok(calls.every((call) => call.startsWith('hmac(')));
  assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
});

describe('D03: cookies', () => {
  const cookieAt = 13 + 12 + 2 + 32 + 1 + 1;

  test('D03: a forged one is asked for again, in constant-time comparison, and never believed', () => {
    const { provider, calls } = countingProvider();
    const server = newServer({ crypto: provider });
    for (let bit = 0; bit < 256; bit += 5) {
      const forged = script.cookieHello.slice();
      forged[cookieAt + (bit >> 3)] = (forged[cookieAt + (bit >> 3)] as number) ^ (1 << (bit & 7));
      calls.length = 0;
      const effects = feed(server, forged);
      assert.deepEqual(kinds(effects), ['transmit']);
      assert.ok(calls.includes('equal(32 32)'));
    }
    assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
  });

  test('D03: one of another address, or of another hello, is forged', () => {
    for (const elsewhere of [path(0, '192.0.2.8', 40_000), path(0, '192.0.2.7', 40_001)]) {
      const server = newServer();
      feed(server, script.hello);
      assert.deepEqual(kinds(feed(server, script.cookieHello, { path: elsewhere })), ['transmit']);
    }
    const server = newServer();
    feed(server, script.hello);
    const other = script.cookieHello.slice();
    other[13 + 12 + 5] = (other[13 + 12 + 5] as number) ^ 1;
    assert.deepEqual(kinds(feed(server, other)), ['transmit']);
  });

  test('D03: a good one lives for two periods', () => {
    for (const [age, good] of [
      [119, true],
      [120, false],
    ] as const) {
      const server = newServer();
      feed(server, script.hello);
      const effects = feed(server, script.cookieHello, { now: instant(START + seconds(age)) });
      assert.equal(kinds(effects).includes('own'), good, `${age} s`);
    }
  });
});

test('D05: a challenge is sent once for each hello, and never by time', () => {
  const server = newServer();
  assert.deepEqual(kinds(feed(server, script.hello)), ['transmit']);
  assert.equal(server.nextDeadline(), undefined);
  assert.deepEqual(server.timeout(instant(START + seconds(3_600))), []);
  assert.deepEqual(kinds(feed(server, script.hello)), ['transmit']);
});

test('D06: the challenge and the first answer carry the numbers of the hello that they answer', () => {
  const server = newServer();
  const first = hello((body) => body, { sequence: 77, messageSeq: 5 });
  const [request] = recordsOf(required(sent(feed(server, first))[0], 'a challenge'));
  const [verify] = fragmentsOf(required(request, 'one record').fragment);
  assert.equal(request?.sequence, 77);
  assert.equal(verify?.messageSeq, 5);
  const { cookie } = decodeHelloVerifyRequest(required(verify, 'one message').bytes);
  const again = hello((body) => encodeClientHello({ ...decodeClientHello(body), cookie }), {
    sequence: 901,
    messageSeq: 6,
  });
  const [flight] = sent(feed(server, again));
  const records = recordsOf(required(flight, 'flight 4'));
  assert.deepEqual(
    records.map(({ sequence, fragment }) => [sequence, fragmentsOf(fragment)[0]?.messageSeq]),
    [
      [901, 6],
      [902, 7],
    ],
  );
});

describe('D06: a hello whose record number leaves no room for ours is dropped and counted', () => {
  const LAST = 2 ** 48 - 1;
  for (const [what, sequence, expected] of [
    ['the last number there is', LAST, ['dropped:hello-sequence']],
    ['the limit of numbers', 2 ** 44, ['dropped:hello-sequence']],
    ['one below the limit', 2 ** 44 - 1, ['transmit']],
  ] as const) {
    test(`D06: ${what}, without a cookie`, () => {
      assert.deepEqual(
        kinds(
          feed(
            newServer(),
            hello((body) => body, { sequence }),
          ),
        ),
        expected,
      );
    });
  }

  test('D06: the last number there is, with a good cookie: nothing begins, and the same hello gets in later', () => {
    const server = newServer();
    const first = sent(feed(server, script.hello))[0];
    const [request] = recordsOf(required(first, 'a challenge'));
    const [verify] = fragmentsOf(required(request, 'one record').fragment);
    const { cookie } = decodeHelloVerifyRequest(required(verify, 'one message').bytes);
    const proven = (sequence: number) =>
      hello((body) => encodeClientHello({ ...decodeClientHello(body), cookie }), { sequence, messageSeq: 1 });
    assert.deepEqual(kinds(feed(server, proven(LAST))), ['dropped:hello-sequence']);
    assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
    const numbers = sent(feed(server, proven(1))).flatMap((datagram) =>
      recordsOf(datagram).map((one) => one.sequence),
    );
    assert.deepEqual(numbers, [1, 2]);
  });
});

test('D11: lengths that lie inside the hello are silence', () => {
  const server = newServer();
  const lies: [number, number][] = [
    [34, 33], // a session id longer than it may be
    [34, 255],
    [35, 255], // a cookie longer than the hello
    [35, 200],
  ];
  for (const [at, length] of lies) {
    const datagram = hello((body) => {
      const lying = body.slice(0, 60);
      lying[at] = length;
      return lying;
    });
    assert.deepEqual(kinds(feed(server, datagram)), ['dropped:malformed-hello'], `${at}: ${length}`);
  }
  for (let length = 0; length < 36; length++) {
    const effects = feed(
      server,
      hello((body) => body.slice(0, length)),
    );
    assert.deepEqual(drops(effects), ['malformed-hello'], `${length} bytes`);
  }
  assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
});

describe('D27: version tricks', () => {
  /** What a server makes of a proven hello of this version. */
  function outcome(version: number): string[] {
    const server = newServer();
    const asked = hello((body) => concat(Uint8Array.of(version >> 8, version & 0xff), body.slice(2)));
    const [request] = recordsOf(required(sent(feed(server, asked))[0], 'a challenge'));
    const [verify] = fragmentsOf(required(request, 'one record').fragment);
    const { cookie } = decodeHelloVerifyRequest(required(verify, 'one message').bytes);
    const again = hello((body) => encodeClientHello({ ...decodeClientHello(body), version, cookie }), {
      sequence: 1,
      messageSeq: 1,
    });
    const effects = feed(server, again);
    assert.ok(sent(effects).length <= 1);
    return kinds(effects).filter((kind) => kind.startsWith('failed'));
  }

  for (const version of [0x0000, 0x0303, 0x0304, 0xfeff, 0xfefe, 0xffff]) {
    test(`D27: 0x${version.toString(16)} gets one alert`, () => {
      assert.deepEqual(outcome(version), ['failed:protocol-version']);
    });
  }

  for (const version of [0xfefd, 0xfefc, 0xfe00]) {
    test(`D27: 0x${version.toString(16)} is 1.2`, () => assert.deepEqual(outcome(version), []));
  }

  test('D27: a record of another version is dropped', () => {
    const server = newServer();
    for (const version of [0x0303, 0x0100, 0xfefc]) {
      const raw = required(recordsOf(script.hello)[0], 'a record').fragment;
      assert.deepEqual(drops(feed(server, plainRecord({ version }, raw))), ['wrong-version']);
    }
  });
});

describe('D28: a hello in pieces', () => {
  test('D28: is asked for its cookie by the first piece, and costs nothing', () => {
    const server = newServer();
    const pieces = cut(1, 0, required(recordsOf(script.hello)[0], 'a record').fragment.slice(12), 70);
    const answers = pieces.map((piece, i) => kinds(feed(server, plainRecord({ sequence: i }, piece))));
    assert.deepEqual(answers, [['transmit'], ['dropped:hello-fragmented']]);
    assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
  });

  test('D28: with its cookie it is put together, whatever comes first', () => {
    const server = newServer();
    feed(server, script.hello);
    assert.deepEqual(drops(feed(server, secondPiece(script.cookieHello))), ['hello-fragmented']);
    assert.deepEqual(kinds(feed(server, firstPiece(script.cookieHello))), ['own']);
    assert.deepEqual(kinds(feed(server, secondPiece(script.cookieHello))), ['transmit']);
  });

  test('D28: pieces on one path do not complete a hello of another', () => {
    const server = newServer();
    feed(server, script.hello);
    feed(server, firstPiece(script.cookieHello));
    const effects = feed(server, secondPiece(script.cookieHello), { path: path(0, '192.0.2.66', 1) });
    assert.deepEqual(drops(effects), ['hello-fragmented']);
    assert.equal(effects[0]?.kind === 'dropped' && effects[0].path.key !== CLIENT_PATH.key, true);
  });
});
