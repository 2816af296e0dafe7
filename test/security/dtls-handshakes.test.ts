/** Threats D04, D07 to D10, D12, D13, D17, D18, D20, D21, D26, D29: handshakes of those who own their address. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, EMPTY, type Instant, instant, type Path, path, Secret, utf8 } from '../../src/base/index.ts';
import { nodeProvider } from '../../src/crypto/index.ts';
import { DtlsEndpoint, type Effect } from '../../src/dtls/index.ts';
import { fragmentOf } from '../../src/dtls/message/handshake.ts';
import { CLIENT_PATH, DEVICE, DtlsPair, seededEntropy, SERVER_PATH, SETTINGS } from '../support/dtls-pair.ts';
import { answerLookup, feed, newServer, START, writeScript } from '../support/dtls-script.ts';
import { dataRecord, serverIn, theConnection } from '../support/dtls-states.ts';
import { stateText } from '../support/dtls-state.ts';
import {
  drops,
  kinds,
  message,
  plainRecord,
  protectedRecord,
  recordsOf,
  sent,
} from '../support/dtls-wire.ts';

const script = writeScript();
const EMPTY_HOUSE = { handshakes: 0, connections: 0, deadlines: 0, sessions: 0, cids: 0 };
const from = (n: number): Path => path(0, `10.2.${n >> 8}.${n & 0xff}`, 5_683);

/** A hello with its cookie from this path; the server's effects. */
function half(server: DtlsEndpoint, on: Path, now: Instant = START, seed = on.key.length): Effect[] {
  const client = new DtlsEndpoint({
    settings: SETTINGS,
    crypto: nodeProvider,
    entropy: seededEntropy(seed),
    server: false,
  });
  const begun = client.connect(now, SERVER_PATH, { psk: DEVICE });
  const request = sent(
    feed(server, sent(begun.effects)[0] as Uint8Array, { now, path: on }),
  )[0] as Uint8Array;
  const again = sent(client.receive(now, SERVER_PATH, request))[0] as Uint8Array;
  return feed(server, again, { now, path: on });
}

/** The honest rest of the script's handshake still leads to a connection. */
function completes(server: DtlsEndpoint): boolean {
  const asked = feed(server, script.keyExchange);
  if (!kinds(asked).includes('lookup')) return false;
  answerLookup(server, asked);
  feed(server, script.clientChange);
  return kinds(feed(server, script.clientFinished)).includes('established');
}

/** Lets all deadlines pass; when the last was. */
function exhaust(server: DtlsEndpoint): number {
  let last = 0;
  for (let due = server.nextDeadline(); due !== undefined; due = server.nextDeadline()) {
    last = due;
    server.timeout(due);
  }
  return last;
}

const piece = (bytes: Uint8Array, length: number, offset: number, messageSeq = 2, type = 16): Uint8Array =>
  plainRecord({ sequence: 9 }, fragmentOf({ type, length, messageSeq, offset, bytes }));
const keyExchangeBody = recordsOf(script.keyExchange)[0]?.fragment.slice(12) ?? EMPTY;

describe('D04: a flood of proven hellos', () => {
  test('D04: is bounded, the oldest gives way, and nothing is left after a minute', () => {
    const server = newServer({ limits: { handshakesMax: 50 } });
    let evicted = 0;
    for (let n = 0; n < 200; n++) {
      evicted += kinds(half(server, from(n))).filter((kind) => kind === 'failed:evicted').length;
      assert.ok(server.occupancy().handshakes <= 50 && server.occupancy().deadlines <= 50);
    }
    assert.equal(evicted, 150);
    assert.ok(exhaust(server) <= START + 60_000);
    assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
  });
});

test('D29: hundreds of half-open handshakes are one deadline for the driver', () => {
  const server = newServer();
  for (let n = 0; n < 300; n++) half(server, from(n), instant(START + n));
  assert.equal(server.occupancy().deadlines, 300);
  assert.equal(server.nextDeadline(), START + 1_000);
  exhaust(server);
  assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
});

