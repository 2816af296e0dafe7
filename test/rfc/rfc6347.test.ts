/** RFC 6347, Datagram Transport Layer Security 1.2, by section. What is not here is in ledger.md under another test. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { concat, EMPTY, fromHex, required, toHex, utf8 } from '../../src/base/index.ts';
import { nodeProvider } from '../../src/crypto/index.ts';
import { decodeClientHello } from '../../src/dtls/message/client-hello.ts';
import { decodeHelloVerifyRequest } from '../../src/dtls/message/hello-verify-request.ts';
import { decodeServerHello } from '../../src/dtls/message/server-hello.ts';
import { deriveMaster, finishedData, pskPremaster } from '../../src/dtls/v12/key-schedule.ts';
import { DEVICE, DtlsPair } from '../support/dtls-pair.ts';
import { answerLookup, feed, feedClient, newServer, writeScript } from '../support/dtls-script.ts';
import { clientIn, dataRecord, serverIn } from '../support/dtls-states.ts';
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
const bodyOf = (datagram: Uint8Array): Uint8Array => recordsOf(datagram)[0]?.fragment.subarray(12) ?? EMPTY;

describe('4.1 record layer', () => {
  test('4.1 epochs begin at zero, and so do sequence numbers in each', () => {
    const [first] = recordsOf(script.hello);
    assert.deepEqual([first?.epoch, first?.sequence], [0, 0]);
    const [finished] = recordsOf(script.clientFinished);
    assert.deepEqual([finished?.epoch, finished?.sequence], [1, 0]);
    const [data] = recordsOf(dataRecord(script, 'client', 1, EMPTY));
    assert.equal(data?.epoch, 1);
  });

  test('4.1 the version is { 254, 253 }', () => {
    for (const part of ['keyExchange', 'clientFinished', 'serverHello', 'serverFinished'] as const)
      assert.equal(recordsOf(script[part])[0]?.version, 0xfefd, part);
  });

  test('4.1 several records may share a datagram, and are processed in order', () => {
    const { endpoint } = serverIn('settled', script);
    const three = [2, 3, 4].map((sequence) =>
      dataRecord(script, 'client', sequence, Uint8Array.of(sequence)),
    );
    const effects = feed(endpoint, concat(...three));
    const delivered = effects.map((effect) => (effect.kind === 'deliver' ? effect.plaintext[0] : undefined));
    assert.deepEqual(delivered, [2, 3, 4]);
  });

  test('4.1.2.7 what is invalid is discarded in silence, and the association lives', () => {
    const { endpoint } = serverIn('settled', script);
    const bad = dataRecord(script, 'client', 2, Uint8Array.of(1));
    bad[bad.length - 1] = (bad.at(-1) as number) ^ 1;
    const effects = feed(endpoint, bad);
    assert.deepEqual(kinds(effects), ['dropped:bad-record-mac']);
    assert.deepEqual(kinds(feed(endpoint, dataRecord(script, 'client', 2, Uint8Array.of(1)))), ['deliver']);
  });
});

describe('4.2.1 denial-of-service countermeasures', () => {
  test('4.2.1 the first hello has no cookie; the second is the first with the cookie, and nothing else changed', () => {
    const first = decodeClientHello(bodyOf(script.hello));
    const second = decodeClientHello(bodyOf(script.cookieHello));
    assert.equal(first.cookie.length, 0);
    assert.deepEqual(second.cookie, decodeHelloVerifyRequest(bodyOf(script.verifyRequest)).cookie);
    assert.deepEqual({ ...second, cookie: first.cookie }, first);
  });

  test('4.2.1 HelloVerifyRequest says 1.0, whatever will be spoken', () => {
    assert.equal(recordsOf(script.verifyRequest)[0]?.version, 0xfeff);
    assert.equal(decodeHelloVerifyRequest(bodyOf(script.verifyRequest)).version, 0xfeff);
  });

  test('4.2.1 the cookie depends on the client address, and the server needs no state to verify it', () => {
    const server = newServer();
    feed(server, script.hello);
    assert.equal(server.occupancy().handshakes, 0);
    assert.ok(kinds(feed(server, script.cookieHello)).includes('own'));
  });

  const strangers = JSON.parse(
    readFileSync(new URL('vectors/client-hellos.json', import.meta.url), 'utf8'),
  ) as Record<string, string[]>;
  for (const [name, datagrams] of Object.entries(strangers)) {
    test(`4.2.1 the hello of ${name} is understood, and challenged once`, () => {
      const server = newServer();
      const bytes = datagrams.map((hex) => required(fromHex(hex), 'vectors are hexadecimal'));
      const answers = bytes.flatMap((datagram) => sent(feed(server, datagram)));
      assert.equal(answers.length, 1);
      const fragments = bytes.flatMap((datagram) => fragmentsOf(recordsOf(datagram)[0]?.fragment ?? EMPTY));
      const hello = decodeClientHello(concat(...fragments.map((fragment) => fragment.bytes)));
      assert.equal(hello.version, 0xfefd);
      assert.deepEqual([...hello.compression], [0]);
      assert.ok(hello.suites.length > 0);
    });
  }
});

describe('4.2.2, 4.2.3 handshake messages', () => {
  test("4.2.2 message_seq counts each side's messages from zero, the HelloVerifyRequest among them", () => {
    const numbers = (parts: (keyof typeof script)[]) =>
      parts.map(
        (part) => fragmentsOf(recordsOf(script[part] as Uint8Array)[0]?.fragment ?? EMPTY)[0]?.messageSeq,
      );
    assert.deepEqual(numbers(['hello', 'cookieHello', 'keyExchange']), [0, 1, 2]);
    assert.deepEqual(numbers(['verifyRequest', 'serverHello', 'serverHelloDone']), [0, 1, 2]);
  });

  test('4.2.2 a message ahead of its turn is kept, one behind it is discarded', () => {
    const scene = clientIn('expect-server-hello/cookie', script);
    const receive = (datagram: Uint8Array) => feedClient(scene.endpoint, datagram);
    assert.deepEqual(receive(script.serverHelloDone), []);
    assert.ok(kinds(receive(script.serverHello)).includes('transmit'));
    assert.deepEqual(drops(receive(script.serverHello)), ['duplicate-message']);
  });

  test('4.2.3 overlapping fragments of any sizes are put together', () => {
    const body = bodyOf(script.keyExchange);
    for (const sizes of [
      [1, 1],
      [3, 5],
      [4, 4],
      [8, 2],
    ] as const) {
      const { endpoint } = serverIn('expect-client-key-exchange', script);
      const pieces = [...cut(16, 2, body, sizes[0]), ...cut(16, 2, body, sizes[1])];
      const effects = pieces.flatMap((piece, i) => feed(endpoint, plainRecord({ sequence: 20 + i }, piece)));
      assert.equal(effects.filter(({ kind }) => kind === 'lookup').length, 1);
    }
  });

  test('4.2.3 several messages may share a record', () => {
    const { endpoint } = clientIn('expect-server-hello/cookie', script);
    const both = concat(
      recordsOf(script.serverHello)[0]?.fragment ?? EMPTY,
      recordsOf(script.serverHelloDone)[0]?.fragment ?? EMPTY,
    );
    assert.ok(kinds(feedClient(endpoint, plainRecord({ sequence: 9 }, both))).includes('transmit'));
  });
});

describe('4.2.5, 4.2.6 ChangeCipherSpec and Finished', () => {
  test('4.2.5 ChangeCipherSpec is no handshake message: it has no number and is in no transcript', () => {
    const [change] = recordsOf(script.clientChange);
    assert.equal(change?.type, 20);
    assert.deepEqual(change?.fragment, Uint8Array.of(1));
  });

  test('4.2.6 the transcript is whole messages with their headers, without the first hello and its challenge', () => {
    const hello = decodeClientHello(bodyOf(script.cookieHello));
    const answer = decodeServerHello(bodyOf(script.serverHello));
    const raw = (part: Uint8Array) => recordsOf(part)[0]?.fragment ?? EMPTY;
    const heard = [script.cookieHello, script.serverHello, script.serverHelloDone, script.keyExchange].map(
      raw,
    );
    const master = deriveMaster(nodeProvider, 'sha256', pskPremaster(DEVICE.key.reveal()), {
      randoms: { client: hello.random, server: answer.random },
      transcript: heard,
      extendedMasterSecret: true,
    });
    const key = nodeProvider.macKey('sha256', master);
    const expected = finishedData(nodeProvider, key, 'client', heard);
    assert.equal(toHex(script.clientFinishedBody), toHex(expected));
    const withFinished = [...heard, message(20, 3, script.clientFinishedBody)];
    const answered = finishedData(nodeProvider, key, 'server', withFinished);
    assert.equal(toHex(script.serverFinishedBody), toHex(answered));
  });

  test('4.2.6 fragments of the hello are hashed as if it had come whole', () => {
    const server = newServer();
    feed(server, script.hello);
    for (const [i, piece] of cut(1, 1, bodyOf(script.cookieHello), 80).entries())
      feed(server, plainRecord({ sequence: 1 + i, version: 0xfeff }, piece));
    answerLookup(server, feed(server, script.keyExchange));
    feed(server, script.clientChange);
    assert.ok(kinds(feed(server, script.clientFinished)).includes('established'));
  });
});

describe('4.2.7, 4.2.8 alerts and new associations', () => {
  test('4.2.7 alerts are sent once, and never again by time', () => {
    const { endpoint } = serverIn('expect-client-key-exchange', script);
    const effects = feed(endpoint, plainRecord({ sequence: 9 }, message(20, 2, new Uint8Array(12))));
    assert.deepEqual(recordsOf(required(sent(effects)[0], 'an alert'))[0]?.fragment, Uint8Array.of(2, 10));
    assert.equal(endpoint.nextDeadline(), undefined);
  });

  test('4.2.8 the old association lives until the new handshake has completed', () => {
    const pair = new DtlsPair();
    pair.handshake();
    const old = pair.serverConnection();
    const other = new DtlsPair({ seed: 40 });
    Object.assign(other, { server: pair.server });
    const hello = required(sent(other.connect())[0], 'a hello');
    const [request] = sent(other.deliver('server', hello));
    const [again] = sent(other.deliver('client', required(request, 'a challenge')));
    const [flight] = sent(other.deliver('server', required(again, 'a hello')));
    assert.notEqual(pair.server.view(old), undefined);
    pair.settle(
      'client',
      pair.client.send(pair.now, required(pair.connection, 'connected'), utf8('still here')),
    );
    assert.equal(pair.kinds('server').at(-1), 'deliver');
    other.settle('client', other.deliver('client', required(flight, 'flight 4')));
    assert.equal(other.kinds('server').at(-1), 'closed:replaced');
    assert.equal(pair.server.view(old), undefined);
  });
});
