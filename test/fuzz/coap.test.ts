/** Mutated datagrams through the CoAP decoder and a whole endpoint: 400,000 in all, the same each time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTarget } from './targets/coap-decode.ts';
import { EndpointTarget } from './targets/coap-endpoint.ts';
import { mutants, randomFrom } from './targets/coap-mutants.ts';

/** Runs `count` mutants of `seed`; a failure names the seed and the round, which find it again. */
function run(seed: number, count: number, each: (datagram: Uint8Array) => void): void {
  const next = mutants(randomFrom(seed));
  for (let round = 0; round < count; round++) {
    const datagram = next();
    try {
      each(datagram);
    } catch (cause) {
      assert.fail(`seed ${seed}, round ${round}: ${String(cause instanceof Error ? cause.stack : cause)}`);
    }
  }
}

test('100,000 datagrams: the decoder agrees with a second reading of RFC 7252, and with the encoder', () => {
  const outcomes = new Set<string>();
  run(7_252, 100_000, (datagram) => outcomes.add(decodeTarget(datagram)));
  assert.deepEqual([...outcomes].toSorted(), [
    'ACK',
    'CON',
    'NON',
    'RST',
    'malformed',
    'too-short',
    'unknown-version',
  ]);
});

test('300,000 datagrams: the endpoint never throws, accounts for each, keeps its limits, leaves nothing behind', () => {
  const counts = new Map<string, number>();
  for (const seed of [1, 2, 3]) {
    const target = new EndpointTarget(randomFrom(seed + 1_000));
    run(seed, 100_000, (datagram) => target.step(datagram));
    target.finish();
    for (const [name, count] of target.counts) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  for (const name of EVERY_OUTCOME) assert.ok((counts.get(name) ?? 0) > 0, `${name} never happened`);
});

/** What the generator must be able to provoke, or it has become blunt. */
const EVERY_OUTCOME = [
  'send',
  'request',
  'response',
  'failed',
  'abandoned',
  'too-short',
  'unknown-version',
  'malformed',
  'reserved-code',
  'too-many-options',
  'bad-option',
  'unknown-method',
  'ping',
  'duplicate',
  'possible-duplicate',
  'too-many-exchanges',
  'rate-limited',
  'unexpected-ack',
  'unexpected-reset',
  'unexpected-response',
  'token-mismatch',
];
