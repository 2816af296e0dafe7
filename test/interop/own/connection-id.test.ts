/** Connection IDs over real sockets: a client of ours whose port changes in the middle of a session (RFC 9146). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClientSettings } from '../../../src/dtls/index.ts';
import { findAnswer, get } from '../support/coap-bytes.ts';
import { LIMIT } from '../support/contract.ts';
import { endsDuring, type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import { connect, type OwnClient, pskOf } from '../support/own-client.ts';
import { openTap } from '../support/tap.ts';
import { TLS12_CID } from '../support/wire.ts';

/** It wants no connection ID for what it receives, but takes part. */
const TAKES_PART = { connectionId: { prefix: new Uint8Array(0), randomBytes: 0 } };

let gateway: EveryGateway;
before(async () => {
  gateway = await startEveryGateway();
});
after(() => gateway.stop());

const KINDS: readonly (readonly [string, () => ClientSettings])[] = [
  ['a PSK', () => pskOf(gateway.known.psk)],
  ['a raw public key', () => ({ identity: gateway.known.lock.identity() })],
  ['a certificate', () => ({ identity: gateway.known.meter.identity() })],
];

async function hello(client: OwnClient, messageId: number): Promise<string | undefined> {
  return findAnswer(await client.ask(get({ path: '/hello', messageId })))?.code;
}

for (const [what, settings] of KINDS) {
  test(`with ${what}: three ports, one handshake, every answer`, LIMIT, async (context) => {
    const moves = gateway.moves();
    const [ends, client] = await endsDuring(gateway, async () => {
      const client = await connect({ port: gateway.coapsPort, client: settings(), settings: TAKES_PART });
      context.after(() => client.close());
      assert.equal(await hello(client, 1), '2.05');
      for (const messageId of [2, 3]) {
        await client.move();
        assert.equal(await hello(client, messageId), '2.05');
      }
      return client;
    });
    assert.ok('suite' in client.outcome);
    assert.deepEqual(
      ends.map(({ end }) => end),
      ['established'],
    );
    assert.equal(gateway.moves(), moves + 2);
  });
}

test('without a connection ID a new port is nobody', LIMIT, async (context) => {
  const client = await connect({ port: gateway.coapsPort, client: pskOf(gateway.known.psk) });
  context.after(() => client.close());
  assert.equal(await hello(client, 1), '2.05');
  await client.move();
  const silence = new Promise<string>((resolve) => setTimeout(resolve, 500, 'silence'));
  assert.equal(await Promise.race([hello(client, 2), silence]), 'silence');
});

test('a record that somebody plays back from elsewhere moves nobody', LIMIT, async (context) => {
  const tap = await openTap(gateway.coapsPort);
  context.after(() => tap.close());
  const client = await connect({ port: tap.port, client: pskOf(gateway.known.psk), settings: TAKES_PART });
  context.after(() => client.close());
  assert.equal(await hello(client, 1), '2.05');
  const protectedOnes = tap.seen.filter(
    ({ from, datagram }) => from === 'client' && datagram[0] === TLS12_CID,
  );
  assert.ok(protectedOnes.length > 0, 'the client writes our connection ID');
  const [moves, requests] = [gateway.moves(), gateway.backendRequests()];
  const elsewhere = await openTap(gateway.coapsPort);
  context.after(() => elsewhere.close());
  for (const { datagram } of protectedOnes) elsewhere.send(datagram);
  assert.equal(await hello(client, 2), '2.05');
  assert.equal(gateway.moves(), moves);
  assert.equal(gateway.backendRequests(), requests + 1);
  assert.ok(
    elsewhere.seen.every(({ from }) => from === 'client'),
    'and nobody answers there',
  );
});
