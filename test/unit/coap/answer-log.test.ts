import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instant, seconds } from '../../../src/base/index.ts';
import {
  AnswerLog,
  emptyTrail,
  isBeyond,
  isDoubtful,
  type Recollection,
  type Trail,
} from '../../../src/coap/answer-log.ts';
import { COAP_LIMITS, type CoapLimits, messageId } from '../../../src/coap/index.ts';

/** One peer's trail, with time in seconds and answers that are one byte, many times. */
class Peer {
  readonly log: AnswerLog;
  readonly trail: Trail = emptyTrail();
  constructor(limits: Partial<CoapLimits> = {}, log?: AnswerLog) {
    this.log = log ?? new AnswerLog({ ...COAP_LIMITS, ...limits });
  }
  answers(atSeconds: number, id: number, { safe = false, length = 10 } = {}): void {
    const now = instant(1_000 * atSeconds);
    if (this.log.note(now, this.trail, messageId(id))) this.log.narrow(this.trail, messageId(id), []);
    const message = { messageId: messageId(id), safe, lifetime: seconds(247) };
    this.log.append(now, this.trail, message, new Uint8Array(length).fill(id & 0xff));
  }
  knows(atSeconds: number, id: number): Recollection {
    const now = instant(1_000 * atSeconds);
    if (isBeyond(this.trail, messageId(id))) {
      return isDoubtful(now, this.trail, messageId(id)) ? 'doubtful' : 'new';
    }
    return this.log.recall(now, this.trail, messageId(id));
  }
}

test('answers of every length come back as they were', () => {
  for (const length of [0, 1, 50, 51, 52, 110, 111, 112, 500, 1_280, 3_000]) {
    const peer = new Peer();
    peer.answers(0, 6, { length: 60 });
    peer.answers(0, 7, { length });
    assert.deepEqual(peer.knows(1, 7), new Uint8Array(length).fill(7));
    assert.deepEqual(peer.knows(1, 6), new Uint8Array(60).fill(6));
    assert.equal(peer.knows(1, 8), 'new');
    assert.equal(peer.knows(1, 5), 'new');
  }
});

test('records are forgotten after their lifetime, not before', () => {
  const peer = new Peer();
  peer.answers(0, 1);
  assert.notEqual(peer.knows(247, 1), 'new');
  assert.equal(peer.knows(247.3, 1), 'new');
  assert.equal(peer.log.expire(instant(247_000), peer.trail), false);
  assert.equal(peer.log.expire(instant(247_300), peer.trail), true);
  assert.equal(peer.log.bytes, 0);
});

test('time may start anywhere and pass 2^31 tenths of a second', () => {
  const peer = new Peer();
  const edge = 2 ** 31 / 10;
  peer.answers(edge - 100, 1);
  peer.answers(edge + 50, 2);
  assert.deepEqual(peer.knows(edge + 100, 1), new Uint8Array(10).fill(1));
  assert.equal(peer.knows(edge + 148, 1), 'new');
  assert.deepEqual(peer.knows(edge + 290, 2), new Uint8Array(10).fill(2));
});

describe('when there is no more room', () => {
  test('the oldest goes: a safe one without a trace, an unsafe one leaves doubt', () => {
    const peer = new Peer({ answersPerPeerMax: 2 });
    peer.answers(0, 1, { safe: true });
    peer.answers(0, 2);
    peer.answers(0, 3);
    assert.equal(peer.knows(1, 1), 'new');
    peer.answers(0, 4);
    assert.equal(peer.knows(1, 2), 'doubtful');
    assert.ok(peer.knows(1, 3) instanceof Uint8Array);
    assert.equal(peer.knows(248, 2), 'new');
  });

  test('long answers make way for each other; one that never fits is known, not kept', () => {
    const peer = new Peer({ answerBytesPerPeerMax: 1_024 });
    peer.answers(0, 1, { length: 500 });
    peer.answers(0, 2, { length: 500 });
    assert.equal(peer.knows(1, 1), 'doubtful');
    assert.deepEqual(peer.knows(1, 2), new Uint8Array(500).fill(2));
    peer.answers(0, 3, { length: 2_000 });
    assert.equal(peer.knows(1, 3), 'doubtful');
    assert.deepEqual(peer.knows(1, 2), new Uint8Array(500).fill(2));
  });

  test('of all peers together, a peer lets its own go, and with none of its own the newest', () => {
    const log = new AnswerLog({ ...COAP_LIMITS, answerBytesMax: 2 * 64 });
    const [a, b] = [new Peer({}, log), new Peer({}, log)];
    a.answers(0, 1);
    a.answers(0, 2);
    a.answers(0, 3);
    assert.equal(a.knows(1, 1), 'doubtful');
    assert.ok(a.knows(1, 2) instanceof Uint8Array);
    b.answers(0, 9);
    assert.equal(b.knows(1, 9), 'doubtful');
    log.forget(a.trail);
    assert.equal(log.bytes, 0);
    assert.equal(a.knows(1, 2), 'new');
  });
});

describe('a client that numbers in sequence', () => {
  test('is never in doubt, round after round, as fast as it likes', () => {
    const peer = new Peer();
    for (let i = 0; i < 200_000; i++) {
      const id = (i + 60_000) & 0xffff;
      assert.equal(peer.knows(i / 1_000, id), 'new', `message ${i}`);
      peer.answers(i / 1_000, id);
    }
  });

  test('with gaps and reordering is not in doubt either', () => {
    const peer = new Peer();
    for (let i = 0; i < 50_000; i += 2) {
      for (const k of [i + 1, i]) {
        const id = (k * 7) & 0xffff;
        assert.equal(peer.knows(i / 1_000, id), 'new', `message ${k}`);
        peer.answers(i / 1_000, id);
      }
    }
  });

  test('never has a duplicate taken for new, up to 57,000 messages later', () => {
    const peer = new Peer();
    let refused = 0;
    for (let i = 0; i < 150_000; i++) {
      peer.answers(i / 1_000, i & 0xffff);
      for (const ago of [0, 1, 63, 64, 65, 1_000, 30_000, 57_000]) {
        if (ago > i || i % 97 !== 0) continue;
        const known = peer.knows(i / 1_000, (i - ago) & 0xffff);
        assert.notEqual(known, 'new', `message ${i - ago} after ${i}`);
        if (known === 'doubtful') refused++;
      }
    }
    assert.ok(refused > 0);
  });

  test('starts again elsewhere: the old numbers stay in doubt, the new ones are not', () => {
    const peer = new Peer();
    for (let id = 0; id < 1_000; id++) peer.answers(id / 100, id);
    for (let id = 30_000; id < 32_000; id++) {
      assert.equal(peer.knows(id / 1_000, id), 'new');
      peer.answers(id / 1_000, id);
    }
    for (const id of [0, 500, 999, 30_000, 31_999]) assert.notEqual(peer.knows(33, id), 'new', `${id}`);
  });
});

test('a client that numbers at random never has a duplicate taken for new', () => {
  const peer = new Peer();
  const used: number[] = [];
  let state = 1;
  let refused = 0;
  for (let i = 0; i < 3_000; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const id = state >>> 16;
    if (peer.knows(i / 100, id) !== 'new') {
      refused++;
      continue;
    }
    assert.equal(used.includes(id), false);
    used.push(id);
    peer.answers(i / 100, id);
    for (const earlier of used) assert.notEqual(peer.knows(i / 100, earlier), 'new');
  }
  assert.ok(used.length >= 64, `${used.length} were taken, ${refused} refused`);
});
