/**
 * Every kind of device at the same time, against one running gateway on one port: their handshakes and requests are
 * interleaved, and each gets its answer from behind the gateway.
 *
 * Two are missing, because they are not to be had: raw public keys with wolfSSL (Debian's build is without them), and
 * ECDHE-PSK with gnutls-cli (3.7.9 ends with a segmentation fault there, with its own server too; libcoap's GnuTLS
 * build takes that part).
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { suiteById } from '../../../src/dtls/suite/registry.ts';
import { type Peer, peer, type PeerName } from '../../support/peers.ts';
import * as gnutls from '../gnutls/gnutls-cli.ts';
import * as libcoap from '../libcoap/coap-client.ts';
import * as openssl from '../openssl/s-client.ts';
import { type CRunOptions, outcomeOf, runClient } from '../support/c-client.ts';
import { findAnswer, get } from '../support/coap-bytes.ts';
import type { Outcome } from '../support/contract.ts';
import { type EveryDaemon, startEveryDaemon } from '../support/every-daemon.ts';
import { connect } from '../support/own-client.ts';
import { HELLO } from '../support/scene.ts';
import { handshakesSeen, openTap } from '../support/tap.ts';
import { SERVER_HELLO } from '../support/wire.ts';

type Device = {
  readonly peer: PeerName | 'ours';
  readonly credential: 'psk' | 'rpk' | 'x509';
  /** How the name of the agreed suite begins. */
  readonly suite: string;
  /** Asks GET /hello once, through this port of 127.0.0.1. */
  ask(gateway: EveryDaemon, port: number, itself: Peer): Promise<Outcome>;
};

const ROUNDS = 3;
const ECDSA = 'TLS_ECDHE_ECDSA_WITH_';
const ECDHE_PSK = 'TLS_ECDHE_PSK_WITH_';
const PSK = 'TLS_PSK_WITH_';

