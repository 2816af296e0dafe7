/** Threat K01: what a clock says to somebody who tries identities. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret, utf8 } from '../../src/base/index.ts';
import type { CredentialAnswer } from '../../src/dtls/index.ts';
import { feed, lookupIn, START, writeScript } from '../support/dtls-script.ts';
import { serverIn } from '../support/dtls-states.ts';

const script = writeScript();
const ROUNDS = 300;
/** Of a normal distribution: chance goes beyond it once in a thousand tries, three times running once in 10^9. */
const Z_MAX = 3.3;
const TRIES = 3;

const KNOWN: CredentialAnswer = { kind: 'psk', key: new Secret(utf8('not the real key')), credential: 'c-1' };
const UNKNOWN: CredentialAnswer = { kind: 'unknown' };

/** From the identity to the end of what its Finished causes, in milliseconds. */
function timeOf(answer: CredentialAnswer): number {
  const { endpoint } = serverIn('expect-client-key-exchange', script);
  const begun = performance.now();
  const id = lookupIn(feed(endpoint, script.keyExchange));
  endpoint.resolve(START, id, answer);
  feed(endpoint, script.clientChange);
  feed(endpoint, script.clientFinished);
  return performance.now() - begun;
}

/** Mann and Whitney's U as a standard normal: 0 when neither sample tends to be larger. */
function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, mine: true })), ...b.map((value) => ({ value, mine: false }))];
  all.sort((x, y) => x.value - y.value);
  let ranks = 0;
  for (let at = 0; at < all.length; ) {
    let end = at;
    while (end < all.length && all[end]?.value === all[at]?.value) end++;
    const rank = (at + 1 + end) / 2; // of ties, the mean
    for (; at < end; at++) if (all[at]?.mine === true) ranks += rank;
  }
  const [n, m] = [a.length, b.length];
  return (ranks - (n * (n + m + 1)) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

/** Alternating, so that the machine's moods meet both alike. */
function compare(one: () => number, other: () => number): number {
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = round % 2 === 0 ? ([one, other] as const) : ([other, one] as const);
    const [x, y] = [first(), second()];
    a.push(round % 2 === 0 ? x : y);
    b.push(round % 2 === 0 ? y : x);
  }
  return mannWhitney(a, b);
}

test('K01: an unknown identity and a wrong key take the same time (Mann-Whitney, p > 0.001)', (context) => {
  compare(
    () => timeOf(KNOWN),
    () => timeOf(UNKNOWN),
  ); // warm
  const tries: number[] = [];
  while (tries.length < TRIES && tries.every((z) => Math.abs(z) >= Z_MAX))
    tries.push(
      compare(
        () => timeOf(KNOWN),
        () => timeOf(UNKNOWN),
      ),
    );
  context.diagnostic(`z = ${tries.map((z) => z.toFixed(2)).join(', ')}`);
  assert.ok(Math.abs(tries.at(-1) as number) < Z_MAX, `z = ${tries.join(', ')}`);
});

test('K01: the same measure tells a difference of a tenth', () => {
  const longer = (): number => timeOf(KNOWN) * 1.1;
  const tries = [1, 2, 3].map(() => compare(longer, () => timeOf(KNOWN)));
  assert.ok(
    tries.some((z) => z > Z_MAX),
    `z = ${tries.join(', ')}`,
  );
});
