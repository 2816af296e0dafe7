import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { wallTime } from '../../../src/base/index.ts';
import { Agenda } from '../../../src/trust/agenda.ts';

test('entries come up in the order of their time, and not before', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(60), (times, now) => {
      const agenda = new Agenda<number>();
      for (const at of times) agenda.enter(wallTime(at), at);
      const due: number[] = [];
      for (let at = agenda.takeDue(wallTime(now)); at !== undefined; at = agenda.takeDue(wallTime(now)))
        due.push(at);
      const sorted = times.toSorted((a, b) => a - b);
      assert.deepEqual(
        due,
        sorted.filter((at) => at <= now),
      );
      assert.equal(
        agenda.next(),
        sorted.find((at) => at > now),
      );
    }),
    { numRuns: 300, seed: 3 },
  );
});
