/** Mutated datagrams through the parsers of DTLS and through whole endpoints: 600,000 in all, the same each time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromHex, required } from '../../src/base/index.ts';
import { readFileSync } from 'node:fs';
import { encodeCertificate } from '../../src/dtls/message/certificate.ts';
import { NULL_CASTS } from '../support/dtls-casts.ts';
import { mutated } from '../support/dtls-mutation.ts';
import { Random } from '../support/dtls-random.ts';
import { record, type Side } from '../support/dtls-tape.ts';
import { EndpointTarget } from './targets/dtls-endpoint.ts';
import { bodiesIn, readAsEverything } from './targets/dtls-messages.ts';

const smoke = process.env['POSTERN_TEST_SCALE'] === 'smoke';
const PARSED = smoke ? 20_000 : 100_000;
const RECEIVED_EACH = smoke ? 5_000 : 32_000;

/** Runs a round so often; a failure names the seed and the round, which find it again. */
function rounds(seed: number, count: number, each: () => void): void {
  for (let round = 0; round < count; round++) {
    try {
      each();
    } catch (cause) {
      assert.fail(`seed ${seed}, round ${round}: ${String(cause instanceof Error ? cause.stack : cause)}`);
    }
  }
}

/** What our own endpoints say, and the hellos of other stacks. */
function corpus(): Uint8Array[] {
  const file = new URL('../rfc/vectors/client-hellos.json', import.meta.url);
  const hellos = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>;
  const strangers = Object.values(hellos).flat();
  const ours = Object.values(NULL_CASTS).flatMap((cast) => record(cast).map(({ datagram }) => datagram));
  return [...ours, ...strangers.map((hex) => required(fromHex(hex), 'vectors are hexadecimal'))];
}

test(`${PARSED} datagrams: parsers read, or find a fault of the peer, and write what they read`, () => {
  const random = new Random(6_347);
  const datagrams = corpus();
  const read = new Map<string, number>();
  rounds(6_347, PARSED, () => {
    const cidLength = random.chance(0.2) ? 8 : 0;
    const bodies = bodiesIn(mutated(random, random.pick(datagrams)), cidLength);
    if (random.chance(0.05)) bodies.push(CHAIN);
    for (const body of bodies) {
      const whole = random.chance(0.5) ? body : mutated(random, body);
      for (const name of readAsEverything(whole)) read.set(name, (read.get(name) ?? 0) + 1);
    }
  });
  // A generator that never makes anything that can be read has become blunt.
  assert.equal([...read.values()].filter((count) => count > 20).length, 12, JSON.stringify([...read]));
});

describe('whole endpoints never throw, account for everything, keep their limits, leave nothing behind', () => {
  const counts = new Map<string, number>();
  for (const [i, [name, cast]] of Object.entries(NULL_CASTS).entries()) {
    for (const side of ['server', 'client'] as const satisfies Side[]) {
      test(`${RECEIVED_EACH} datagrams to a ${side}: ${name}`, () => {
        const seed = 2 * i + (side === 'server' ? 0 : 1);
        const target = new EndpointTarget(cast, side, new Random(seed));
        rounds(seed, RECEIVED_EACH, () => target.step());
        rounds(seed, 1, () => target.finish());
        for (const [outcome, count] of target.counts) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
      });
    }
  }

  test('and everything that can happen did, but no assertion of ours failed', () => {
    // A taste is too short for what is rare.
    const expected = smoke ? ['established', 'deliver', 'unexpected-message', 'replayed'] : EVERY_OUTCOME;
    const missing = expected.filter((name) => !counts.has(name));
    assert.deepEqual(missing, []);
    assert.equal(counts.get('internal'), undefined);
  });
});

/** Travels in fragments elsewhere. */
const CHAIN = encodeCertificate('x509', [new Uint8Array(30).fill(0x30), new Uint8Array(20).fill(0x31)]);

/** What the generator must be able to provoke, or it has become blunt. */
const EVERY_OUTCOME = `
  transmit lookup established deliver own disown rebound close-notify peer-alert replaced idle
  evicted timeout superseded protocol-version no-common-suite illegal-parameter unexpected-message
  malformed-message unsupported-extension lookup-timeout malformed-record unknown-content-type
  wrong-version wrong-epoch unknown-connection malformed-hello hello-refused hello-fragmented
  replayed bad-record-mac unauthenticated-alert plaintext-application-data early-application-data
  early-record-overflow duplicate-message future-message reassembly-overflow contradicting-fragment
  malformed-fragment stale-ccs empty-record unknown-cid missing-cid`
  .trim()
  .split(/\s+/);
