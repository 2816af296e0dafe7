/** Time in a handshake: what is sent again, when, how often, and when it is given up. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Instant, instant } from '../../../src/base/index.ts';
import type { DtlsEndpoint, Effect, LookupId } from '../../../src/dtls/index.ts';
import { DEVICE } from '../../support/dtls-pair.ts';
import {
  answerLookup,
  feed,
  feedClient,
  lookupIn,
  newServer,
  START,
  writeScript,
} from '../../support/dtls-script.ts';
import { clientIn, dataRecord, serverIn, theConnection } from '../../support/dtls-states.ts';
import { drops, fragmentsOf, kinds, recordsOf, sent } from '../../support/dtls-wire.ts';

const script = writeScript();

/** What an endpoint does by itself until nothing is due: seconds since the start, and effects. */
function leftAlone(endpoint: DtlsEndpoint, until = 1_000_000): { at: number; effects: Effect[] }[] {
  const seen: { at: number; effects: Effect[] }[] = [];
  for (let due = endpoint.nextDeadline(); due !== undefined && due < until; due = endpoint.nextDeadline()) {
    const effects = endpoint.timeout(due);
    if (effects.length > 0) seen.push({ at: (due - START) / 1_000, effects });
  }
  return seen;
}

const times = (seen: ReturnType<typeof leftAlone>, kind: string) =>
  seen.filter(({ effects }) => kinds(effects).includes(kind)).map(({ at }) => at);

