/**
 * Project Wycheproof's test vectors: fetched once by fetch.sh, read from where it puts them.
 *
 * Where they cannot be had, the suites are skips that say why; with CI=true they are failures.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex, required } from '../../src/base/index.ts';
import { madeBy } from '../support/debian-source.ts';

export type Verdict = 'valid' | 'invalid' | 'acceptable';

/** What every test of every file has; the rest depends on the schema. */
export interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: Verdict;
}

export interface Group<V extends Vector> {
  readonly tests: readonly V[];
}

/** How an implementation answered one vector. */
export type Answer = 'accepted' | 'refused';

export interface Suite<V extends Vector, G extends Group<V>> {
  /** `aes_ccm` for aes_ccm_test.json. */
  readonly file: string;
  /** Groups whose parameters are in use here; the others are counted and left. */
  readonly applies?: (group: G) => boolean;
  readonly run: (vector: V, group: G) => Answer;
  /**
   * Verdicts that differ from the file's, each with its reason: `acceptable` vectors are refused unless named here, and
   * `valid` ones may be refused only if named here.
   */
  readonly differs?: (
    vector: V,
    group: G,
  ) => { readonly answer: Answer; readonly because: string } | undefined;
  /** How many vectors at least must have applied, so that nothing passes by being left out. */
  readonly atLeast: number;
}

/** Registers one test for a file of vectors. */
export function wycheproof<V extends Vector, G extends Group<V>>(title: string, suite: Suite<V, G>): void {
  const mustBeHere = process.env['CI'] === 'true';
  test(title, { skip: missing === undefined || mustBeHere ? false : missing }, (context) => {
    assert.equal(missing, undefined);
    const { testGroups } = JSON.parse(readFileSync(join(FOLDER, `${suite.file}_test.json`), 'utf8')) as {
      testGroups: readonly G[];
    };
    const groups = testGroups.filter((group) => suite.applies?.(group) ?? true);
    const wrong: string[] = [];
    const reasons: string[] = [];
    let run = 0;
    for (const group of groups) {
      for (const vector of group.tests) {
        run++;
        const differs = suite.differs?.(vector, group);
        if (differs !== undefined) reasons.push(`${differs.answer}: ${differs.because}`);
        const expected = differs?.answer ?? (vector.result === 'valid' ? 'accepted' : 'refused');
        const answer = suite.run(vector, group);
        if (answer !== expected)
          wrong.push(`${vector.tcId} ${vector.result} but ${answer}: ${vector.comment}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(run >= suite.atLeast, `${run} vectors applied, at least ${suite.atLeast} should`);
    const all = testGroups.reduce((sum, { tests }) => sum + tests.length, 0);
    context.diagnostic(`${suite.file}: ${run} of ${all} vectors apply, no disagreement`);
    for (const [reason, count] of counted(reasons)) context.diagnostic(`  ${count} ${reason}`);
  });
}

/** Bytes of a hexadecimal field. */
export const hex = (text: string): Uint8Array => required(fromHex(text), 'vectors are hexadecimal');

function counted(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

const fetched = madeBy(new URL('fetch.sh', import.meta.url), 'wycheproof');
const missing = 'missing' in fetched ? `no Wycheproof vectors: ${fetched.missing}` : undefined;
const FOLDER = 'folder' in fetched ? fetched.folder : '';