const DEVICES: readonly Device[] = [
  sClient('x509', ECDSA, (gateway) => shown(gateway, 'meter')),
  sClient('x509', ECDSA, (gateway) => [...shown(gateway, 'oldMeter'), '-mtu', '256']),
  sClient('psk', ECDHE_PSK, ({ known }) => [
    ...openssl.pskOptions(known.psk),
    '-cipher',
    'ECDHE-PSK-CHACHA20-POLY1305',
  ]),
  cli('rpk', ECDSA, ({ known }) => gnutls.rawKeyOptions(known.lock)),
  cli('x509', ECDSA, ({ known, keys }) => gnutls.certificateOptions(known.meter, keys.authority)),
  cli('psk', PSK, ({ known }) => [...gnutls.pskOptions(known.psk), '--priority', 'NORMAL:-KX-ALL:+PSK']),
  coapClient('coap-client-openssl', 'x509', ECDSA, certificate),
  coapClient('coap-client-openssl', 'psk', ECDHE_PSK, ({ known }) => libcoap.pskOptions(known.psk)),
  coapClient('coap-client-gnutls', 'rpk', ECDSA, ({ known }) => libcoap.rawKeyOptions(known.lock)),
  coapClient('coap-client-gnutls', 'x509', ECDSA, certificate),
  coapClient('coap-client-gnutls', 'psk', ECDHE_PSK, ({ known }) => libcoap.pskOptions(known.psk)),
  cClient('mbedtls', 'x509', `${ECDSA}AES_128_CCM_8`, (gateway) => certified(gateway, 'meter')),
  cClient('mbedtls', 'psk', ECDHE_PSK, ({ known }) => ({ device: known.psk })),
  cClient('mbedtls', 'psk', `${PSK}AES_128_CCM_8`, ({ known }) => ({
    device: known.psk,
    options: ['--suites', 'TLS-PSK-WITH-AES-128-CCM-8'],
  })),
  cClient('mbedtls-3', 'x509', `${ECDSA}AES_128_CCM_8`, (gateway) => ({
    ...certified(gateway, 'oldMeter'),
    options: ['--connection-id', 'c0ffee'],
  })),
  cClient('wolfssl', 'psk', `${ECDHE_PSK}AES_128_GCM`, ({ known }) => ({
    device: known.psk,
    options: ['--suites', 'ECDHE-PSK-AES128-GCM-SHA256'],
  })),
  cClient('wolfssl', 'psk', `${PSK}CHACHA20`, ({ known }) => ({
    device: known.psk,
    options: ['--suites', 'PSK-CHACHA20-POLY1305'],
  })),
  cClient('wolfssl', 'x509', ECDSA, (gateway) => ({
    ...certified(gateway, 'oldMeter'),
    options: ['--suites', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  })),
  {
    peer: 'ours',
    credential: 'rpk',
    suite: `${ECDSA}AES_128_CCM_8`,
    ask: async ({ known }, port) => {
      const client = await connect({ port, client: { identity: known.lock.identity() } });
      const answer = findAnswer(await client.ask(get({ path: '/hello' })));
      client.close();
      return { connected: 'suite' in client.outcome, ...(answer === undefined ? {} : { answer }) };
    },
  },
];

describe('every kind of device on one port', () => {
  let gateway: EveryDaemon;
  before(async () => {
    gateway = await startEveryDaemon();
  });
  after(() => gateway.stop());

  test(`${ROUNDS} rounds of all of them at once`, { timeout: 90_000 }, async (context) => {
    const here = DEVICES.flatMap((device) => {
      const itself = device.peer === 'ours' ? OURS : peer(device.peer);
      if (!('missing' in itself)) return [{ device, itself }];
      assert.notEqual(process.env['CI'], 'true', itself.missing);
      context.diagnostic(itself.missing);
      return [];
    });
    for (let round = 1; round <= ROUNDS; round += 1) {
      const found = await Promise.all(here.map(({ device, itself }) => asked(gateway, device, itself)));
      assert.deepEqual(
        found,
        here.map(({ device: { peer: name, credential, suite } }) => [name, credential, suite, '2.05', HELLO]),
      );
    }
    assert.equal(gateway.backendRequests(), ROUNDS * here.length);
    for (const kind of ['psk', 'rpk', 'x509'] as const) {
      const expected = ROUNDS * here.filter(({ device }) => device.credential === kind).length;
      assert.equal(await gateway.established(kind), expected, `one handshake each with ${kind}`);
    }
    assert.equal(await gateway.failed(), 0);
  });
});

/** What came of it, with as much of the suite's name as was expected if it begins so, and else the whole. */
async function asked(gateway: EveryDaemon, device: Device, itself: Peer): Promise<readonly unknown[]> {
  const tap = await openTap(gateway.coapsPort);
  try {
    const { answer } = await device.ask(gateway, tap.port, itself);
    const name = suiteIn(handshakesSeen(tap, 'gateway').find(({ type }) => type === SERVER_HELLO)?.body);
    const suite = name.startsWith(device.suite) ? device.suite : name;
    return [
      device.peer,
      device.credential,
      suite,
      answer?.code,
      answer?.payload.trim().slice(0, HELLO.length),
    ];
  } finally {
    tap.close();
  }
}

/** server_version 2 | random 32 | session_id <0..32> | cipher_suite 2 (RFC 5246 7.4.1.3) */
function suiteIn(serverHello: Buffer | undefined): string {
  if (serverHello === undefined) return 'no ServerHello';
  const id = serverHello.readUInt16BE(35 + serverHello.readUInt8(34));
  return suiteById(id)?.name ?? id.toString(16);
}

function sClient(
  credential: Device['credential'],
  suite: string,
  options: (gateway: EveryDaemon) => readonly string[],
): Device {
  const ask: Device['ask'] = async (gateway, port) =>
    (await openssl.askSClient({ port, options: options(gateway) })).outcome;
  return { peer: 'openssl', credential, suite, ask };
}

function cli(
  credential: Device['credential'],
  suite: string,
  options: (gateway: EveryDaemon) => readonly string[],
): Device {
  const ask: Device['ask'] = async (gateway, port) =>
    (await gnutls.askGnutls(port, options(gateway))).outcome;
  return { peer: 'gnutls-cli', credential, suite, ask };
}

function coapClient(
  name: 'coap-client-openssl' | 'coap-client-gnutls',
  credential: Device['credential'],
  suite: string,
  options: (gateway: EveryDaemon) => readonly string[],
): Device {
  const ask: Device['ask'] = async (gateway, port, itself) =>
    libcoap.outcomeOf(await libcoap.getWith(itself, port, options(gateway)));
  return { peer: name, credential, suite, ask };
}

function cClient(
  name: 'mbedtls' | 'mbedtls-3' | 'wolfssl',
  credential: Device['credential'],
  suite: string,
  options: (gateway: EveryDaemon) => Partial<CRunOptions>,
): Device {
  const ask: Device['ask'] = async (gateway, port, itself) =>
    outcomeOf(await runClient(itself, { port, ...options(gateway) }));
  return { peer: name, credential, suite, ask };
}

function shown({ known, keys }: EveryDaemon, who: 'meter' | 'oldMeter'): string[] {
  return openssl.certificateOptions(known[who], keys.authority);
}

function certificate({ known, keys }: EveryDaemon): string[] {
  return libcoap.certificateOptions(known.meter, keys.authority);
}

function certified({ known, keys }: EveryDaemon, who: 'meter' | 'oldMeter'): Partial<CRunOptions> {
  return { certified: { files: known[who], authority: keys.authority } };
}

/** Our own client needs nothing to be installed. */
const OURS: Peer = { name: 'openssl', version: '', command: '' };