describe('D07 to D10: fragments', () => {
  const begun = () => serverIn('expect-client-key-exchange', script);

  test('D07: lengths that lie fill no memory, and cost the handshake nothing', () => {
    const scene = begun();
    const { endpoint } = scene;
    for (let seq = 2; seq < 12; seq++)
      for (const length of [1_000_000, 0xff_ffff, 60_000])
        feed(endpoint, piece(Uint8Array.of(1), length, 0, seq));
    for (let seq = 3; seq < 10; seq++) feed(endpoint, piece(Uint8Array.of(1), 8_000, 0, seq));
    const { bytes } = theConnection(scene).handshake?.reassembly ?? { bytes: Number.NaN };
    assert.ok(bytes <= 16_384, `${bytes}`);
    const caused = feed(endpoint, script.keyExchange);
    assert.ok(kinds(caused).includes('lookup'));
  });

  test('D07: nor does any single message grow beyond its bound, piece by piece', () => {
    const { endpoint } = begun();
    assert.deepEqual(drops(feed(endpoint, piece(new Uint8Array(500), 9_000, 0))), ['reassembly-overflow']);
    for (let at = 0; at < 9_000; at += 500)
      assert.deepEqual(drops(feed(endpoint, piece(new Uint8Array(500), 9_500, at))), ['reassembly-overflow']);
  });

  test('D08: a piece without content is dropped, however often it comes', () => {
    const { endpoint } = begun();
    for (let i = 0; i < 100; i++)
      assert.deepEqual(drops(feed(endpoint, piece(EMPTY, 10, i % 10))), ['malformed-fragment']);
    const many = Array.from({ length: 100 }, () =>
      fragmentOf({ type: 16, length: 10, messageSeq: 2, offset: 0, bytes: EMPTY }),
    );
    assert.equal(drops(feed(endpoint, plainRecord({}, concat(...many)))).length, 100);
    assert.ok(completes(endpoint));
  });

  test('D09: contradictions are dropped, the first bytes stay, and the honest message is read', () => {
    const { endpoint } = begun();
    const length = keyExchangeBody.length;
    feed(endpoint, piece(keyExchangeBody.slice(0, 4), length, 0));
    const lies = [
      piece(Uint8Array.of(9, 9, 9), length, 1),
      piece(keyExchangeBody.slice(4), length + 1, 4),
      piece(keyExchangeBody.slice(4), length, 4, 2, 11),
    ];
    for (const lie of lies) assert.deepEqual(drops(feed(endpoint, lie)), ['contradicting-fragment']);
    const asked = feed(endpoint, piece(keyExchangeBody.slice(2), length, 2));
    const [lookup] = asked.filter(({ kind }) => kind === 'lookup');
    assert.deepEqual(lookup?.kind === 'lookup' && lookup.ask, { kind: 'psk', identity: DEVICE.identity });
  });

  test('D10: a piece outside its message, or longer than its record, is dropped', () => {
    const { endpoint } = begun();
    const beyond = piece(Uint8Array.of(1, 2, 3), 10, 8);
    assert.deepEqual(drops(feed(endpoint, beyond)), ['malformed-fragment']);
    const whole = message(16, 2, keyExchangeBody);
    for (let length = 1; length < whole.length; length++)
      assert.deepEqual(drops(feed(endpoint, plainRecord({}, whole.slice(0, length)))), [
        'malformed-fragment',
      ]);
    assert.ok(completes(endpoint));
  });
});

