import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLog } from '../../../../src/adapters/telemetry/index.ts';
import { textLine } from '../../../../src/adapters/telemetry/text-line.ts';
import type { LogFormat } from '../../../../src/daemon/ports/index.ts';

const AT = new Date(2026, 0, 2, 3, 4, 5, 6);
const line = (fields: Parameters<typeof textLine>[0]['fields'], coloured = false): string =>
  textLine({ at: AT, severity: 'warn', event: 'handshake failed', fields, coloured });

test('a line for people: local time, level, event, fields; words as they are, sentences in quotes', () => {
  assert.equal(line({}), '03:04:05.006 warn  handshake failed\n');
  assert.equal(
    line({ reason: 'unknown-authority', why: 'nobody "knows" it', peer: '[::1]:5684', count: 3, cid: null }),
    '03:04:05.006 warn  handshake failed  ' +
      'reason=unknown-authority why="nobody \\"knows\\" it" peer=[::1]:5684 count=3 cid=null\n',
  );
  assert.equal(line({ name: '' }), '03:04:05.006 warn  handshake failed  name=""\n');
});

test('A05: what a device sends reaches the terminal neither as a command nor as another line', () => {
  const hostile = 'a\n\r\u001b[31m\u009b2J\u2028\u2029\u202e\u200b\u0000\u007f';
  const written = line({ identity: hostile });
  assert.doesNotMatch(written.slice(0, -1), /[\p{C}\p{Zl}\p{Zp}]/u);
  for (const trace of ['\\n', '\\u{9b}', '\\u{202e}', '\\u{2028}']) assert.ok(written.includes(trace), trace);
});

test('colours only where they are seen', () => {
  const escape = String.fromCharCode(27);
  assert.ok(line({ a: 1 }, true).includes(`${escape}[33mwarn `));
  assert.ok(!line({ a: 1 }).includes(escape));
});

test('a file gets JSON unless it is told otherwise; lines below the level are not written', () => {
  assert.deepEqual(JSON.parse(written('auto')) as object, JSON.parse(written('json')) as object);
  assert.match(
    written('text'),
    /^\d\d:\d\d:\d\d\.\d{3} warn {2}handshake failed {2}reason=bad-record-mac\n$/,
  );
});

function written(format: LogFormat): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-log-'));
  const file = join(folder, 'log');
  const descriptor = openSync(file, 'w');
  try {
    const log = openLog({ level: 'warn', format }, descriptor);
    log.line('info', 'gateway ready');
    log.line('warn', 'handshake failed', { reason: 'bad-record-mac' });
    return readFileSync(file, 'utf8').replace(/"time":"[^"]+"/, '"time":""');
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
}
