import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../../../src/base/index.ts';
import { dtlsLimits } from '../../../../src/dtls/limits.ts';
import { bodyOf, type Fragment } from '../../../../src/dtls/message/handshake.ts';
import {
  addFragment,
  forgetPartials,
  reassembly,
  takeMessage,
  takeWhole,
} from '../../../../src/dtls/v12/reassembly.ts';
import { Random } from '../../../support/dtls-random.ts';

const LIMITS = dtlsLimits();

function piece(body: Uint8Array, from: number, to: number, changes: Partial<Fragment> = {}): Fragment {
  const bytes = body.slice(from, to);
  return { type: 1, messageSeq: 0, length: body.length, offset: from, bytes, ...changes };
}

const BODY = Uint8Array.from({ length: 40 }, (_, i) => i);

describe('reassembly', () => {
  /** Every way to cut 6 bytes into fragments, in every order that a mask of orders yields. */
  test('every cut of a small message, forwards, backwards and from the middle, gives the message', () => {
    const body = BODY.subarray(0, 6);
    for (let cuts = 0; cuts < 32; cuts++) {
      const edges = [0, ...[1, 2, 3, 4, 5].filter((at) => cuts & (1 << (at - 1))), 6];
      const pieces = edges.slice(1).map((to, i) => piece(body, edges[i] as number, to));
      const middle = pieces.length >> 1;
      for (const order of [
        pieces,
        pieces.toReversed(),
        [...pieces.slice(middle), ...pieces.slice(0, middle)],
      ]) {
        const state = reassembly(0);
        for (const [i, fragment] of order.entries()) {
          assert.equal(takeMessage(state), undefined);
          assert.equal(addFragment(state, fragment, LIMITS), undefined, `cut ${cuts}, piece ${i}`);
        }
        assert.equal(toHex(bodyOf(takeMessage(state)?.raw as Uint8Array)), toHex(body));
        assert.equal(state.bytes, 0);
      }
    }
  });

  test('random overlapping pieces agree with a naive mask of bytes', () => {
    const random = new Random(11);
    for (let round = 0; round < 300; round++) {
      const state = reassembly(0);
      const mask = new Set<number>();
      for (let message = undefined; message === undefined; message = takeMessage(state)) {
        const from = random.below(BODY.length);
        const to = from + 1 + random.below(Math.min(12, BODY.length - from));
        assert.equal(addFragment(state, piece(BODY, from, to), LIMITS), undefined);
        for (let i = from; i < to; i++) mask.add(i);
        if (mask.size < BODY.length) assert.equal(takeMessage(state), undefined);
        else {
          assert.equal(toHex(bodyOf(takeMessage(state)?.raw as Uint8Array)), toHex(BODY));
          break;
        }
      }
      assert.equal(mask.size, BODY.length);
    }
  });

  test('messages come out in the order of their numbers, whatever order they came in', () => {
    const state = reassembly(5);
    for (const messageSeq of [7, 5, 6]) {
      assert.equal(addFragment(state, piece(BODY, 0, 40, { messageSeq }), LIMITS), undefined);
    }
    assert.deepEqual(
      [takeMessage(state), takeMessage(state), takeMessage(state), takeMessage(state)].map(
        (message) => message?.messageSeq,
      ),
      [5, 6, 7, undefined],
    );
  });

  test('a raw message is as if it had come in one piece (RFC 6347 4.2.6)', () => {
    const state = reassembly(0);
    addFragment(state, piece(BODY, 20, 40), LIMITS);
    addFragment(state, piece(BODY, 0, 20), LIMITS);
    const whole = takeWhole(reassembly(0), piece(BODY, 0, 40), LIMITS);
    assert.equal(toHex(takeMessage(state)?.raw as Uint8Array), toHex(whole?.raw as Uint8Array));
  });

  test('an empty message needs no bytes, an empty piece of another is refused', () => {
    const state = reassembly(0);
    assert.equal(addFragment(state, piece(new Uint8Array(0), 0, 0, { messageSeq: 1 }), LIMITS), undefined);
    assert.equal(addFragment(state, piece(BODY, 3, 3), LIMITS), 'malformed-fragment');
    assert.equal(addFragment(state, piece(new Uint8Array(0), 0, 0), LIMITS), undefined);
    assert.equal(takeMessage(state)?.messageSeq, 0);
    assert.equal(takeMessage(state)?.messageSeq, 1);
  });

  test('what contradicts itself is refused, and the first bytes stay', () => {
    const state = reassembly(0);
    addFragment(state, piece(BODY, 0, 10), LIMITS);
    const other = BODY.map((byte) => byte ^ 0xff);
    const refused: Fragment[] = [
      piece(other, 5, 15),
      piece(other, 9, 10),
      piece(BODY, 10, 20, { type: 2 }),
      piece(BODY.subarray(0, 39), 10, 20),
    ];
    for (const fragment of refused)
      assert.equal(addFragment(state, fragment, LIMITS), 'contradicting-fragment');
    addFragment(state, piece(BODY, 10, 40), LIMITS);
    assert.equal(toHex(bodyOf(takeMessage(state)?.raw as Uint8Array)), toHex(BODY));
  });

  test('numbers before the next and far beyond it are refused', () => {
    const state = reassembly(3);
    assert.equal(addFragment(state, piece(BODY, 0, 40, { messageSeq: 2 }), LIMITS), 'duplicate-message');
    const ahead = LIMITS.messagesAheadMax;
    assert.equal(addFragment(state, piece(BODY, 0, 40, { messageSeq: 3 + ahead }), LIMITS), 'future-message');
    assert.equal(addFragment(state, piece(BODY, 0, 40, { messageSeq: 2 + ahead }), LIMITS), undefined);
  });

  test('bytes are counted by what is claimed, against both bounds', () => {
    const limits = dtlsLimits({ messageBytesMax: 100, reassemblyBytesMax: 250 });
    const state = reassembly(0);
    const claims = (messageSeq: number, length: number): Fragment => ({
      type: 1,
      messageSeq,
      length,
      offset: 0,
      bytes: Uint8Array.of(1),
    });
    assert.equal(addFragment(state, claims(0, 101), limits), 'reassembly-overflow');
    assert.equal(addFragment(state, claims(0, 0xff_ffff), limits), 'reassembly-overflow');
    assert.equal(addFragment(state, claims(0, 100), limits), undefined);
    assert.equal(addFragment(state, claims(1, 100), limits), undefined);
    assert.equal(addFragment(state, claims(2, 51), limits), 'reassembly-overflow');
    assert.equal(addFragment(state, claims(2, 50), limits), undefined);
    assert.equal(state.bytes, 250);
    assert.equal(takeWhole(reassembly(0), piece(new Uint8Array(101), 0, 101), limits), undefined);
  });

  test('scattered single bytes end at the bound on ranges, and are not forgotten', () => {
    const limits = dtlsLimits({ fragmentRangesMax: 3 });
    const state = reassembly(0);
    for (const at of [0, 2, 4]) assert.equal(addFragment(state, piece(BODY, at, at + 1), limits), undefined);
    assert.equal(addFragment(state, piece(BODY, 6, 7), limits), 'reassembly-overflow');
    assert.equal(addFragment(state, piece(BODY, 1, 40), limits), undefined);
    assert.equal(toHex(bodyOf(takeMessage(state)?.raw as Uint8Array)), toHex(BODY));
  });

  test('nothing changes on a refusal', () => {
    const state = reassembly(1);
    addFragment(state, piece(BODY, 0, 10, { messageSeq: 1 }), LIMITS);
    const before = JSON.stringify(state);
    for (const fragment of [
      piece(BODY, 0, 10, { messageSeq: 0 }),
      piece(BODY, 0, 10, { messageSeq: 99 }),
      piece(BODY, 5, 5, { messageSeq: 1 }),
      piece(BODY, 0, 10, { messageSeq: 1, type: 9 }),
      piece(BODY, 0, 10, { messageSeq: 2, length: 1_000_000 }),
    ]) {
      assert.notEqual(addFragment(state, fragment, LIMITS), undefined);
      assert.equal(JSON.stringify(state), before);
    }
  });

  test('takeWhole leaves to addFragment what is not in turn, not whole, or already begun', () => {
    assert.equal(takeWhole(reassembly(1), piece(BODY, 0, 40), LIMITS), undefined);
    assert.equal(takeWhole(reassembly(0), piece(BODY, 0, 39), LIMITS), undefined);
    const begun = reassembly(0);
    addFragment(begun, piece(BODY, 0, 1), LIMITS);
    assert.equal(takeWhole(begun, piece(BODY, 0, 40), LIMITS), undefined);
  });

  test('what is forgotten is forgotten, and its room is free', () => {
    const state = reassembly(0);
    addFragment(state, piece(BODY, 0, 20), LIMITS);
    forgetPartials(state);
    assert.equal(state.bytes, 0);
    addFragment(state, piece(BODY, 20, 40), LIMITS);
    assert.equal(takeMessage(state), undefined);
  });
});
