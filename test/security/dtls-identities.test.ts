/** Threats K01, K02, K03, K12 to K15, K17 to K21: who somebody is, and what keys may say. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { bytesKey, concat, hours, path, Secret, toHex, utf8 } from '../../src/base/index.ts';
import { nodeEntropy } from '../../src/crypto/index.ts';
import { type CredentialAnswer, type Effect, SUITE_NAMES } from '../../src/dtls/index.ts';
import { newConnectionId } from '../../src/dtls/cid.ts';
import { encodePskLabel } from '../../src/dtls/message/key-exchange.ts';
import { decodeServerHello } from '../../src/dtls/message/server-hello.ts';
import { countingProvider } from '../support/dtls-counting.ts';
import { DEVICE, DtlsPair, type PairOptions } from '../support/dtls-pair.ts';
import { answerLookup, feed, lookupIn, newServer, START, writeScript } from '../support/dtls-script.ts';
import { dataRecord, serverIn } from '../support/dtls-states.ts';
import { kinds, message, plainRecord, protectedRecord, recordsOf, sent } from '../support/dtls-wire.ts';

const script = writeScript();
const PSK_SUITES = SUITE_NAMES.filter((name) => name.startsWith('TLS_PSK'));

/** A handshake to its end, waits included. */
function finished(options: PairOptions): DtlsPair {
  const pair = new DtlsPair(options);
  pair.handshake();
  for (let s = 0; s < 70; s++) pair.pass(1_000 as never);
  return pair;
}

describe('K01: which identities exist', () => {
  const strangers = { identity: utf8('lamp-x'), key: DEVICE.key };
  const wrongKey = { identity: DEVICE.identity, key: new Secret(utf8('another key 1234')) };

  test('K01: the same datagrams, by size and by time, and the same alert', () => {
    const shape = (options: PairOptions) => {
      const pair = finished(options);
      return pair.serverEffects
        .filter((effect) => effect.kind === 'transmit')
        .map(({ datagram }) => `${datagram[0]} ${datagram.length}`);
    };
    assert.deepEqual(shape(strangers), shape(wrongKey));
    const ends = (options: PairOptions) =>
      finished(options)
        .kinds('client')
        .filter((kind) => kind !== 'transmit');
    assert.deepEqual(ends(strangers), ends(wrongKey));
  });

  test('K01: the same work, call by call', () => {
    const work = (options: PairOptions) => {
      const { provider, calls } = countingProvider();
      finished({ ...options, crypto: provider });
      return calls;
    };
    assert.deepEqual(work(strangers), work(wrongKey));
  });

  test('K01: and the operator knows which it was', () => {
    assert.ok(finished(strangers).kinds('server').includes('failed:unknown-identity'));
    assert.ok(finished(wrongKey).kinds('server').includes('failed:wrong-key'));
  });
});

describe('K02: hostile identities', () => {
  /** What the driver is asked when this is the identity. */
  function asked(identity: Uint8Array): Effect[] {
    const server = newServer();
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    return feed(server, plainRecord({ sequence: 9 }, message(16, 2, encodePskLabel(identity))));
  }

  const hostile = [
    '',
    '\0',
    'lamp-1\0',
    '../../etc/passwd',
    '__proto__',
    'constructor',
    'a\r\nb',
    '\u001b[2J',
    "'; DROP TABLE credentials; --",
    '\u00e9',
    'e\u0301',
    '\ufefflamp-1',
  ].map(utf8);
  const invalid = [Uint8Array.of(0xff), Uint8Array.of(0xc3), Uint8Array.of(0xfe, 0xff), new Uint8Array(256)];

  test('K02: are bytes, asked for as they are; no two become one', () => {
    const all = [...hostile, ...invalid];
    for (const identity of all) {
      const effect = asked(identity).find(({ kind }) => kind === 'lookup');
      assert.deepEqual(effect?.kind === 'lookup' && effect.ask, { kind: 'psk', identity });
    }
    assert.equal(new Set(all.map(bytesKey)).size, all.length);
  });

  test('K02: and bounded', () => {
    assert.ok(kinds(asked(new Uint8Array(257))).includes('failed:illegal-parameter'));
    assert.ok(kinds(asked(new Uint8Array(4_000))).includes('failed:illegal-parameter'));
  });
});

describe('K03: keys that are none', () => {
  test('K03: an empty one is as good as unknown, whatever the driver says', () => {
    const nothing = new Secret(utf8('once a key'));
    nothing.dispose();
    const answer: CredentialAnswer = { kind: 'psk', key: nothing, credential: 'c-1' };
    const pair = new DtlsPair({ key: new Secret(new Uint8Array(0)) });
    pair.credentials = () => answer;
    pair.handshake();
    for (let s = 0; s < 70; s++) pair.pass(1_000 as never);
    assert.ok(!pair.kinds('server').includes('established'));
    assert.ok(pair.kinds('server').includes('failed:unknown-identity'));
  });
});

