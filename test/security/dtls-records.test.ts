/** Threats D14, D15, D16, D19, D22, D23, D24, D25, K16: records on connections that live. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, hours, path, toHex, utf8 } from '../../src/base/index.ts';
import { SUITE_NAMES } from '../../src/dtls/index.ts';
import { DEVICE, DtlsPair, SERVER_PATH } from '../support/dtls-pair.ts';
import { feed, writeScript } from '../support/dtls-script.ts';
import { dataRecord, type Scene, serverIn, theConnection } from '../support/dtls-states.ts';
import { drops, kinds, plainRecord, protectedRecord, recordsOf, sent } from '../support/dtls-wire.ts';
import { Findings } from '../sim/checkers/findings.ts';
import { watchedProvider } from '../sim/checkers/nonces.ts';

const script = writeScript();
const say = (sequence: number, text = 'x') => dataRecord(script, 'client', sequence, utf8(text));
const established = (): Scene => serverIn('established', script);

/** The connection still takes what its device says. */
function stillThere({ endpoint }: Scene, sequence: number): void {
  assert.deepEqual(kinds(feed(endpoint, say(sequence))), ['deliver']);
}

/** The same record with other bits at its end: it does not authenticate. */
function forged(datagram: Uint8Array): Uint8Array {
  const other = datagram.slice();
  other[other.length - 1] = (other.at(-1) as number) ^ 1;
  return other;
}

test('D14: forged records move no window, however far ahead they claim to be', () => {
  const scene = established();
  for (const sequence of [1, 5, 63, 64, 2 ** 32, 2 ** 48 - 1])
    assert.deepEqual(drops(feed(scene.endpoint, forged(say(sequence)))), ['bad-record-mac']);
  stillThere(scene, 1);
});

describe('D15: replay', () => {
  test('D15: each record is delivered once, in whatever order they come', () => {
    const { endpoint } = established();
    const order = [5, 1, 3, 2, 4, 70, 8, 69];
    for (const sequence of order) assert.deepEqual(kinds(feed(endpoint, say(sequence))), ['deliver']);
    for (const sequence of order) assert.deepEqual(drops(feed(endpoint, say(sequence))), ['replayed']);
  });

  test('D15: what is older than the window is not delivered, seen or not', () => {
    const { endpoint } = established();
    feed(endpoint, say(100));
    assert.deepEqual(drops(feed(endpoint, say(36))), ['replayed']);
    assert.deepEqual(kinds(feed(endpoint, say(37))), ['deliver']);
  });

  test('D15: the whole handshake again makes no second session and ends none', () => {
    const scene = established();
    for (const part of ['hello', 'cookieHello', 'keyExchange', 'clientChange', 'clientFinished'] as const) {
      const effects = kinds(feed(scene.endpoint, script[part]));
      assert.ok(!effects.includes('established') && !effects.some((kind) => kind.startsWith('closed')));
    }
    stillThere(scene, 1);
  });
});

describe('D16: alerts of strangers', () => {
  const alerts = [Uint8Array.of(1, 0), Uint8Array.of(2, 40), Uint8Array.of(2, 0), Uint8Array.of(1, 90)];

  test('D16: in the clear they end nothing', () => {
    const scene = established();
    for (const alert of alerts)
      assert.deepEqual(drops(feed(scene.endpoint, plainRecord({ type: 21 }, alert))), [
        'unauthenticated-alert',
      ]);
    stillThere(scene, 1);
  });

  test('D16: nor do forged ones', () => {
    const scene = established();
    for (const [i, alert] of alerts.entries()) {
      const record = protectedRecord(script.clientWrite, { type: 21, sequence: 1 + i }, alert);
      assert.deepEqual(drops(feed(scene.endpoint, forged(record))), ['bad-record-mac']);
    }
    stillThere(scene, 1);
  });

  test('D16: during a handshake the server goes on waiting', () => {
    const scene = serverIn('expect-client-key-exchange', script);
    for (const alert of alerts) feed(scene.endpoint, plainRecord({ type: 21 }, alert));
    assert.equal(theConnection(scene).status, 'handshaking');
    assert.ok(kinds(feed(scene.endpoint, script.keyExchange)).includes('lookup'));
  });

  test('D16: authentic ones do what they say', () => {
    const scene = established();
    const goodbye = protectedRecord(script.clientWrite, { type: 21, sequence: 1 }, Uint8Array.of(1, 0));
    assert.ok(kinds(feed(scene.endpoint, goodbye)).includes('closed:close-notify'));
  });
});

