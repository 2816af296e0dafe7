/**
 * Every kind of device at the same time, against one running gateway on one port: their handshakes and requests are
 * interleaved, each gets its answer, and each is taken for who it is.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Peer, peer, type PeerName } from '../../support/peers.ts';
import * as gnutls from '../gnutls/gnutls-cli.ts';
import * as libcoap from '../libcoap/coap-client.ts';
import * as openssl from '../openssl/s-client.ts';
import { outcomeOf, runClient } from '../support/c-client.ts';
import { findAnswer, get } from '../support/coap-bytes.ts';
import type { Outcome } from '../support/contract.ts';
import { type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import { connect } from '../support/own-client.ts';

type Device = {
  readonly peer: PeerName | 'ours';
  /** With what it proves itself, in the words of the gateway. */
  readonly credential: 'psk' | 'lock' | 'meter' | 'oldMeter';
  /** What the suite's name contains. */
  readonly suite: string;
  ask(gateway: EveryGateway, itself: Peer): Promise<Outcome>;
};

const ECDSA = 'TLS_ECDHE_ECDSA';
const DEVICES: readonly Device[] = [
  {
    peer: 'openssl',
    credential: 'meter',
    suite: ECDSA,
    ask: (gateway) => sClient(gateway, shown(gateway, 'meter')),
  },
  {
    peer: 'openssl',
    credential: 'oldMeter',
    suite: ECDSA,
    ask: (gateway) => sClient(gateway, [...shown(gateway, 'oldMeter'), '-mtu', '256']),
  },
  {
    peer: 'openssl',
    credential: 'psk',
    suite: 'TLS_ECDHE_PSK_WITH_CHACHA20',
    ask: (gateway) => {
      const options = [...openssl.pskOptions(gateway.known.psk), '-cipher', 'ECDHE-PSK-CHACHA20-POLY1305'];
      return sClient(gateway, options);
    },
  },
  {
    peer: 'gnutls-cli',
    credential: 'lock',
    suite: ECDSA,
    ask: (gateway) => cli(gateway, gnutls.rawKeyOptions(gateway.known.lock)),
  },
  {
    peer: 'gnutls-cli',
    credential: 'meter',
    suite: ECDSA,
    ask: (gateway) => cli(gateway, gnutls.certificateOptions(gateway.known.meter, gateway.keys.authority)),
  },
  {
    peer: 'gnutls-cli',
    credential: 'psk',
    suite: 'TLS_PSK_WITH_',
    ask: (gateway) => cli(gateway, [...gnutls.pskOptions(gateway.known.psk), '--priority', 'NORMAL:+PSK']),
  },
  {
    peer: 'coap-client-openssl',
    credential: 'meter',
    suite: ECDSA,
    ask: (gateway, itself) =>
      coapClient(gateway, itself, libcoap.certificateOptions(gateway.known.meter, gateway.keys.authority)),
  },
  {
    peer: 'coap-client-gnutls',
    credential: 'lock',
    suite: ECDSA,
    ask: (gateway, itself) => coapClient(gateway, itself, libcoap.rawKeyOptions(gateway.known.lock)),
  },
  {
    peer: 'coap-client-gnutls',
    credential: 'psk',
    suite: 'TLS_PSK_WITH_',
    ask: (gateway, itself) => coapClient(gateway, itself, libcoap.pskOptions(gateway.known.psk)),
  },
  {
    peer: 'mbedtls',
    credential: 'meter',
    suite: `${ECDSA}_WITH_AES_128_CCM_8`,
    ask: async ({ coapsPort: port, known, keys: { authority } }, itself) =>
      outcomeOf(await runClient(itself, { port, certified: { files: known.meter, authority } })),
  },
  {
    peer: 'mbedtls',
    credential: 'psk',
    suite: 'TLS_PSK_WITH_AES_128_CCM_8',
    ask: async ({ coapsPort: port, known }, itself) =>
      outcomeOf(await runClient(itself, { port, device: known.psk })),
  },
  {
    peer: 'wolfssl',
    credential: 'psk',
    suite: 'TLS_ECDHE_PSK_WITH_AES_128_GCM',
    ask: async ({ coapsPort: port, known }, itself) => {
      const options = ['--suites', 'ECDHE-PSK-AES128-GCM-SHA256'];
      return outcomeOf(await runClient(itself, { port, device: known.psk, options }));
    },
  },
  {
    peer: 'wolfssl',
    credential: 'oldMeter',
    suite: ECDSA,
    ask: async ({ coapsPort: port, known, keys: { authority } }, itself) => {
      const options = ['--suites', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
      return outcomeOf(
        await runClient(itself, { port, certified: { files: known.oldMeter, authority }, options }),
      );
    },
  },
  {
    peer: 'ours',
    credential: 'lock',
    suite: `${ECDSA}_WITH_AES_128_CCM_8`,
    ask: async ({ coapsPort: port, known }) => {
      const client = await connect({ port, client: { identity: known.lock.identity() } });
      const answer = findAnswer(await client.ask(get({ path: '/hello' })));
      client.close();
      return { connected: 'suite' in client.outcome, ...(answer === undefined ? {} : { answer }) };
    },
  },
];

describe('every kind of device on one port', () => {
  let gateway: EveryGateway;
  before(async () => {
    gateway = await startEveryGateway();
  });
  after(() => gateway.stop());

  test('three rounds of all of them at once', { timeout: 60_000 }, async (context) => {
    const here = DEVICES.flatMap((device) => {
      const itself = device.peer === 'ours' ? OURS : peer(device.peer);
      if (!('missing' in itself)) return [{ device, itself }];
      assert.notEqual(process.env['CI'], 'true', itself.missing);
      context.diagnostic(itself.missing);
      return [];
    });
    for (let round = 1; round <= ROUNDS; round += 1) {
      const outcomes = await Promise.all(here.map(({ device, itself }) => device.ask(gateway, itself)));
      for (const [index, { connected, answer }] of outcomes.entries()) {
        const who = `${here[index]?.device.peer} as ${here[index]?.device.credential}`;
        assert.deepEqual([who, connected, answer?.code], [who, true, '2.05']);
      }
    }
    assert.equal(gateway.backendRequests(), ROUNDS * here.length);
    const expected = here.map(({ device: { credential, suite } }) => `${credential} ${suite}`);
    for (const end of gateway.handshakes()) {
      assert.equal(end.end, 'established');
      const match =
        'suite' in end && expected.some((one) => `${end.credential} ${end.suite}`.startsWith(one));
      assert.ok(match, JSON.stringify(end));
    }
    assert.equal(gateway.handshakes().length, ROUNDS * here.length, 'one handshake each');
  });
});

async function sClient({ coapsPort: port }: EveryGateway, options: readonly string[]): Promise<Outcome> {
  return (await openssl.askSClient({ port, options })).outcome;
}

function shown({ known, keys }: EveryGateway, who: 'meter' | 'oldMeter'): string[] {
  return openssl.certificateOptions(known[who], keys.authority);
}

async function cli({ coapsPort }: EveryGateway, options: readonly string[]): Promise<Outcome> {
  return (await gnutls.askGnutls(coapsPort, options)).outcome;
}

async function coapClient(
  { coapsPort }: EveryGateway,
  itself: Peer,
  credential: readonly string[],
): Promise<Outcome> {
  return libcoap.outcomeOf(await libcoap.getWith(itself, coapsPort, credential));
}

const ROUNDS = 3;
/** Our own client needs nothing to be installed. */
const OURS: Peer = { name: 'openssl', version: '', command: '' };