describe('D12, D13: repetition and odd epochs', () => {
  test('D12: the same ChangeCipherSpec, hello or key exchange a thousand times changes nothing', () => {
    const scene = serverIn('expect-finished', script);
    const before = stateText(theConnection(scene));
    for (let i = 0; i < 1_000; i++) {
      for (const datagram of [
        script.clientChange,
        script.keyExchange,
        plainRecord({ type: 20 }, new Uint8Array(40)),
      ])
        assert.equal(drops(feed(scene.endpoint, datagram)).length, 1);
    }
    assert.equal(stateText(theConnection(scene)), before);
    assert.ok(kinds(feed(scene.endpoint, script.clientFinished)).includes('established'));
  });

  test('D12: hundreds of messages in one record are each looked at once', () => {
    const { endpoint } = serverIn('expect-client-key-exchange', script);
    const repeated = message(1, 0, new Uint8Array(1));
    const effects = feed(
      endpoint,
      plainRecord({}, concat(...Array.from({ length: 500 }, () => repeated.slice()))),
    );
    assert.ok(effects.length <= 501);
  });

  test('D13: odd epochs early are dropped, and an honest handshake on the same path completes', () => {
    const server = newServer();
    for (const epoch of [1, 2, 255, 65_535])
      for (const type of [20, 21, 22, 23])
        assert.equal(drops(feed(server, plainRecord({ type, epoch }, new Uint8Array(40)))).length, 1);
    feed(server, script.hello);
    feed(server, script.cookieHello);
    for (const epoch of [2, 255, 65_535])
      assert.deepEqual(drops(feed(server, plainRecord({ type: 22, epoch }, new Uint8Array(40)))), [
        'wrong-epoch',
      ]);
    assert.ok(completes(server));
  });
});

describe('D17, D18: another handshake on a path that has a connection', () => {
  const say = (sequence: number) => dataRecord(script, 'client', sequence, utf8('x'));

  test('D17: a hello of a stranger is asked for its cookie, and the connection goes on', () => {
    const { endpoint } = serverIn('settled', script);
    const other = writeScript({ seed: 50 });
    assert.deepEqual(kinds(feed(endpoint, other.hello)), ['transmit']);
    assert.equal(endpoint.occupancy().handshakes, 0);
    assert.deepEqual(kinds(feed(endpoint, say(2))), ['deliver']);
  });

  test('D17: even a proven one ends nothing before its Finished', () => {
    const { endpoint } = serverIn('settled', script);
    half(endpoint, CLIENT_PATH, START, 999);
    assert.equal(endpoint.occupancy().handshakes, 1);
    assert.deepEqual(kinds(feed(endpoint, say(2))), ['deliver']);
    // Whatever becomes of it.
    feed(endpoint, plainRecord({}, message(20, 2, new Uint8Array(12))));
    assert.equal(endpoint.occupancy().handshakes, 0);
    assert.deepEqual(kinds(feed(endpoint, say(3))), ['deliver']);
  });

  test('D18: a device that comes back gets its new connection, and the old one ends then', () => {
    const pair = new DtlsPair();
    pair.handshake();
    const old = pair.serverConnection();
    pair.serverEffects.length = 0;
    const rebooted = new DtlsEndpoint({
      settings: SETTINGS,
      crypto: nodeProvider,
      entropy: seededEntropy(4_711),
      server: false,
    });
    Object.assign(pair, { client: rebooted });
    pair.settle('client', pair.connect());
    assert.deepEqual(pair.kinds('server').slice(-2), ['established', 'closed:replaced']);
    assert.notEqual(pair.serverConnection(), old);
    assert.equal(pair.server.view(old), undefined);
    assert.equal(pair.server.occupancy().connections, 1);
  });
});