test('D19: application data in the clear is counted and goes nowhere, in any state', () => {
  const plain = plainRecord({ type: 23 }, utf8('open the door'));
  for (const state of ['expect-client-hello', 'expect-client-key-exchange', 'await-credential'] as const)
    assert.deepEqual(drops(feed(serverIn(state, script).endpoint, plain)), ['plaintext-application-data']);
  for (const state of ['expect-finished', 'established', 'settled'] as const)
    assert.deepEqual(drops(feed(serverIn(state, script).endpoint, plain)), ['plaintext-application-data']);
});

test('D19: nor is what comes behind the right keys before Finished', () => {
  const { endpoint } = serverIn('expect-finished', script);
  assert.deepEqual(drops(feed(endpoint, say(3))), ['early-application-data']);
});

describe('D22: truncated and inflated records', () => {
  test('D22: a record cut anywhere is dropped, and what came before it counts', () => {
    const next = say(2);
    for (let length = 1; length < next.length; length++) {
      const { endpoint } = established();
      const effects = kinds(feed(endpoint, concat(say(1), next.subarray(0, length))));
      assert.deepEqual(effects, ['deliver', 'dropped:malformed-record'], `${length} bytes`);
    }
  });

  test('D22: a bad record does not hide the good one behind it', () => {
    for (const [bad, reason] of [
      [forged(say(1)), 'bad-record-mac'],
      [plainRecord({ type: 99 }, new Uint8Array(5)), 'unknown-content-type'],
      [plainRecord({ type: 23, epoch: 2 }, new Uint8Array(5)), 'wrong-epoch'],
      [plainRecord({ type: 23, epoch: 1, sequence: 5 }, new Uint8Array(0)), 'bad-record-mac'],
    ] as const) {
      const { endpoint } = established();
      assert.deepEqual(kinds(feed(endpoint, concat(bad, say(1)))), [`dropped:${reason}`, 'deliver']);
    }
  });

  test('D22: more than a record may hold is not opened', () => {
    const { endpoint } = established();
    const large = plainRecord({ type: 23, epoch: 1 }, new Uint8Array(18_433));
    assert.deepEqual(drops(feed(endpoint, large)), ['oversized-record']);
    const full = dataRecord(script, 'client', 1, new Uint8Array(16_385));
    assert.deepEqual(drops(feed(endpoint, full)), ['record-size-limit']);
  });
});

describe('D23: tags and nonces', () => {
  const refused = (scene: Scene, datagram: Uint8Array) =>
    assert.deepEqual(drops(feed(scene.endpoint, datagram)), ['bad-record-mac']);

  test('D23: a shortened tag is no tag', () => {
    const scene = established();
    const [record] = recordsOf(say(1));
    const fragment = record?.fragment ?? new Uint8Array(0);
    for (let left = 0; left < fragment.length; left++)
      refused(scene, plainRecord({ type: 23, epoch: 1, sequence: 1 }, fragment.subarray(0, left)));
    stillThere(scene, 1);
  });

  test('D23: another explicit nonce, another sequence number, another epoch of the same record', () => {
    const scene = established();
    for (let at = 3; at < 21; at++) {
      if (at === 11 || at === 12) continue;
      const other = say(1);
      other[at] = (other[at] as number) ^ 1;
      const [reason = 'taken'] = drops(feed(scene.endpoint, other));
      assert.ok(REFUSALS.includes(reason), `byte ${at}: ${reason}`);
    }
    stillThere(scene, 1);
  });
});

const REFUSALS = ['bad-record-mac', 'wrong-epoch', 'replayed', 'plaintext-application-data'];