describe('K12: downgrade', () => {
  for (const suite of PSK_SUITES) {
    test(`K12: a server that is told ${suite} alone agrees on nothing else`, () => {
      const pair = new DtlsPair({ server: { suites: [suite] } });
      pair.handshake();
      assert.equal(pair.server.view(pair.serverConnection())?.suite, suite);
      const other = new DtlsPair({ server: { suites: [suite] } });
      other.handshake(PSK_SUITES.filter((name) => name !== suite));
      assert.ok(other.kinds('server').includes('failed:no-common-suite'));
    });
  }

  test("K12: the order is the server's", () => {
    const pair = new DtlsPair({ server: { suites: PSK_SUITES.toReversed(), credentials: ['psk'] } });
    pair.handshake(PSK_SUITES);
    assert.equal(pair.server.view(pair.serverConnection())?.suite, PSK_SUITES.at(-1));
  });

  test('K12: what was offered is part of what Finished proves', () => {
    const server = newServer();
    feed(server, script.hello);
    // Somebody on the way takes the first suite out of the hello, and mends the lengths.
    const raw = recordsOf(script.cookieHello)[0]?.fragment.slice(12) ?? new Uint8Array(0);
    const at = 2 + 32 + 1 + 1 + 32;
    const length = (raw[at] as number) * 256 + (raw[at + 1] as number) - 2;
    const cutBody = concat(
      raw.subarray(0, at),
      Uint8Array.of(length >> 8, length & 0xff),
      raw.subarray(at + 4),
    );
    feed(server, plainRecord({ sequence: 1, version: 0xfeff }, message(1, 1, cutBody)));
    answerLookup(server, feed(server, script.keyExchange));
    feed(server, script.clientChange);
    assert.ok(!kinds(feed(server, script.clientFinished)).includes('established'));
  });
});

test('K13: a hello inside a connection is refused, and who the peer is never changes', () => {
  const { endpoint } = serverIn('settled', script);
  const inner = recordsOf(script.cookieHello)[0]?.fragment ?? new Uint8Array(0);
  const effects = feed(endpoint, protectedRecord(script.clientWrite, { type: 22, sequence: 2 }, inner));
  assert.deepEqual(kinds(effects), ['dropped:unexpected-message', 'transmit']);
  assert.equal(endpoint.occupancy().handshakes, 0);
  assert.deepEqual(kinds(feed(endpoint, dataRecord(script, 'client', 3, utf8('x')))), ['deliver']);
});

test('K14: where extended master secret is required, nobody gets in without it', () => {
  const raw = recordsOf(script.hello)[0]?.fragment.slice(12) ?? new Uint8Array(0);
  // The extensions of our client stand last; the block of them is cut off.
  const server = newServer({ settings: { extendedMasterSecret: 'required' } });
  const suites = 2 + 32 + 1 + 1;
  const end = suites + 2 + ((raw[suites] as number) * 256 + (raw[suites + 1] as number)) + 2;
  const bare = raw.subarray(0, end);
  const [request] = sent(feed(server, plainRecord({ version: 0xfeff }, message(1, 0, bare))));
  const cookie = (request as Uint8Array).subarray(-33);
  const again = concat(bare.subarray(0, 35), cookie, bare.subarray(36));
  const effects = feed(server, plainRecord({ sequence: 1, version: 0xfeff }, message(1, 1, again)));
  assert.ok(kinds(effects).includes('failed:extended-master-secret-required'));
  const pair = new DtlsPair({ server: { extendedMasterSecret: 'required' } });
  pair.handshake();
  assert.equal(pair.kinds('server').at(-1), 'established');
});

test('K15: a session of a credential that ended is not taken up again', () => {
  const suites = SUITE_NAMES.filter((name) => name.startsWith('TLS_ECDHE_PSK'));
  const pair = new DtlsPair({ server: { resumption: hours(1) } });
  pair.handshake(suites);
  const established = pair.clientEffects.find(({ kind }) => kind === 'established');
  const session = established?.kind === 'established' ? established.session : null;
  assert.ok(session !== null);
  // The driver no longer knows it, nor its identity.
  pair.credentials = () => ({ kind: 'unknown' });
  pair.serverEffects.length = 0;
  const begun = pair.client.connect(pair.now, path(0, '192.0.2.1', 5_684), {
    psk: DEVICE,
    resume: session,
    suites,
  });
  pair.settle('client', begun.effects);
  for (let s = 0; s < 70; s++) pair.pass(1_000 as never);
  assert.ok(!pair.kinds('server').includes('established'), pair.kinds('server').join());
});