describe('D20: Finished out of place', () => {
  const finished = message(20, 3, script.clientFinishedBody);

  test('D20: in the clear there is no session, before or after ChangeCipherSpec', () => {
    for (const state of ['await-credential', 'expect-change-cipher-spec'] as const) {
      const effects = kinds(feed(serverIn(state, script).endpoint, plainRecord({}, finished)));
      assert.ok(effects.includes('failed:unexpected-message') && !effects.includes('established'));
    }
    const { endpoint } = serverIn('expect-finished', script);
    assert.deepEqual(drops(feed(endpoint, plainRecord({}, finished))), ['unexpected-message']);
    assert.ok(kinds(feed(endpoint, script.clientFinished)).includes('established'));
  });

  test('D20: before ChangeCipherSpec it waits, and is no session by itself', () => {
    const { endpoint } = serverIn('expect-change-cipher-spec', script);
    assert.deepEqual(feed(endpoint, script.clientFinished), []);
    assert.equal(endpoint.occupancy().connections, 0);
    assert.ok(kinds(feed(endpoint, script.clientChange)).includes('established'));
  });

  test('D20: half in the clear is no half of it', () => {
    const { endpoint } = serverIn('expect-client-key-exchange', script);
    // Ahead of its turn, so that it is kept.
    const poison = fragmentOf({
      type: 20,
      length: 12,
      messageSeq: 3,
      offset: 0,
      bytes: new Uint8Array(6).fill(6),
    });
    assert.deepEqual(feed(endpoint, plainRecord({}, poison)), []);
    assert.ok(completes(endpoint));
  });

  test('D20: with other contents it is a decrypt_error, and no session', () => {
    const { endpoint } = serverIn('expect-finished', script);
    const wrong = protectedRecord(
      script.clientWrite,
      { type: 22, sequence: 0 },
      message(20, 3, new Uint8Array(12)),
    );
    assert.ok(kinds(feed(endpoint, wrong)).includes('failed:verify-failed'));
  });
});

test('D21: a hundred and fifty failed handshakes leave nothing, and the next one succeeds', () => {
  const server = newServer({ limits: { handshakesMax: 4 } });
  for (let n = 0; n < 150; n++) {
    const client = new DtlsEndpoint({
      settings: SETTINGS,
      crypto: nodeProvider,
      entropy: seededEntropy(n),
      server: false,
    });
    const psk = { identity: DEVICE.identity, key: new Secret(utf8(`not the key ${n}`)) };
    let out = sent(client.connect(START, SERVER_PATH, { psk }).effects);
    for (let round = 0; round < 4 && out.length > 0; round++) {
      const effects = out.flatMap((datagram) => feed(server, datagram, { path: from(n % 7) }));
      if (effects.some(({ kind }) => kind === 'lookup')) effects.push(...answerLookup(server, effects));
      out = sent(effects).flatMap((datagram) => sent(client.receive(START, SERVER_PATH, datagram)));
    }
    assert.ok(server.occupancy().handshakes <= 4);
  }
  exhaust(server);
  assert.deepEqual(server.occupancy(), EMPTY_HOUSE);
  feed(server, script.hello, { now: instant(START + 100) });
  const fresh = new DtlsPair();
  Object.assign(fresh, { server });
  fresh.handshake();
  assert.equal(fresh.kinds('server').at(-1), 'established');
});

describe('D26: retransmission', () => {
  test('D26: an unanswered flight is sent a bounded number of times, ever more rarely', () => {
    const { endpoint } = serverIn('expect-client-key-exchange', script);
    let bytes = 0;
    const at: number[] = [];
    for (let due = endpoint.nextDeadline(); due !== undefined; due = endpoint.nextDeadline()) {
      const datagrams = sent(endpoint.timeout(due));
      for (const datagram of datagrams) bytes += datagram.length;
      if (datagrams.length > 0) at.push(due - START);
    }
    assert.ok(bytes < 10 * 200, `${bytes}`);
    // 1, 2, 4 and so on, in seconds; what would come after a minute does not (RFC 6347 4.2.4.1).
    assert.deepEqual(at.slice(0, 5), [1_000, 3_000, 7_000, 15_000, 31_000]);
    assert.ok(at.length <= 6 && at.every((ms) => ms <= 60_000), at.join());
  });

  test('D26: a repeated Finished brings the last flight again, at a bounded rate and number', () => {
    const { endpoint } = serverIn('established', script);
    let sendings = 0;
    for (let ms = 0; ms < 20_000; ms += 10) {
      const again = protectedRecord(
        script.clientWrite,
        { type: 22, sequence: 1 + ms / 10 },
        message(20, 3, script.clientFinishedBody),
      );
      sendings += sent(feed(endpoint, again, { now: instant(START + ms) })).length;
    }
    assert.ok(sendings >= 5 && sendings <= 20, `${sendings}`);
  });
});
