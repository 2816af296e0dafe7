/** A process of its own for the kill test: appends without end and acknowledges each revision on stdout. */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { wallTime } from '../../src/base/index.ts';
import type { ActorId, Revision } from '../../src/trust/index.ts';

const store = openSqliteStore(String(process.argv[2]));
let head = 0;
for await (const { revision } of store.read(0 as Revision)) head = revision;
for (;;) {
  const name = `n${head + 1}-${'x'.repeat((head * 37) % 900)}`;
  head = await store.append(head as Revision, {
    at: wallTime(0),
    by: 'operator',
    events: [{ kind: 'actor-added', id: `usr-${head}` as ActorId, actor: 'user', name, owner: null }],
  });
  writeSync(1, `${head}\n`);
}
