import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, path, seconds, utf8 } from '../../../src/base/index.ts';
import { type ClientSettings, type Effect, SUITE_NAMES, type TlsSession } from '../../../src/dtls/index.ts';
import { DEVICE, DtlsPair, type PairOptions } from '../../support/dtls-pair.ts';
import { rawKey, selfSigned } from '../../support/identities.ts';

const gateway = selfSigned('gateway');
const lock = rawKey();
const meter = selfSigned('meter');
const oldMeter = selfSigned('old-meter', 'rsa');
const ECDSA = SUITE_NAMES.filter((name) => name.startsWith('TLS_ECDHE_ECDSA'));
const ECDHE_PSK = SUITE_NAMES.filter((name) => name.startsWith('TLS_ECDHE_PSK'));
const CID = { prefix: Uint8Array.of(1, 0, 0), randomBytes: 5 };

/** Data travels both ways over the connection just made. */
function converses(pair: DtlsPair): void {
  const server = pair.serverConnection();
  pair.settle('client', pair.client.send(pair.now, pair.connection!, utf8('question')));
  assert.deepEqual(pair.serverEffects.at(-1), {
    kind: 'deliver',
    connection: server,
    plaintext: utf8('question'),
  });
  pair.settle('server', pair.server.send(pair.now, server, utf8('answer')));
  assert.deepEqual(pair.clientEffects.at(-1), {
    kind: 'deliver',
    connection: pair.connection,
    plaintext: utf8('answer'),
  });
}

function established(effects: readonly Effect[]): Extract<Effect, { kind: 'established' }> {
  for (const effect of effects.toReversed()) if (effect.kind === 'established') return effect;
  throw new RangeError('nothing was established');
}

function connected(options: PairOptions, suites?: readonly string[]): DtlsPair {
  const pair = new DtlsPair({ ...options, server: { identity: gateway, ...options.server } });
  pair.handshake(suites);
  return pair;
}

describe('one endpoint, every kind of credential', () => {
  for (const suite of ECDSA) {
    test(`raw public keys with ${suite}`, () => {
      const pair = connected({ credentials: { identity: lock } }, [suite]);
      const { peer } = established(pair.serverEffects);
      assert.equal(peer.claim.kind, 'rpk');
      assert.deepEqual(peer.claim.kind === 'rpk' && peer.claim.spki, lock.key.spki);
      assert.equal(peer.suite, suite);
      const seen = established(pair.clientEffects).peer.claim;
      assert.deepEqual(seen.kind === 'rpk' && seen.spki, gateway.key.spki);
      converses(pair);
    });
  }

  for (const suite of ECDHE_PSK) {
    test(`a pre-shared key beside ephemeral keys with ${suite}`, () => {
      const pair = connected({}, [suite]);
      assert.deepEqual(established(pair.serverEffects).peer.claim, {
        kind: 'psk',
        identity: DEVICE.identity,
      });
      converses(pair);
    });
  }

  for (const [kind, device] of [
    ['P-256', meter],
    ['RSA', oldMeter],
  ] as const) {
    test(`X.509 with a ${kind} leaf`, () => {
      const pair = connected({ credentials: { identity: device } });
      const { claim } = established(pair.serverEffects).peer;
      assert.deepEqual(claim.kind === 'x509' && claim.chain, device.chain);
      converses(pair);
    });
  }

  test('nobody who is not known gets in, whatever it proves', () => {
    for (const [identity, reason] of [
      [lock, 'unknown-key'],
      [meter, 'unknown-authority'],
    ] as const) {
      const pair = new DtlsPair({ credentials: { identity }, server: { identity: gateway } });
      pair.trusting = false;
      // The client asks first, and would give up by itself: it trusts here.
      pair.credentials = (ask) =>
        (ask.kind === 'rpk' || ask.kind === 'x509') && bytesOf(ask) !== bytesOf(identity)
          ? { kind: 'accepted', credential: 'gw' }
          : { kind: 'unknown' };
      pair.handshake();
      assert.ok(pair.kinds('server').includes(`failed:${reason}`), pair.kinds('server').join());
      assert.ok(!pair.kinds('server').includes('established'));
      assert.deepEqual(pair.server.occupancy(), {
        handshakes: 0,
        connections: 0,
        deadlines: 0,
        sessions: 0,
        cids: 0,
      });
    }
  });

  test('a server with an RSA key is refused in suites that are signed with ECDSA (RFC 8422 5.3)', () => {
    const pair = new DtlsPair({ server: { identity: oldMeter }, credentials: { identity: meter } });
    pair.handshake();
    assert.ok(pair.kinds('client').includes('failed:unsupported-certificate'), pair.kinds('client').join());
  });

  test('a client that holds a PSK and a key is asked for what the server prefers', () => {
    const both = { psk: DEVICE, identity: lock };
    assert.equal(established(connected({ credentials: both }).serverEffects).peer.claim.kind, 'psk');
    const keysFirst = { credentials: ['rpk', 'psk'] as const };
    assert.equal(
      established(connected({ credentials: both, server: keysFirst }).serverEffects).peer.claim.kind,
      'rpk',
    );
  });

  test('a client whose PSK failed is asked for its key the next time', () => {
    const pair = connected({ credentials: { psk: { ...DEVICE, identity: utf8('nobody') }, identity: lock } });
    pair.pass(seconds(2));
    assert.ok(pair.kinds('server').includes('failed:unknown-identity'));
    pair.handshake();
    assert.equal(established(pair.serverEffects).peer.claim.kind, 'rpk');
  });

  test('a neighbour behind the same address keeps its own order: its stack offers other suites', () => {
    const pair = new DtlsPair({
      credentials: { psk: DEVICE, identity: lock },
      server: { identity: gateway },
    });
    const neighbour = SUITE_NAMES.filter((name) => !name.includes('CHACHA20'));
    const honest = pair.credentials.bind(pair);
    pair.credentials = (ask) => (ask.kind === 'psk' ? { kind: 'unknown' } : honest(ask));
    pair.handshake();
    pair.pass(seconds(2));
    assert.ok(pair.kinds('server').includes('failed:unknown-identity'));
    pair.credentials = honest;
    pair.handshake(neighbour);
    assert.equal(established(pair.serverEffects).peer.claim.kind, 'psk');
    pair.handshake();
    assert.equal(established(pair.serverEffects).peer.claim.kind, 'rpk');
  });
});

