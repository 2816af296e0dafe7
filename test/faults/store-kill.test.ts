import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Revision } from '../../src/trust/index.ts';

const WRITER = fileURLToPath(new URL('store-writer.ts', import.meta.url));
const ROUNDS = 24;

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-kill-'));
});
after(() => rmSync(directory, { recursive: true }));

/** Lets the writer run until its `acknowledgements`-th line and `extraMs` more, kills it, gives its last line. */
async function writeAndKill(file: string, acknowledgements: number, extraMs: number): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let killing = false;
  await new Promise<void>((resolve) => {
    writer.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (killing || output.split('\n').length <= acknowledgements) return;
      killing = true;
      setTimeout(() => writer.kill('SIGKILL'), extraMs);
    });
    writer.on('close', () => resolve());
  });
  const lines = output.split('\n').slice(0, -1);
  return Number(lines.at(-1));
}

test(`a store killed at ${ROUNDS} random moments keeps everything that it acknowledged`, async (context) => {
  const file = join(directory, 'killed.db');
  for (let round = 0; round < ROUNDS; round++) {
    const acknowledged = await writeAndKill(file, 1 + (round % 7), Math.random() * 12);
    const store = openSqliteStore(file);
    let head = 0;
    for await (const { revision } of store.read(0 as Revision)) head = revision;
    await store.close();
    assert.ok(head >= acknowledged, `round ${round}: acknowledged ${acknowledged}, found ${head}`);
    assert.ok(head <= acknowledged + 1, `round ${round}: at most one append was under way`);
    context.diagnostic(`round ${round}: acknowledged ${acknowledged}, found ${head}`);
  }
});
