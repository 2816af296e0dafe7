import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Source } from '../../../../src/adapters/backends/coap/source.ts';
import { Sources } from '../../../../src/adapters/backends/coap/sources.ts';
import { instant, seconds } from '../../../../src/base/index.ts';

interface FakeSource {
  readonly name: number;
  inflight: number;
  used: number;
  closed: boolean;
}

function sources(over: { sourcesMax?: number; messagesMax?: number; inflightMax?: number } = {}): {
  take: (ms: number) => number | undefined;
  takeFor: (ms: number, transfer: string, last: boolean) => number | undefined;
  opened: FakeSource[];
  close: () => void;
} {
  const opened: FakeSource[] = [];
  const pool = new Sources({
    open: () => {
      const source = { name: opened.length + 1, inflight: 0, used: 0, closed: false };
      opened.push(source);
      return { ...source, ...asSource(source) } as never;
    },
    rest: seconds(247),
    sourcesMax: 3,
    inflightMax: 100,
    messagesMax: 2,
    ...over,
  });
  const nameOf = (source: Source | undefined): number | undefined =>
    source === undefined ? undefined : (source as unknown as FakeSource).name;
  return {
    take: (ms) => nameOf(pool.take(instant(ms))),
    takeFor: (ms, transfer, last) => nameOf(pool.takeFor(instant(ms), transfer, last)),
    opened,
    close: () => pool.close(),
  };
}

const asSource = (source: FakeSource): Pick<Source, 'close'> => ({
  close: () => {
    source.closed = true;
  },
});

describe('source ports', () => {
  test('take turns when their Message IDs are used up, and rest before they are used again', () => {
    const { take } = sources();
    assert.deepEqual([take(0), take(0), take(0), take(0), take(0), take(0)], [1, 1, 2, 2, 3, 3]);
    assert.equal(take(0), undefined, 'none is rested');
    assert.equal(take(246_999), undefined);
    assert.equal(take(247_001), 1);
  });

  test('belong to one block-wise transfer, then to all again', () => {
    const { take, takeFor } = sources({ messagesMax: 100, sourcesMax: 4 });
    assert.equal(take(0), 1);
    assert.equal(takeFor(0, 'a', false), 2);
    assert.equal(takeFor(0, 'b', false), 3);
    assert.equal(takeFor(0, 'c', false), undefined, 'at most half of the ports');
    assert.equal(take(0), 1);
    assert.equal(takeFor(1, 'a', false), 2);
    assert.equal(takeFor(1, 'a', true), 2);
    assert.equal(takeFor(1, 'c', false), 4);
  });

  test('of a transfer that stopped come back after a minute', () => {
    const { takeFor } = sources({ messagesMax: 100, sourcesMax: 2 });
    assert.equal(takeFor(0, 'a', false), 1);
    assert.equal(takeFor(59_999, 'b', false), undefined);
    assert.equal(takeFor(60_001, 'b', false), 2);
  });

  test('are all closed in the end', () => {
    const { take, takeFor, opened, close } = sources({ messagesMax: 1 });
    take(0);
    take(0);
    takeFor(0, 'a', false);
    close();
    assert.deepEqual(
      opened.map(({ closed }) => closed),
      [true, true, true],
    );
  });
});