describe('connection IDs', () => {
  const options: PairOptions = {
    server: { connectionId: CID },
    client: { connectionId: { prefix: new Uint8Array(0), randomBytes: 0 } },
  };

  test('a client that moves goes on without a handshake', () => {
    const pair = connected(options);
    converses(pair);
    const server = pair.serverConnection();
    const elsewhere = path(0, '192.0.2.99', 50_000);
    const [sent] = pair.client.send(pair.now, pair.connection!, utf8('from elsewhere'));
    assert.ok(sent?.kind === 'transmit');
    const effects = pair.server.receive(pair.now, elsewhere, sent.datagram.slice());
    assert.deepEqual(
      effects.map(({ kind }) => kind),
      ['rebound', 'deliver', 'own', 'disown'],
    );
    const [answer] = pair.server.send(pair.now, server, utf8('found you'));
    assert.ok(answer?.kind === 'transmit');
    assert.equal(answer.path.key, elsewhere.key);
    assert.equal(pair.server.view(server)?.path.key, elsewhere.key);
  });

  test('an old record, replayed or merely late, moves nobody', () => {
    const pair = connected(options);
    const server = pair.serverConnection();
    const first = pair.client.send(pair.now, pair.connection!, utf8('first'));
    const second = pair.client.send(pair.now, pair.connection!, utf8('second'));
    assert.ok(first[0]?.kind === 'transmit' && second[0]?.kind === 'transmit');
    pair.deliver('server', second[0].datagram);
    const before = pair.server.view(server)?.path.key;
    const elsewhere = path(0, '192.0.2.66', 666);
    const late = pair.server.receive(pair.now, elsewhere, first[0].datagram.slice());
    assert.deepEqual(
      late.map(({ kind }) => kind),
      ['deliver'],
    );
    const replayed = pair.server.receive(pair.now, elsewhere, second[0].datagram.slice());
    assert.deepEqual(
      replayed.map((effect) => effect.kind === 'dropped' && effect.reason),
      ['replayed'],
    );
    assert.equal(pair.server.view(server)?.path.key, before);
  });

  test('an unknown ID is dropped, and so is a record without one', () => {
    const pair = connected(options);
    const [sent] = pair.client.send(pair.now, pair.connection!, utf8('hello'));
    assert.ok(sent?.kind === 'transmit');
    const foreign = sent.datagram.slice();
    foreign[15] = (foreign[15] as number) ^ 0xff;
    const reasons = (effects: readonly Effect[]) =>
      effects.map((e) => (e.kind === 'dropped' ? e.reason : e.kind));
    assert.deepEqual(reasons(pair.deliver('server', foreign)), ['unknown-cid']);
    const bare = Uint8Array.of(23, ...sent.datagram.slice(1, 11), 0, 32, ...new Array<number>(32).fill(7));
    assert.deepEqual(reasons(pair.deliver('server', bare)), ['missing-cid']);
    assert.deepEqual(reasons(pair.deliver('server', sent.datagram)), ['deliver']);
  });

  test('both sides may have one', () => {
    const pair = connected({
      ...options,
      client: { connectionId: { prefix: new Uint8Array(0), randomBytes: 4 } },
    });
    converses(pair);
  });
});