describe('D24: our nonces', () => {
  for (const suite of SUITE_NAMES.filter((name) => name.startsWith('TLS_PSK'))) {
    test(`D24: with ${suite} none is used twice, whatever is sent`, () => {
      const findings = new Findings();
      const crypto = watchedProvider(findings);
      const pair = new DtlsPair({ crypto });
      pair.handshake([suite]);
      const server = pair.serverConnection();
      for (let i = 0; i < 100; i++) {
        pair.server.send(pair.now, server, utf8('same'));
        pair.client.send(pair.now, pair.connection!, utf8('same'));
      }
      pair.server.close(pair.now, server, 'requested');
      assert.deepEqual(findings.all(), []);
    });
  }

  test('D24: the explicit part is epoch and sequence number, strictly increasing', () => {
    const pair = new DtlsPair();
    pair.handshake();
    const nonces = Array.from({ length: 20 }, () => {
      const [datagram] = sent(pair.server.send(pair.now, pair.serverConnection(), utf8('x')));
      return toHex(recordsOf(datagram as Uint8Array)[0]?.fragment.subarray(0, 8) ?? new Uint8Array(0));
    });
    assert.deepEqual(nonces, nonces.toSorted());
    assert.equal(new Set(nonces).size, 20);
    assert.ok(nonces.every((nonce) => nonce.startsWith('0001')));
  });
});

test('D24: after a restart nothing of a connection is revived, by its records or by its session', () => {
  const suites = SUITE_NAMES.filter((name) => name.startsWith('TLS_ECDHE_PSK'));
  const findings = new Findings();
  const crypto = watchedProvider(findings);
  const pair = new DtlsPair({ crypto, server: { resumption: hours(1) } });
  pair.handshake(suites);
  const before = pair.clientEffects.find(({ kind }) => kind === 'established');
  const session = before?.kind === 'established' ? before.session : null;
  assert.ok(session !== null);
  const [record] = sent(pair.client.send(pair.now, pair.connection!, utf8('x')));
  const restarted = new DtlsPair({ crypto, seed: 77, server: { resumption: hours(1) } });
  assert.deepEqual(kinds(restarted.deliver('server', record as Uint8Array)), ['dropped:unknown-connection']);
  const begun = restarted.client.connect(restarted.now, SERVER_PATH, {
    psk: DEVICE,
    resume: session,
    suites,
  });
  restarted.settle('client', begun.effects);
  const after = restarted.serverEffects.find(({ kind }) => kind === 'established');
  assert.equal(
    after?.kind === 'established' && after.peer.resumed,
    false,
    'a full handshake, with keys of its own',
  );
  restarted.server.send(restarted.now, restarted.serverConnection(), utf8('x'));
  assert.deepEqual(findings.all(), []);
});

describe('D25: numbers and guesses run out', () => {
  test('D25: the connection ends before sequence numbers do', () => {
    const pair = new DtlsPair({ limits: { recordsMax: 5 } });
    pair.handshake();
    const server = pair.serverConnection();
    const effects = Array.from({ length: 6 }, () =>
      kinds(pair.server.send(pair.now, server, utf8('x'))),
    ).flat();
    assert.equal(effects.filter((kind) => kind === 'closed:exhausted').length, 1);
    assert.ok(effects.filter((kind) => kind === 'transmit').length <= 5);
    assert.equal(pair.server.inspect(server), undefined);
  });

  test('D25: so many forgeries and no more', () => {
    const options = { limits: { badRecordsMax: 3 } };
    const { endpoint } = serverIn('established', script, options);
    const seen = [1, 2, 3, 4].map((sequence) => kinds(feed(endpoint, forged(say(sequence)))).at(-1));
    assert.deepEqual(seen.slice(0, 3), new Array(3).fill('dropped:bad-record-mac'));
    assert.ok(kinds(feed(endpoint, say(9))).includes('dropped:unknown-connection'));
  });
});

test('K16: without a connection ID nobody carries a session to another address', () => {
  const scene = established();
  const elsewhere = path(0, '198.51.100.66', 666);
  const effects = feed(scene.endpoint, say(1), { path: elsewhere });
  assert.deepEqual(drops(effects), ['unknown-connection']);
  assert.deepEqual(sent(effects), []);
  stillThere(scene, 1);
  assert.notEqual(theConnection(scene).path.key, elsewhere.key);
});