describe('retransmission (RFC 6347 4.2.4.1)', () => {
  for (const [name, scene] of [
    ['a server whose flight 4 is not answered', () => serverIn('expect-client-key-exchange', script)],
    ['a client whose hello is not answered', () => clientIn('expect-server-hello', script)],
    ['a client whose flight 5 is not answered', () => clientIn('expect-change-cipher-spec', script)],
  ] as const) {
    test(`${name} waits 1, 2, 4, 8, 16 seconds, and gives up after a minute`, () => {
      const { endpoint } = scene();
      const seen = leftAlone(endpoint);
      assert.deepEqual(times(seen, 'transmit'), [1, 3, 7, 15, 31]);
      assert.deepEqual(times(seen, 'failed:timeout'), [60]);
      assert.equal(endpoint.occupancy().deadlines, 0);
    });
  }

  test('the wait never exceeds a minute', () => {
    const server = newServer({ settings: { handshakeTimeout: 1_000_000 as never } });
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    const sendings = times(leftAlone(server, 10_000_000), 'transmit');
    const waits = sendings.map((at, i) => at - (sendings[i - 1] ?? 0));
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  test('the first sendings are packed, the later ones small and one by one, but for the ChangeCipherSpec', () => {
    const { endpoint } = clientIn('expect-change-cipher-spec', script);
    const counts = leftAlone(endpoint)
      .filter(({ effects }) => sent(effects).length > 0)
      .map(({ effects }) => sent(effects).length);
    assert.deepEqual(counts, [1, 2, 2, 2, 2]);
  });

  test('a message of the next flight ends it', () => {
    const { endpoint } = serverIn('await-credential', script);
    assert.deepEqual(times(leftAlone(endpoint), 'transmit'), []);
  });

  test('each sending repeats the messages with new record numbers', () => {
    const { endpoint } = serverIn('expect-client-key-exchange', script);
    const records = leftAlone(endpoint).flatMap(({ effects }) => sent(effects).flatMap((d) => recordsOf(d)));
    const numbers = records.filter(({ type }) => type === 22).map(({ sequence }) => sequence);
    assert.equal(new Set(numbers).size, numbers.length);
    const messages = new Set(
      records.flatMap(({ type, fragment }) =>
        type === 22 ? fragmentsOf(fragment).map(({ messageSeq }) => messageSeq) : [],
      ),
    );
    assert.deepEqual([...messages].toSorted(), [1, 2]);
  });
});

describe('a flight asked for again', () => {
  const at = (ms: number): Instant => instant(START + ms);

  test('is sent again, but not more often than every quarter of a second, nor without end', () => {
    const { endpoint } = serverIn('expect-client-key-exchange', script);
    const again = (ms: number) => kinds(feed(endpoint, script.cookieHello, { now: at(ms) }));
    assert.deepEqual(again(100), ['dropped:duplicate-message']);
    assert.deepEqual(again(250), ['dropped:duplicate-message', 'transmit']);
    assert.deepEqual(again(251), ['dropped:duplicate-message']);
    let sendings = 1;
    for (let ms = 500; ms < 20_000; ms += 250)
      sendings += sent(feed(endpoint, script.cookieHello, { now: at(ms) })).length;
    assert.ok(sendings >= 10 && sendings <= 20, `${sendings}`);
  });

  test('the last flight is kept for four minutes (RFC 6347 4.2.4), and forgotten when data comes', () => {
    const repeatedFinished = (ms: number) => {
      const { endpoint } = serverIn('established', script);
      for (
        let due = endpoint.nextDeadline();
        due !== undefined && due <= at(ms);
        due = endpoint.nextDeadline()
      )
        endpoint.timeout(due);
      const connection = endpoint.inspect(1 as never);
      return connection?.lastFlight !== null;
    };
    assert.equal(repeatedFinished(239_999), true);
    assert.equal(repeatedFinished(240_000), false);
    assert.equal(theConnection(serverIn('settled', script)).lastFlight, null);
  });

  test('a client asked again by flight 4 sends flight 5 again', () => {
    const { endpoint } = clientIn('expect-change-cipher-spec', script);
    const effects = feedClient(endpoint, script.serverHelloDone, at(300));
    assert.deepEqual(kinds(effects), ['dropped:duplicate-message', 'transmit']);
  });
});

describe('questions to the driver', () => {
  const unknown = { kind: 'unknown' } as const;

  test('an answer that nobody waits for changes nothing', () => {
    const scene = serverIn('await-credential', script);
    const open = theConnection(scene).handshake?.lookup as LookupId;
    for (const id of [open + 1, open - 1, open + 16, 0, -1, 2 ** 40]) {
      assert.deepEqual(scene.endpoint.resolve(START, id as LookupId, unknown), []);
    }
    assert.equal(theConnection(scene).association.state.kind, 'await-credential');
    answerLookup(scene.endpoint, [
      { kind: 'lookup', id: open, ask: { kind: 'psk', identity: DEVICE.identity } },
    ]);
    assert.equal(theConnection(scene).association.state.kind, 'expect-change-cipher-spec');
    assert.deepEqual(scene.endpoint.resolve(START, open, unknown), []);
    assert.equal(theConnection(scene).association.state.kind, 'expect-change-cipher-spec');
  });

  test('one that is never answered ends the handshake, and the late answer finds nobody', () => {
    const server = newServer();
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    const id = lookupIn(feed(server, script.keyExchange));
    assert.deepEqual(times(leftAlone(server), 'failed:lookup-timeout'), [60]);
    assert.deepEqual(server.resolve(START, id, { kind: 'psk', key: DEVICE.key, credential: 'late' }), []);
  });

  test('what arrives while it is open waits, up to a bound, and is taken up in order', () => {
    const server = newServer({ limits: { earlyRecordsMax: 2 } });
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    const asked = feed(server, script.keyExchange);
    assert.deepEqual(feed(server, script.clientFinished), []);
    assert.deepEqual(feed(server, script.clientChange), []);
    assert.deepEqual(drops(feed(server, script.clientChange)), ['stale-ccs']);
    assert.deepEqual(feed(server, script.clientFinished), []);
    assert.deepEqual(drops(feed(server, script.clientFinished)), ['early-record-overflow']);
    assert.ok(kinds(answerLookup(server, asked)).includes('established'));
  });
});

test('a connection that is silent for the idle time ends, and what it says begins the time anew', () => {
  const { endpoint } = serverIn('established', script);
  feed(endpoint, dataRecord(script, 'client', 1, Uint8Array.of(1)), { now: instant(START + 600_000) });
  assert.deepEqual(times(leftAlone(endpoint, 10_000_000), 'closed:idle'), [600 + 3_600]);
});