describe('resumption', () => {
  const server = { identity: gateway, resumption: hours(1) };

  function resumed(
    pair: DtlsPair,
    session: TlsSession,
    credentials: ClientSettings = { identity: lock },
  ): void {
    pair.serverEffects.length = 0;
    pair.clientEffects.length = 0;
    const begun = pair.client.connect(pair.now, path(0, '192.0.2.1', 5_684), {
      ...credentials,
      resume: session,
    });
    pair.connection = begun.connection;
    pair.settle('client', begun.effects);
  }

  test('a session is taken up again, with the same peer and fewer messages', () => {
    const pair = connected({ credentials: { identity: lock }, server });
    const { session, peer } = established(pair.clientEffects);
    assert.ok(session !== null && !peer.resumed);
    resumed(pair, session);
    const again = established(pair.serverEffects).peer;
    assert.ok(again.resumed);
    assert.equal(again.credential, 'c-2');
    assert.equal(again.claim.kind, 'rpk');
    assert.ok(established(pair.clientEffects).peer.resumed);
    converses(pair);
  });

  test('a credential that is gone means a full handshake, which fails on its own ground', () => {
    const pair = connected({ credentials: { identity: lock }, server });
    const { session } = established(pair.clientEffects);
    assert.ok(session !== null);
    const gone = { kind: 'unknown' } as const;
    pair.credentials = (ask) =>
      ask.kind === 'rpk' && bytesOf(ask) !== bytesOf(lock) ? { kind: 'accepted', credential: 'gw' } : gone;
    resumed(pair, session);
    assert.ok(pair.kinds('server').includes('failed:unknown-key'));
  });

  test('a session that the server forgot is a full handshake', () => {
    const pair = connected({ credentials: { identity: lock }, server });
    const { session } = established(pair.clientEffects);
    assert.ok(session !== null);
    pair.server.forgetSessions(new Set(['c-2']));
    resumed(pair, session);
    assert.equal(established(pair.serverEffects).peer.resumed, false);
    converses(pair);
  });

  test('a session whose connection a fatal alert ended is not taken up again (RFC 5246 7.2.2)', () => {
    const ends = [
      ['requested', 'client', true],
      ['requested', 'server', true],
      ['internal', 'client', false],
      ['internal', 'server', false],
    ] as const;
    // Of the connection that made the session, and of one that took it up again.
    for (const again of [false, true]) {
      for (const [reason, side, still] of ends) {
        const pair = connected({ credentials: { identity: lock }, server });
        const { session } = established(pair.clientEffects);
        assert.ok(session !== null);
        if (again) resumed(pair, session);
        assert.equal(established(pair.serverEffects).peer.resumed, again);
        const connection = side === 'client' ? pair.connection! : pair.serverConnection();
        pair.settle(side, pair[side].close(pair.now, connection, reason));
        resumed(pair, session);
        assert.equal(established(pair.serverEffects).peer.resumed, still, `${reason} by the ${side}`);
      }
    }
  });

  for (const suite of ECDHE_PSK) {
    test(`a session of ${suite} is taken up again`, () => {
      const pair = connected({ server }, [suite]);
      const { session } = established(pair.clientEffects);
      assert.ok(session !== null);
      resumed(pair, session, { psk: DEVICE, suites: [suite] });
      const { peer } = established(pair.serverEffects);
      assert.ok(peer.resumed);
      assert.equal(peer.suite, suite);
      converses(pair);
    });
  }

  test('without extended master secret there is nothing to resume', () => {
    const plain = connected({ server });
    assert.equal(established(plain.clientEffects).session, null);
  });
});

/** The key or leaf certificate in question, comparable. */
function bytesOf(one: {
  spki?: Uint8Array;
  chain?: readonly Uint8Array[];
  key?: { spki: Uint8Array };
}): string {
  return Buffer.from(one.chain?.[0] ?? one.spki ?? one.key?.spki ?? []).toString('hex');
}
