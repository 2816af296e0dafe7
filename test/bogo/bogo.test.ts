/** All of BoringSSL's tests of DTLS that config.json does not switch off. See README.md. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf, score } from './score.ts';

test("BoringSSL's tests of DTLS 1.2", { timeout: 600_000 }, async (context) => {
  const found = await score();
  if ('missing' in found) {
    assert.notEqual(process.env['CI'], 'true', `${found.missing} (CI=true forbids to skip it)`);
    context.skip(found.missing);
    return;
  }
  const report = reportOf(found);
  context.diagnostic(`score: ${report.split('\n').at(-1) ?? ''}`);
  assert.deepEqual([found.failed, found.unimplemented, found.idle], [[], [], []], report);
  const { positive, negative } = found.passed;
  assert.ok(positive >= PASSED_MIN.positive && negative >= PASSED_MIN.negative, report);
});

/** What passed when this was written: fewer means that tests have been switched off. */
const PASSED_MIN = { positive: 260, negative: 56 };