describe('K17, K18: connection IDs', () => {
  const CID = { prefix: Uint8Array.of(1, 0, 7), randomBytes: 5 };
  const options = {
    server: { connectionId: CID },
    client: { connectionId: { prefix: new Uint8Array(0), randomBytes: 0 } },
  };
  const elsewhere = path(0, '198.51.100.9', 9);

  test('K17: only a fresh, newest, authentic record moves a connection', () => {
    const pair = new DtlsPair(options);
    pair.handshake();
    const say = () => sent(pair.client.send(pair.now, pair.connection!, utf8('x')))[0] as Uint8Array;
    const [old, newest] = [say(), say()];
    pair.deliver('server', newest);
    const home = pair.server.view(pair.serverConnection())?.path.key;
    const forged = say();
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
    for (const datagram of [forged, newest, old]) {
      const effects = feed(pair.server, datagram, { path: elsewhere });
      assert.ok(!kinds(effects).includes('rebound'));
      assert.equal(pair.server.view(pair.serverConnection())?.path.key, home);
    }
    assert.ok(kinds(feed(pair.server, say(), { path: elsewhere })).includes('rebound'));
  });

  test('K18: they share no more than their prefix, and no two are the same', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const pair = new DtlsPair({ ...options, seed });
      pair.handshake();
      const cid = pair.server.view(pair.serverConnection())?.cid ?? new Uint8Array(0);
      assert.deepEqual(cid.subarray(0, 3), CID.prefix);
      seen.add(toHex(cid));
    }
    assert.equal(seen.size, 50);
  });

  test('K18: one that is in use is not given out a second time, whatever chance says', () => {
    const drawn = [1, 1, 1, 2].map((byte) => new Uint8Array(5).fill(byte));
    const entropy = (): Uint8Array => drawn.shift() ?? new Uint8Array(5);
    const first = newConnectionId(CID, entropy, () => false);
    const second = newConnectionId(CID, entropy, (cid) => toHex(cid) === toHex(first));
    assert.deepEqual([toHex(first), toHex(second)], ['0100070101010101', '0100070202020202']);
  });
});

test('K19: cookies and Finished are compared by the provider, in constant time, and nowhere else', () => {
  const { provider, calls } = countingProvider();
  const pair = new DtlsPair({ crypto: provider });
  pair.handshake(PSK_SUITES);
  const compared = calls.filter((call) => call.startsWith('equal('));
  assert.deepEqual(compared, ['equal(32 32)', 'equal(12 12)', 'equal(12 12)']);
});

describe('K20: key material', () => {
  test('K20: is in no effect, no view and no text of an endpoint', () => {
    const key = utf8('very secret key!');
    const pair = new DtlsPair({ key: new Secret(key) });
    pair.credentials = () => ({ kind: 'psk', key: new Secret(key), credential: 'c-1' });
    pair.handshake();
    assert.equal(pair.kinds('server').at(-1), 'established');
    const shown = [
      inspect(pair.serverEffects, { depth: 9, maxArrayLength: 10_000 }),
      JSON.stringify(pair.clientEffects),
      inspect(pair.server.view(pair.serverConnection()), { depth: 9 }),
      inspect(pair.server, { depth: 9, showHidden: true }),
      ...[...pair.serverEffects, ...pair.clientEffects].map((effect) =>
        effect.kind === 'transmit' ? toHex(effect.datagram) : '',
      ),
    ];
    const forms = [toHex(key), 'very secret', [...key].join(', '), [...key].join(',')];
    for (const text of shown) for (const form of forms) assert.ok(!text.includes(form), form);
  });

  test('K20: the master secret, and the key made of it, are wiped when the handshake is over', () => {
    const server = newServer();
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    const id = lookupIn(feed(server, script.keyExchange));
    server.resolve(START, id, { kind: 'psk', key: DEVICE.key, credential: 'c-1' });
    const { state } = server.inspect(1 as never)?.association ?? { state: undefined };
    assert.ok(state !== undefined && 'keys' in state);
    const held = [state.keys.master, ...Object.values(state.keys.masterKey).filter(isBytes)];
    assert.equal(held.length, 3);
    for (const bytes of held) assert.ok(bytes.some((byte) => byte !== 0));
    feed(server, script.clientChange);
    assert.ok(kinds(feed(server, script.clientFinished)).includes('established'));
    for (const bytes of held) assert.ok(bytes.every((byte) => byte === 0));
  });
});

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

test('K21: our randoms are never zero, never the same, and even', () => {
  const entropy = nodeEntropy();
  const counts = new Array<number>(256).fill(0);
  const seen = new Set<string>();
  const rounds = 150;
  for (let i = 0; i < rounds; i++) {
    const server = newServer({ entropy });
    const [request] = sent(feed(server, script.hello)) as [Uint8Array];
    const cookie = request.subarray(-32);
    const hello = script.cookieHello.slice();
    hello.set(cookie, 13 + 12 + 2 + 32 + 1 + 1);
    const [flight] = sent(feed(server, hello));
    const body = recordsOf(flight as Uint8Array)[0]?.fragment.subarray(12) ?? new Uint8Array(0);
    const { random } = decodeServerHello(body);
    seen.add(toHex(random));
    for (const byte of random) counts[byte] = (counts[byte] as number) + 1;
  }
  assert.equal(seen.size, rounds);
  const expected = (32 * rounds) / 256;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 255 degrees of freedom: beyond 400 once in ten million runs.
  assert.ok(chiSquare < 400, `${chiSquare}`);
});
