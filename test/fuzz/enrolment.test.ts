/** Mutated tags through the NDEF and CBOR decoders: 60,000, the same each time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, EMPTY, fromHex, utf8 } from '../../src/base/index.ts';
import { encodeEnrolmentMessage, ENROLMENT_FAULTS, ENROLMENT_MEDIA_TYPE } from '../../src/enrolment/index.ts';
import { encodeNdef } from '../../src/enrolment/ndef.ts';
import { uriRecord } from '../../src/enrolment/uri-record.ts';
import { randomFrom } from './targets/coap-mutants.ts';
import { enrolmentTarget } from './targets/ndef-decode.ts';

const SEED = 14_443;
const ROUNDS = 60_000;

test('60,000 tags: read as the specification is read a second time, and each fault is one of the list', () => {
  const random = randomFrom(SEED);
  const outcomes = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const tag = mutant(random);
    try {
      outcomes.add(enrolmentTarget(tag));
    } catch (cause) {
      assert.fail(`seed ${SEED}, round ${round}: ${String(cause instanceof Error ? cause.stack : cause)}`);
    }
  }
  const possible = new Set(['psk', 'claim', 'rpk', ...Object.keys(ENROLMENT_FAULTS)]);
  for (const outcome of outcomes) assert.ok(possible.has(outcome), outcome);
  for (const outcome of possible) {
    if (!RARE.has(outcome)) assert.ok(outcomes.has(outcome), `${outcome} never happened`);
  }
});

function mutant(random: () => number): Uint8Array {
  const below = (limit: number): number => random() % limit;
  let bytes = Uint8Array.from(CORPUS[below(CORPUS.length)] as Uint8Array);
  for (let damage = below(4); damage > 0; damage--) {
    const at = below(bytes.length + 1);
    switch (below(5)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << below(8);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = below(256);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = Uint8Array.from(
          concat(bytes.subarray(0, at), new Uint8Array([below(256)]), bytes.subarray(at)),
        );
        break;
      case 4:
        bytes = Uint8Array.from(concat(bytes.subarray(0, at), CORPUS[below(CORPUS.length)] as Uint8Array));
        break;
    }
  }
  return bytes;
}

const ANYWHERE = { gateway: null, gatewayKey: null } as const;
const KEY = new Uint8Array(16).map((_, index) => index);
const CORPUS: readonly Uint8Array[] = [
  encodeEnrolmentMessage({ kind: 'psk', device: 'a', ...ANYWHERE, identity: utf8('a'), key: KEY }),
  encodeEnrolmentMessage({ kind: 'claim', device: 'lock-1', code: '7KQD-2M9X-RT4B', ...ANYWHERE }),
  encodeEnrolmentMessage({ kind: 'rpk', device: null, publicKey: KEY, ...ANYWHERE }),
  fromHex('c2030000012c612f62'.concat('5a'.repeat(300))) ?? KEY,
  fromHex('900000100000100000500000') ?? KEY,
  encodeNdef([
    { format: 'media', type: ENROLMENT_MEDIA_TYPE, id: EMPTY, payload: new Uint8Array([0x80]) },
    uriRecord('coaps://a'),
  ]),
];
/** What takes more than damage to a few bytes. */
const RARE: ReadonlySet<string> = new Set(['too-large', 'too-many-records', 'two-enrolments']);
