/** What DTLS takes from TLS: RFC 5246, 4279, 5746, 6066, 7627, 8449, each case by RFC and section. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, EMPTY, required, Secret, toHex, utf8 } from '../../src/base/index.ts';
import { Reader, Writer } from '../../src/base/wire/index.ts';
import { malformed } from '../../src/dtls/violation.ts';
import { ALERTS, decodeAlert, encodeAlert } from '../../src/dtls/message/alert.ts';
import { decodeClientHello, encodeClientHello } from '../../src/dtls/message/client-hello.ts';
import {
  type Extensions,
  readExtensions,
  writeExtensions,
} from '../../src/dtls/message/extension/registry.ts';
import { decodePskLabel } from '../../src/dtls/message/key-exchange.ts';
import {
  decodeServerHello,
  encodeServerHello,
  type ServerHello,
} from '../../src/dtls/message/server-hello.ts';
import { DEVICE, DtlsPair } from '../support/dtls-pair.ts';
import { feed, feedClient, newServer, writeScript } from '../support/dtls-script.ts';
import { clientIn, serverIn } from '../support/dtls-states.ts';
import { kinds, message, plainRecord, protectedRecord, recordsOf, sent } from '../support/dtls-wire.ts';

const script = writeScript();
const bodyOf = (datagram: Uint8Array): Uint8Array => recordsOf(datagram)[0]?.fragment.slice(12) ?? EMPTY;
const answer = (change: Partial<ServerHello>): Uint8Array => {
  const hello = { ...decodeServerHello(bodyOf(script.serverHello)), ...change };
  return plainRecord({ sequence: 9 }, message(2, 1, encodeServerHello(hello)));
};
const alertIn = (effects: Parameters<typeof sent>[0]): number | undefined =>
  recordsOf(required(sent(effects)[0], 'an alert'))[0]?.fragment[1];

describe('RFC 5246', () => {
  test('5246 7.2.1 close_notify is answered with close_notify, and the connection ends', () => {
    const { endpoint } = serverIn('settled', script);
    const goodbye = protectedRecord(
      script.clientWrite,
      { type: 21, sequence: 2 },
      encodeAlert('close_notify'),
    );
    const effects = feed(endpoint, goodbye);
    assert.deepEqual(kinds(effects), ['transmit', 'closed:close-notify', 'disown']);
    assert.equal(endpoint.occupancy().connections, 0);
  });

  test('5246 7.2.2 a fatal alert ends the connection at once, and nothing is said any more', () => {
    const { endpoint } = serverIn('settled', script);
    const fatal = protectedRecord(script.clientWrite, { type: 21, sequence: 2 }, Uint8Array.of(2, 20));
    assert.deepEqual(kinds(feed(endpoint, fatal)), ['closed:peer-alert', 'disown']);
  });

  test('5246 7.2 alerts have their registered numbers and levels', () => {
    assert.deepEqual(
      [ALERTS.unexpected_message, ALERTS.decode_error, ALERTS.decrypt_error, ALERTS.handshake_failure],
      [10, 50, 51, 40],
    );
    for (const name of Object.keys(ALERTS) as (keyof typeof ALERTS)[]) {
      const alert = decodeAlert(encodeAlert(name));
      const warning = ['close_notify', 'user_canceled', 'no_renegotiation'].includes(name);
      assert.deepEqual(alert, { fatal: !warning, description: ALERTS[name] });
    }
    for (const bytes of [[], [1], [3, 0], [0, 0], [1, 0, 0]])
      assert.equal(decodeAlert(Uint8Array.from(bytes)), undefined);
  });

  test('5246 7.4.1.2 a hello without extensions is as good as one with an empty block', () => {
    const hello = decodeClientHello(bodyOf(script.hello));
    const bare = encodeClientHello({ ...hello, extensions: {} });
    assert.deepEqual(decodeClientHello(bare).extensions, {});
    assert.deepEqual(decodeClientHello(concat(bare, Uint8Array.of(0, 0))).extensions, {});
    assert.throws(() => decodeClientHello(concat(bare, Uint8Array.of(0))), { reason: 'malformed-message' });
    assert.throws(() => decodeClientHello(concat(bare, Uint8Array.of(0, 0, 0))), {
      reason: 'malformed-message',
    });
  });

  test('5246 7.4.1.2 lists of suites and compressions are never empty, a session id never over 32 bytes', () => {
    const hello = decodeClientHello(bodyOf(script.hello));
    for (const broken of [
      { ...hello, suites: [] },
      { ...hello, compression: EMPTY },
      { ...hello, sessionId: new Uint8Array(33) },
    ])
      assert.throws(() => decodeClientHello(encodeClientHello(broken)), { reason: 'malformed-message' });
  });

  test('5246 7.4.1.3 the server chooses from what was offered, or the client gives up', () => {
    for (const [change, reason] of [
      [{ suite: 0xc0a9 + 1 }, 'illegal-parameter'],
      [{ compression: 1 }, 'illegal-parameter'],
      [{ version: 0xfeff }, 'protocol-version'],
    ] as const) {
      const { endpoint } = clientIn('expect-server-hello/cookie', script);
      assert.ok(kinds(feedClient(endpoint, answer(change))).includes(`failed:${reason}`));
    }
  });

  test('5246 7.4.1.4 unknown extensions are ignored by a server, unsolicited ones refused by a client', () => {
    const block = new Writer(16).vector16(
      new Writer(16).u16(0x1234).vector16(utf8('?')).u16(0xfafa).vector16(EMPTY).finish(),
    );
    assert.deepEqual(readExtensions(new Reader(block.finish(), malformed), 'client'), {});
    assert.throws(() => readExtensions(new Reader(block.finish(), malformed), 'server'), {
      reason: 'unsupported-extension',
    });
    const { endpoint } = clientIn('expect-server-hello/cookie', script);
    const effects = feedClient(endpoint, answer({ extensions: { maxFragmentLength: 1 } }));
    assert.ok(kinds(effects).includes('failed:unsupported-extension'));
    assert.equal(alertIn(effects), 110);
  });

  test('5246 7.4.1.4 no extension comes twice', () => {
    const twice = new Writer(16).vector16(
      new Writer(16).u16(23).vector16(EMPTY).u16(23).vector16(EMPTY).finish(),
    );
    assert.throws(() => readExtensions(new Reader(twice.finish(), malformed), 'client'), {
      reason: 'illegal-parameter',
    });
  });

  test('5246 7.4.9 a Finished that does not fit is a decrypt_error', () => {
    const { endpoint } = serverIn('expect-finished', script);
    const wrong = message(20, 3, new Uint8Array(12));
    const effects = feed(endpoint, protectedRecord(script.clientWrite, { type: 22, sequence: 0 }, wrong));
    assert.ok(kinds(effects).includes('failed:verify-failed'));
    assert.equal(alertIn(effects), ALERTS.decrypt_error);
  });

  test('5246 7.4.1.1 HelloRequest is ignored by a client that is connected', () => {
    const { endpoint } = clientIn('established', script);
    const request = protectedRecord(script.serverWrite, { type: 22, sequence: 1 }, message(0, 0, EMPTY));
    assert.deepEqual(kinds(feedClient(endpoint, request)), ['dropped:unexpected-message']);
  });
});

describe('extensions', () => {
  const values: Required<Extensions> = {
    serverName: 'gateway.example',
    maxFragmentLength: 2,
    supportedGroups: [23, 29],
    ecPointFormats: [0],
    signatureAlgorithms: [0x0403, 0x0807],
    clientCertificateTypes: [2],
    serverCertificateTypes: [2],
    encryptThenMac: true,
    extendedMasterSecret: true,
    recordSizeLimit: 512,
    supportedVersions: [0xfefd],
    connectionId: Uint8Array.of(1, 2, 3),
    renegotiationInfo: EMPTY,
  };
  const roundTrip = (extensions: Extensions, side: 'client' | 'server') => {
    const writer = new Writer(64);
    writeExtensions(writer, extensions, side);
    return readExtensions(new Reader(writer.finish(), malformed), side);
  };

  test('each is read as it is written, alone and with all others, in both hellos', () => {
    for (const side of ['client', 'server'] as const) {
      assert.deepEqual(roundTrip(values, side), values);
      for (const [key, value] of Object.entries(values))
        assert.deepEqual(roundTrip({ [key]: value }, side), { [key]: value });
    }
  });

  test('one that is longer than what it says is refused', () => {
    for (const number of [1, 10, 11, 13, 19, 20, 22, 23, 28, 43, 54, 0xff01]) {
      const long = new Writer(32).vector16(
        new Writer(32).u16(number).vector16(new Uint8Array(20).fill(1)).finish(),
      );
      assert.throws(
        () => readExtensions(new Reader(long.finish(), malformed), 'client'),
        {
          reason: 'malformed-message',
        },
        `${number}`,
      );
    }
  });
});

describe('RFC 4279', () => {
  test('4279 2 without a hint there is no ServerKeyExchange', () => {
    const pair = new DtlsPair();
    pair.handshake();
    const types = sent(pair.serverEffects)
      .flatMap((datagram) => recordsOf(datagram))
      .filter(({ epoch, type }) => epoch === 0 && type === 22)
      .map(({ fragment }) => fragment[0]);
    assert.deepEqual(types, [3, 2, 14]);
  });

  test('4279 2, 5.2 a hint is read, and this client needs none', () => {
    const { endpoint } = clientIn('expect-server-flight', script);
    const hint = plainRecord({ sequence: 9 }, message(12, 2, concat(Uint8Array.of(0, 4), utf8('CoAP'))));
    assert.deepEqual(kinds(feedClient(endpoint, hint)), []);
    const done = plainRecord({ sequence: 10 }, message(14, 3, EMPTY));
    assert.ok(kinds(feedClient(endpoint, done)).includes('transmit'));
  });

  test('4279 5.3 identities up to 128 bytes and keys up to 64 are supported', () => {
    for (const [identity, length] of [
      [128, 64],
      [128, 1],
      [1, 64],
    ] as const) {
      const key = new Secret(new Uint8Array(length).fill(0x6b));
      const pair = new DtlsPair({ identity: new Uint8Array(identity).fill(0x69), key });
      pair.credentials = () => ({ kind: 'psk', key, credential: 'c-1' });
      pair.handshake();
      assert.equal(pair.kinds('server').at(-1), 'established');
    }
  });

  test('4279 2 the identity travels as it is', () => {
    assert.equal(toHex(decodePskLabel(bodyOf(script.keyExchange))), toHex(DEVICE.identity));
  });

  test('4279 2 an unknown identity goes on, and fails like a wrong key', () => {
    const pair = new DtlsPair({ identity: utf8('nobody') });
    pair.handshake();
    for (let s = 0; s < 5; s++) pair.pass(1_000 as never);
    assert.ok(pair.kinds('server').includes('failed:unknown-identity'));
    const alerts = sent(pair.serverEffects)
      .flatMap((datagram) => recordsOf(datagram))
      .filter(({ type }) => type === 21)
      .map(({ fragment }) => [...fragment]);
    assert.deepEqual(alerts, [[2, ALERTS.decrypt_error]]);
  });
});

describe('RFC 5746, 6066, 7627, 8449', () => {
  test('5746 3.6 a server answers the SCSV and the extension with an empty one', () => {
    const hello = decodeServerHello(bodyOf(script.serverHello));
    assert.deepEqual(hello.extensions.renegotiationInfo, EMPTY);
  });

  test('5746 3.4 a client gives up when the server binds an initial handshake to another', () => {
    const { endpoint } = clientIn('expect-server-hello/cookie', script);
    const effects = feedClient(endpoint, answer({ extensions: { renegotiationInfo: Uint8Array.of(1) } }));
    assert.ok(kinds(effects).includes('failed:insecure-renegotiation'));
    assert.equal(alertIn(effects), ALERTS.handshake_failure);
  });

  test('6066 4, 8449 4 we never say more in one record than the peer takes', () => {
    const pair = new DtlsPair();
    pair.handshake();
    const server = pair.serverConnection();
    assert.deepEqual(kinds(pair.server.send(pair.now, server, new Uint8Array(16_385))), [
      'dropped:record-size-limit',
    ]);
    assert.deepEqual(kinds(pair.server.send(pair.now, server, new Uint8Array(16_384))), ['transmit']);
  });

  test('7627 5.2, 5.3 both sides know whether the master secret is bound to the handshake', () => {
    const pair = new DtlsPair();
    pair.handshake();
    for (const effects of [pair.serverEffects, pair.clientEffects]) {
      const established = effects.find((effect) => effect.kind === 'established');
      assert.equal(established?.kind === 'established' && established.peer.extendedMasterSecret, true);
    }
  });

  test('7627 5.1 a peer without it is served, where it is not required', () => {
    const server = newServer();
    const hello = decodeClientHello(bodyOf(script.hello));
    const bare = encodeClientHello({ ...hello, extensions: {} });
    const [request] = sent(feed(server, plainRecord({ version: 0xfeff }, message(1, 0, bare))));
    const cookie = required(request, 'a challenge').slice(-32);
    const again = encodeClientHello({ ...hello, extensions: {}, cookie });
    const [flight] = sent(feed(server, plainRecord({ sequence: 1 }, message(1, 1, again))));
    const chosen = decodeServerHello(bodyOf(required(flight, 'flight 4')));
    assert.equal(chosen.extensions.extendedMasterSecret, undefined);
  });
});
