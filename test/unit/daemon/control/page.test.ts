import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { byKey, type Page, pageOf } from '../../../../src/daemon/control/queries/index.ts';

const self = (text: string): string => text;

describe('pages of a list', () => {
  test('together give every item once, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (items, limit) => {
          const sorted = items.filter((item) => item.isWellFormed()).toSorted(byKey(self));
          const seen: string[] = [];
          let cursor: string | null = null;
          do {
            const page: Page<string> | undefined = pageOf(sorted, self, { limit, cursor });
            assert.ok(page !== undefined && page.items.length <= limit);
            seen.push(...page.items);
            cursor = page.next;
          } while (cursor !== null);
          assert.deepEqual(seen, sorted);
        },
      ),
    );
  });

  test('what comes and goes in between neither repeats nor skips the others', () => {
    const first = pageOf(['b', 'd', 'f', 'h'], self, { limit: 2, cursor: null });
    assert.deepEqual(first?.items, ['b', 'd']);
    const second = pageOf(['a', 'c', 'f', 'g', 'h'], self, { limit: 2, cursor: first?.next ?? null });
    assert.deepEqual(second?.items, ['f', 'g'], 'd is gone, a and c came before it');
  });

  test('a cursor that is none', () => {
    for (const cursor of ['', 'x', 'zz', '0', 'ff'])
      assert.equal(pageOf(['a'], self, { limit: 1, cursor }), undefined);
  });
});
