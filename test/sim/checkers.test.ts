/** The checkers find what they are there for: each is shown a staged breach, and what is right beside it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instant, utf8 } from '../../src/base/index.ts';
import type { ConnectionHandle, Effect, VerifiedPeer } from '../../src/dtls/index.ts';
import { dtlsLimits } from '../../src/dtls/limits.ts';
import { answerLookup, feed, newServer, writeScript } from '../support/dtls-script.ts';
import { CLIENT_PATH } from '../support/dtls-pair.ts';
import { kinds } from '../support/dtls-wire.ts';
import { Addresses } from './checkers/addresses.ts';
import { Bounds } from './checkers/bounds.ts';
import { Deliveries } from './checkers/deliveries.ts';
import { Findings } from './checkers/findings.ts';
import { watchedProvider } from './checkers/nonces.ts';
import { Revocations } from './checkers/revocations.ts';
import { credentialOf } from './store.ts';

const identity = utf8('d');
const connection = 1 as ConnectionHandle;

function established(credential = credentialOf(identity)): Effect {
  const peer = { claim: { kind: 'psk', identity }, credential, suite: 's', extendedMasterSecret: true };
  return {
    kind: 'established',
    connection,
    path: CLIENT_PATH,
    peer: peer as unknown as VerifiedPeer,
    session: null,
  };
}

function deliveries(...effects: Effect[]): string[] {
  const findings = new Findings();
  const checker = new Deliveries(findings);
  checker.said(identity, utf8('hello'));
  for (const effect of effects) checker.effect(effect);
  return findings.all();
}

const deliver = (text: string): Effect => ({ kind: 'deliver', connection, plaintext: utf8(text) });

describe('deliveries', () => {
  test('S1: what a device said, on its connection', () => {
    assert.deepEqual(deliveries(established(), deliver('hello')), []);
    assert.ok(deliveries(deliver('hello')).length > 0);
    assert.equal(deliveries(established(), deliver('hello'), deliver('hello')).length, 1);
    assert.equal(deliveries(established(), deliver('hullo')).length, 1);
    assert.equal(deliveries(established('another')).length, 1);
    const closed: Effect = { kind: 'closed', connection, reason: 'idle' };
    assert.ok(deliveries(established(), closed, deliver('hello')).length > 0);
    assert.equal(deliveries(closed).length, 1);
  });

  test('S1: impostors', () => {
    const findings = new Findings();
    const checker = new Deliveries(findings);
    checker.bar(identity);
    checker.effect(established());
    assert.deepEqual(findings.all(), ['S1: an impostor got in']);
  });

  test('S3: a request twice', () => {
    const findings = new Findings();
    const checker = new Deliveries(findings);
    checker.effect(established());
    checker.request(1, utf8('one'));
    checker.request(1, utf8('two'));
    assert.deepEqual(findings.all(), []);
    checker.request(1, utf8('one'));
    assert.deepEqual(findings.all(), ['S3: a request was handed out twice']);
  });
});

describe('revocations', () => {
  const at = (ms: number) => instant(ms);
  const scene = (act: (checker: Revocations) => void): string[] => {
    const findings = new Findings();
    const checker = new Revocations(findings, 1_000);
    checker.started(0);
    checker.heard(at(0), 0);
    checker.applied(0, 1);
    act(checker);
    return findings.all();
  };

  test('S2: what passes after the acknowledgement, and what passed before it', () => {
    const revoked = (checker: Revocations): void => checker.acknowledged(at(10), 1, ['d']);
    assert.deepEqual(
      scene((checker) => {
        checker.forwarded(at(9), 0, 'd');
        revoked(checker);
        checker.delivered(at(9), 0, 'd');
        checker.forwarded(at(20), 0, 'another');
      }),
      [],
    );
    for (const breach of ['forwarded', 'delivered'] as const) {
      const found = scene((checker) => {
        revoked(checker);
        checker[breach](at(11), 0, 'd');
      });
      assert.equal(found.length, 1, breach);
    }
  });

  test('S2: an acknowledgement before every running shard has applied it', () => {
    assert.deepEqual(
      scene((checker) => checker.acknowledged(at(10), 2, [])),
      ['S2: acknowledged before shard 0 had applied it'],
    );
    const ended = scene((checker) => {
      checker.ended(0);
      checker.acknowledged(at(10), 2, []);
    });
    assert.deepEqual(ended, []);
  });

  test('S2: a shard that serves although it has lost the feed', () => {
    const served = (ms: number): string[] => scene((checker) => checker.forwarded(at(ms), 0, 'd'));
    assert.deepEqual(served(999), []);
    assert.deepEqual(served(1_000), ['S2: forwarded by a shard that had lost the feed']);
  });
});

describe('addresses', () => {
  const script = writeScript();

  test('an honest hello proves its path', () => {
    const findings = new Findings();
    const checker = new Addresses(findings);
    const server = newServer();
    for (const datagram of [script.hello, script.cookieHello]) {
      checker.arrives(CLIENT_PATH, datagram);
      const effects = feed(server, datagram);
      for (const effect of effects) checker.effect(effect);
      checker.step(server);
      assert.ok(kinds(effects).includes('transmit'));
    }
    assert.deepEqual(findings.all(), []);
  });

  test('S4: a byte too much', () => {
    const findings = new Findings();
    const checker = new Addresses(findings);
    checker.arrives(CLIENT_PATH, script.hello);
    checker.effect({ kind: 'transmit', path: CLIENT_PATH, datagram: new Uint8Array(script.hello.length) });
    assert.deepEqual(findings.all(), []);
    checker.effect({ kind: 'transmit', path: CLIENT_PATH, datagram: new Uint8Array(1) });
    assert.equal(findings.all().length, 1);
  });

  test('S5: something kept without a cookie', () => {
    const findings = new Findings();
    const checker = new Addresses(findings);
    checker.arrives(CLIENT_PATH, script.cookieHello);
    checker.effect({ kind: 'own', route: { kind: 'path', path: CLIENT_PATH } });
    assert.deepEqual(findings.all(), ['S5: kept before the cookie came back']);
    const server = newServer();
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    const unaware = new Findings();
    new Addresses(unaware).step(server);
    assert.equal(unaware.all().length, 1);
  });
});

describe('bounds and nonces', () => {
  test('S6: more than a limit says', () => {
    const script = writeScript();
    const server = newServer();
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    for (let copy = 0; copy < 3; copy++) feed(server, script.clientFinished);
    const within = new Findings();
    new Bounds(within, dtlsLimits()).step(server);
    assert.deepEqual(within.all(), []);
    const beyond = new Findings();
    new Bounds(beyond, dtlsLimits({ earlyRecordsMax: 2, handshakesMax: 1 })).step(server);
    assert.deepEqual(beyond.all(), ['S6: 3 early records, at most 2']);
  });

  test('S7: the same nonce twice, with the same key, wherever it was made', () => {
    const findings = new Findings();
    const crypto = watchedProvider(findings);
    const seal = (key: number, nonce: number) => {
      const made = crypto.aeadKey('aes-128-ccm-8', new Uint8Array(16).fill(key));
      const out = new Uint8Array(9);
      crypto.seal(made, new Uint8Array(12).fill(nonce), new Uint8Array(0), Uint8Array.of(1), out, 0);
    };
    seal(1, 1);
    seal(1, 2);
    seal(2, 1);
    assert.deepEqual(findings.all(), []);
    seal(1, 1);
    assert.equal(findings.all().length, 1);
  });

  test('a whole handshake uses each nonce once', () => {
    const findings = new Findings();
    const crypto = watchedProvider(findings);
    const script = writeScript({ crypto });
    assert.deepEqual(findings.all(), []);
    assert.ok(script.serverFinished.length > 0);
    // The same seed makes the same keys, and so the same nonces: that is what the checker is for.
    const server = newServer({ crypto });
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    answerLookup(server, feed(server, script.keyExchange));
    for (const datagram of [script.clientChange, script.clientFinished]) feed(server, datagram);
    assert.equal(findings.all().length, 1);
  });
});
