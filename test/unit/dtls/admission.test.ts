/** Who gets in, who gives way, and what is left when everybody has gone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Instant, instant, path, type Path } from '../../../src/base/index.ts';
import { type ConnectionHandle, DtlsEndpoint, type Effect } from '../../../src/dtls/index.ts';
import { DEVICE, seededEntropy, SERVER_PATH, SETTINGS } from '../../support/dtls-pair.ts';
import { answerLookup, feed, handleIn, newServer, writeScript } from '../../support/dtls-script.ts';
import { dataRecord } from '../../support/dtls-states.ts';
import { drops, kinds, sent } from '../../support/dtls-wire.ts';
import { nodeProvider } from '../../../src/crypto/index.ts';

const from = (port: number): Path => path(0, '192.0.2.9', port);
const SECOND = 1_000;

/** Devices of one server, each from a port of its own, each with its own client endpoint. */
class Devices {
  readonly server: DtlsEndpoint;
  /** Lets the device that joined last say something; the server's effects. */
  say: () => Effect[] = () => [];

  constructor(server: DtlsEndpoint = newServer()) {
    this.server = server;
  }

  /** A whole handshake at `now`; the server's effects. */
  join(now: Instant, port: number): Effect[] {
    const client = new DtlsEndpoint({
      settings: SETTINGS,
      crypto: nodeProvider,
      entropy: seededEntropy(port),
      server: false,
    });
    const all: Effect[] = [];
    const begun = client.connect(now, SERVER_PATH, { psk: DEVICE });
    this.say = () =>
      sent(client.send(now, begun.connection, Uint8Array.of(7))).flatMap((datagram) =>
        feed(this.server, datagram, { now, path: from(port) }),
      );
    let out = sent(begun.effects);
    while (out.length > 0) {
      const back: Uint8Array[] = [];
      for (const datagram of out) {
        const effects = feed(this.server, datagram, { now, path: from(port) });
        if (effects.some(({ kind }) => kind === 'lookup'))
          effects.push(...answerLookup(this.server, effects, now));
        all.push(...effects);
        back.push(...sent(effects));
      }
      out = back.flatMap((datagram) => sent(client.receive(now, SERVER_PATH, datagram)));
    }
    return all;
  }

  /** A hello with a good cookie, and nothing behind it. */
  half(now: Instant, port: number): Effect[] {
    const client = new DtlsEndpoint({
      settings: SETTINGS,
      crypto: nodeProvider,
      entropy: seededEntropy(1_000 + port),
    });
    const [hello] = sent(client.connect(now, SERVER_PATH, { psk: DEVICE }).effects) as [Uint8Array];
    const [request] = sent(feed(this.server, hello, { now, path: from(port) })) as [Uint8Array];
    const [again] = sent(client.receive(now, SERVER_PATH, request)) as [Uint8Array];
    return feed(this.server, again, { now, path: from(port) });
  }
}

const ended = (effects: readonly Effect[]): ConnectionHandle[] =>
  effects.flatMap((effect) =>
    effect.kind === 'closed' || effect.kind === 'failed' ? [effect.connection] : [],
  );

describe('a full endpoint', () => {
  test('ends the connection that has been silent longest', () => {
    const devices = new Devices(newServer({ limits: { connectionsMax: 3 } }));
    const silent = handleIn(devices.join(instant(0), 1));
    // The last flight of the first is forgotten by now; the others still keep theirs.
    devices.server.timeout(instant(40 * SECOND));
    devices.join(instant(41 * SECOND), 2);
    devices.join(instant(42 * SECOND), 3);
    const effects = devices.join(instant(43 * SECOND), 4);
    assert.deepEqual(ended(effects), [silent]);
    assert.ok(kinds(effects).includes('closed:evicted'));
    assert.equal(devices.server.occupancy().connections, 3);
    assert.deepEqual(kinds(devices.say()), ['deliver']);
  });

  test('counts being heard, not being there: a lazy deadline is asked again', () => {
    const script = writeScript({ seed: 5 });
    const server = newServer({ seed: 5, limits: { connectionsMax: 2 } });
    for (const datagram of [script.hello, script.cookieHello]) feed(server, datagram);
    answerLookup(server, feed(server, script.keyExchange));
    feed(server, script.clientChange);
    feed(server, script.clientFinished);
    const devices = new Devices(server);
    const second = handleIn(devices.join(instant(10 * SECOND), 2));
    feed(server, dataRecord(script, 'client', 1, Uint8Array.of(1)), { now: instant(20 * SECOND) });
    assert.deepEqual(ended(devices.join(instant(30 * SECOND), 3)), [second]);
  });

  test('of handshakes lets the oldest go', () => {
    const devices = new Devices(newServer({ limits: { handshakesMax: 2 } }));
    devices.half(instant(0), 1);
    devices.half(instant(1), 2);
    const effects = devices.half(instant(2), 3);
    assert.ok(kinds(effects).includes('failed:evicted'));
    assert.deepEqual(ended(effects), [1]);
    assert.equal(devices.server.occupancy().handshakes, 2);
    // The one that had to go can come again.
    assert.ok(kinds(devices.join(instant(3), 1)).includes('established'));
  });

  test('that drains lets no more in and finishes what is under way', () => {
    const devices = new Devices();
    devices.join(instant(0), 1);
    devices.half(instant(0), 2);
    devices.server.admitHandshakes(false);
    const script = writeScript();
    assert.deepEqual(drops(feed(devices.server, script.hello)), ['hello-refused']);
    assert.deepEqual(devices.server.occupancy(), {
      handshakes: 1,
      connections: 1,
      deadlines: 3,
      sessions: 0,
      cids: 0,
    });
    devices.server.admitHandshakes(true);
    assert.deepEqual(kinds(feed(devices.server, script.hello)), ['transmit']);
  });
});

describe('an endpoint that everybody left', () => {
  test('keeps nothing: no connection, no handshake, no deadline', () => {
    const devices = new Devices();
    for (let port = 1; port <= 20; port++) {
      if (port % 3 === 0) devices.half(instant(0), port);
      else devices.join(instant(0), port);
    }
    const left: Effect[] = [];
    for (let due = devices.server.nextDeadline(); due !== undefined; due = devices.server.nextDeadline())
      left.push(...devices.server.timeout(due));
    assert.deepEqual(devices.server.occupancy(), {
      handshakes: 0,
      connections: 0,
      deadlines: 0,
      sessions: 0,
      cids: 0,
    });
    const count = (kind: string) => kinds(left).filter((name) => name === kind).length;
    assert.equal(count('failed:timeout'), 6);
    assert.equal(count('closed:idle'), 14);
    assert.equal(count('disown'), 20);
  });

  test('owns a path exactly while something is on it', () => {
    const devices = new Devices();
    const effects = devices.join(instant(0), 1);
    const handle = handleIn(effects);
    effects.push(...devices.half(instant(1), 1));
    effects.push(...devices.server.close(instant(2), handle, 'requested'));
    assert.equal(kinds(effects).filter((kind) => kind === 'own').length, 1);
    assert.ok(!kinds(effects).includes('disown'));
    effects.length = 0;
    for (let due = devices.server.nextDeadline(); due !== undefined; due = devices.server.nextDeadline())
      effects.push(...devices.server.timeout(due));
    assert.equal(kinds(effects).filter((kind) => kind === 'disown').length, 1);
  });
});
