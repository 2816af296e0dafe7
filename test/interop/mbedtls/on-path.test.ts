/** Somebody on the path between a device with Mbed TLS and the gateway: repeats, forges, records and plays back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { type CRun, EXIT, runClient } from '../support/c-client.ts';
import { LIMIT } from '../support/contract.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { openTap, type Tap } from '../support/tap.ts';
import { ALERT, HANDSHAKE, handshakesOf, recordsOf, SERVER_HELLO } from '../support/wire.ts';

/** What an attacker without the key can make, from the client's last protected datagram and all that was seen. */
const FORGERIES: readonly (readonly [string, (last: Buffer, tap: Tap) => Buffer])[] = [
  ['a fatal alert in the clear', () => record(ALERT, 0, Buffer.from([2, 40]))],
  ['a close_notify in the clear', () => record(ALERT, 0, Buffer.from([1, 0]))],
  ['a fatal alert with a guessed tag', () => record(ALERT, 1, Buffer.alloc(18, 0x5a))],
  ['the last record with a bit of its tag changed', (last) => damaged(last, last.length - 1)],
  ['the last record under the next sequence number', (last) => damaged(last, 10)],
  ['the last record cut short', (last) => last.subarray(0, -1)],
  ['application data in the clear', () => record(23, 0, Buffer.from('4801123474657374', 'hex'))],
  ['a ChangeCipherSpec', () => record(20, 0, Buffer.from([1]))],
  ['the first ClientHello again', (_, tap) => tap.seen[0]?.datagram ?? Buffer.alloc(1)],
  ['the ClientHello with the cookie again', (_, tap) => fromClient(tap, 1)],
  ['an unknown content type', () => record(99, 1, Buffer.alloc(24))],
  ['a record that claims more than there is', () => record(23, 1, Buffer.alloc(24)).subarray(0, 20)],
  ['one byte', () => Buffer.alloc(1)],
];

/** The same before the handshake is over: which ServerHello of the run it follows, and what is sent then. */
const BEFORE_FINISHED: readonly (readonly [string, readonly string[], number, (tap: Tap) => Buffer])[] = [
  ['a record of epoch 1 that anybody can make', [], 1, () => record(HANDSHAKE, 1, Buffer.alloc(40, 0x5a))],
  ['the last flight of the session before the reboot', ['--reboot'], 2, (tap) => fromClient(tap, 2)],
];

withPeer('mbedtls', 'on the path of Mbed TLS', (mbedtls) => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const twoRequests = (tap: Tap): Promise<CRun> =>
    runClient(mbedtls, { port: tap.port, device: gateway.device, paths: ['/hello', '/large'] });

  test('every datagram doubled: each request reaches the backend once', LIMIT, async () => {
    const heard = gateway.backendRequests();
    const tap = await openTap(gateway.coapsPort, () => 2);
    const run = await twoRequests(tap).finally(() => tap.close());
    assert.equal(run.code, EXIT.ok, run.output);
    assert.equal(gateway.backendRequests(), heard + 2);
  });

  for (const [what, forge] of FORGERIES) {
    test(`${what}, forged into an established session, does not end it`, LIMIT, async () => {
      const heard = gateway.backendRequests();
      let injected = 0;
      const tap = await openTap(gateway.coapsPort, (from) => {
        const last = tap.seen.findLast((seen) => seen.from === 'client');
        if (from === 'gateway' && last !== undefined && isProtected(last.datagram)) {
          tap.inject(last.clientPort, forge(last.datagram, tap));
          injected += 1;
        }
        return 1;
      });
      const run = await twoRequests(tap).finally(() => tap.close());
      assert.equal(run.code, EXIT.ok, run.output);
      assert.ok(injected >= 2, 'forged after the Finished and after the first request at least');
      assert.deepEqual(
        run.answers.map(({ code }) => code),
        ['2.05', '2.05'],
      );
      assert.equal(gateway.backendRequests(), heard + 2);
    });
  }

  for (const [what, options, when, forge] of BEFORE_FINISHED) {
    test(`${what}, arriving before the Finished, does not end the handshake`, LIMIT, async () => {
      let hellos = 0;
      const tap = await openTap(gateway.coapsPort, (from) => {
        const last = tap.seen.at(-1);
        if (from === 'gateway' && last !== undefined && isServerHello(last.datagram)) {
          hellos += 1;
          if (hellos === when) tap.inject(last.clientPort, forge(tap));
        }
        return 1;
      });
      const run = await runClient(mbedtls, { port: tap.port, device: gateway.device, options }).finally(() =>
        tap.close(),
      );
      assert.equal(run.code, EXIT.ok, run.output);
      assert.equal(run.suites.length, when);
    });
  }

  test('a whole session played back from the same port reaches nobody', LIMIT, async () => {
    const tap = await openTap(gateway.coapsPort);
    const run = await twoRequests(tap);
    assert.equal(run.code, EXIT.ok, run.output);
    await later(300); // for the gateway's own farewell
    const heard = gateway.backendRequests();
    const recorded = tap.seen.filter(({ from }) => from === 'client');
    const before = tap.seen.length;
    for (const { clientPort, datagram } of recorded) tap.inject(clientPort, datagram);
    await later(500);
    tap.close();
    assert.equal(gateway.backendRequests(), heard);
    const answers = tap.seen.slice(before).filter(({ from }) => from === 'gateway');
    assert.deepEqual(
      answers.filter(({ datagram }) => isProtected(datagram)),
      [],
      'nothing protected is answered',
    );
  });
});

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** True when every record of the datagram is of epoch 1 or later. */
function isProtected(datagram: Buffer): boolean {
  return recordsOf(datagram).every(({ epoch }) => epoch > 0);
}

/** A record of DTLS 1.2 with a sequence number nobody has used yet. */
function record(type: number, epoch: number, fragment: Buffer): Buffer {
  const header = Buffer.from([type, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0x7f, 0xff, 0, fragment.length]);
  return Buffer.concat([header, fragment]);
}

/** The given bytes with one bit changed. */
function damaged(datagram: Buffer, at: number): Buffer {
  const copy = Buffer.from(datagram);
  copy.writeUInt8(copy.readUInt8(at) ^ 0x01, at);
  return copy;
}

/** The `index`-th datagram that the client sent. */
function fromClient(tap: Tap, index: number): Buffer {
  const seen = tap.seen.filter(({ from }) => from === 'client')[index];
  return seen?.datagram ?? Buffer.alloc(1);
}

function isServerHello(datagram: Buffer): boolean {
  return recordsOf(datagram)
    .flatMap(handshakesOf)
    .some(({ type }) => type === SERVER_HELLO);
}
