import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayReport } from '../../../../src/cli/commands/probe.ts';
import type { ProbeReport } from '../../../../src/cli/probe/handshake.ts';

const remote = { address: '2001:db8::1', family: 6, port: 5684 } as const;
const answers = {
  cookie: true,
  hello: { version: 'DTLS 1.2', suite: 0xc0a8, extensions: ['extended_master_secret'], resumable: false },
  pskHint: undefined,
  asksForCertificate: false,
  done: true,
  alert: undefined,
};
const report = (more: Partial<ProbeReport>): string =>
  displayReport(
    remote,
    {
      outcome: { kind: 'wants-key', key: 'psk' },
      answers,
      serverKey: undefined,
      resumed: undefined,
      roundTrips: 2,
      elapsedMs: 1.26,
      ...more,
    },
    'lamp',
  );

test('what was learnt is listed, and the last line is the verdict', () => {
  const lines = report({}).trimEnd().split('\n');
  assert.equal(lines[0], 'server                  [2001:db8::1]:5684');
  assert.ok(lines.includes('suite                   TLS_PSK_WITH_AES_128_CCM_8'));
  assert.ok(lines.includes('time                    1.3 ms'));
  assert.match(lines.at(-1) ?? '', /wants a pre-shared key/);
});

test('a refused hello is not taken for a refused key', () => {
  const failed = { kind: 'failed', reason: 'peer-alert' } as const;
  const early = { ...answers, hello: undefined, done: false, alert: 'handshake_failure' };
  assert.match(
    report({ outcome: failed, answers: early }),
    /\nthe server refused the hello \(handshake_failure\)\n$/,
  );
  assert.match(report({ outcome: failed }), /\nthe server refused identity or key \(peer-alert\)\n$/);
});

test('a suite without a name is shown by its number', () => {
  const odd = { ...answers, hello: { ...answers.hello, suite: 0x00af } };
  assert.match(report({ answers: odd }), /^suite +0x00af$/m);
});
