import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, seconds } from '../../../src/base/index.ts';
import { MessageIds } from '../../../src/coap/message-ids.ts';

const LIFETIME = seconds(247);

test('in sequence from a random start, around the end', () => {
  const ids = new MessageIds(0xabcd_fffe);
  const given = [0, 1, 2].map(() => ids.allocate(instant(0), LIFETIME));
  assert.deepEqual(given, [0xfffe, 0xffff, 0]);
});

for (const start of [0, 1, 1_000, 1_023, 1_024, 65_535]) {
  test(`started at ${start}: none twice within the lifetime, all but 1,024 of them used`, () => {
    const ids = new MessageIds(start);
    const given = new Set<number>();
    let now = 0;
    for (;;) {
      const id = ids.allocate(instant(now), LIFETIME);
      if (id === undefined) break;
      assert.equal(given.has(id), false, `${id} twice`);
      given.add(id);
      now++;
    }
    assert.ok(given.size > 65_536 - 1_024, `${given.size} were given`);
    assert.equal(ids.allocate(instant(now + 1), LIFETIME), undefined);
    // The first block (or what was left of it) was used up before `now` had reached 1,024.
    assert.equal(typeof ids.allocate(instant(247_000 + 2_048), LIFETIME), 'number');
  });
}

test('two rounds at the permitted rate never repeat an ID within the lifetime', () => {
  const ids = new MessageIds(0x1234);
  const usedAt = new Map<number, number>();
  for (let i = 0; i < 140_000; i++) {
    const now = i * 4;
    const id = ids.allocate(instant(now), LIFETIME);
    assert.ok(id !== undefined, `refused at ${i}`);
    const before = usedAt.get(id);
    assert.ok(before === undefined || now - before >= LIFETIME);
    usedAt.set(id, now);
  }
});

test('is at rest when nothing was given out for a lifetime', () => {
  const ids = new MessageIds(1);
  assert.equal(ids.isIdle(instant(0), LIFETIME), true);
  ids.allocate(instant(0), LIFETIME);
  assert.equal(ids.isIdle(instant(246_999), LIFETIME), false);
  assert.equal(ids.isIdle(instant(247_000), LIFETIME), true);
});
