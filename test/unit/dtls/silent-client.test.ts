import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Path, path, seconds, utf8 } from '../../../src/base/index.ts';
import {
  type CredentialAnswer,
  type DtlsEndpoint,
  type Effect,
  type Effects,
} from '../../../src/dtls/index.ts';
import { DEVICE, DtlsPair, SERVER_PATH } from '../../support/dtls-pair.ts';
import { selfSigned } from '../../support/identities.ts';

const gateway = selfSigned('gateway');
const meter = selfSigned('meter');
const both = { psk: { ...DEVICE, identity: utf8('has-none') }, identity: meter };

/** Hands over between a client at an address and the server until all is quiet; what the server did. */
function converse(
  server: DtlsEndpoint,
  client: DtlsEndpoint,
  from: Path,
  pair: DtlsPair,
  hears = 99,
): Effects {
  const done: Effect[] = [];
  const queue = client
    .connect(pair.now, SERVER_PATH, both)
    .effects.map((effect) => ({ by: 'client', effect }));
  let heard = 0;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { by, effect } = next;
    if (by === 'server') done.push(effect);
    let caused: Effects = [];
    if (effect.kind === 'lookup') {
      const accepted: CredentialAnswer = { kind: 'accepted', credential: 'c-2' };
      caused = (by === 'server' ? server : client).resolve(pair.now, effect.id, accepted);
      queue.push(...caused.map((one) => ({ by, effect: one })));
    } else if (effect.kind === 'transmit' && by === 'client') {
      caused = server.receive(pair.now, from, effect.datagram.slice());
      queue.push(...caused.map((one) => ({ by: 'server', effect: one })));
    } else if (effect.kind === 'transmit' && heard++ < hears) {
      caused = client.receive(pair.now, SERVER_PATH, effect.datagram.slice());
      queue.push(...caused.map((one) => ({ by: 'client', effect: one })));
    }
  }
  return done;
}

const asked = (effects: Effects) => effects.find((effect) => effect.kind === 'lookup')?.ask.kind;

test('a client that falls silent when asked for its PSK is asked for a certificate at its next port', () => {
  const pair = new DtlsPair({ server: { identity: gateway } });
  const at = (port: number) => path(0, '192.0.2.7', port);
  // It hears the HelloVerifyRequest and no more.
  converse(pair.server, pair.client, at(40_001), pair, 1);
  for (const wait of [1, 2]) {
    pair.advance(seconds(wait));
    pair.server.timeout(pair.now);
  }
  const again = converse(pair.server, new DtlsPair({ seed: 9 }).client, at(40_002), pair);
  assert.equal(asked(again), 'x509');
});

test('a single loss is no silence: the next client of the address is asked for its PSK as ever', () => {
  const pair = new DtlsPair({ server: { identity: gateway } });
  converse(pair.server, pair.client, path(0, '192.0.2.7', 40_001), pair, 1);
  pair.advance(seconds(1));
  pair.server.timeout(pair.now);
  const again = converse(pair.server, new DtlsPair({ seed: 9 }).client, path(0, '192.0.2.7', 40_002), pair);
  assert.equal(asked(again), 'psk');
});

test('a client that begins anew from the same port has refused what it was asked for', () => {
  const pair = new DtlsPair({ server: { identity: gateway } });
  const at = path(0, '192.0.2.7', 40_001);
  converse(pair.server, pair.client, at, pair, 1);
  const again = converse(pair.server, new DtlsPair({ seed: 9 }).client, at, pair);
  assert.equal(asked(again), 'x509');
});
