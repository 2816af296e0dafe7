/** Authorities and revocation lists that change while the gateway runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryStore } from '../../../../src/adapters/store/index.ts';
import { OperationalError, wallTime } from '../../../../src/base/index.ts';
import { openAuthorityDesk } from '../../../../src/daemon/control/index.ts';
import type { AuthoritySettings } from '../../../../src/daemon/ports/index.ts';
import { fakeLog } from '../../../fakes/operator-log.ts';
import { controlPlane } from '../../../support/control.ts';
import { authority, type CrlWish, revocationList } from '../../../support/x509.ts';

const LONG = { notBefore: '2020-01-01T00:00:00Z', notAfter: '2049-01-01T00:00:00Z' };
const root = authority({ subject: 'Meters Root', ...LONG });
const other = authority({ subject: 'Other Root', ...LONG });
const list = (wish: CrlWish) => revocationList(wish, root);

/** A place of files that a test changes. */
function place(...lists: readonly Uint8Array[]) {
  const content = { anchors: [root.der], subjectRules: [], revocationLists: lists } as AuthoritySettings;
  const there: { now: AuthoritySettings | OperationalError } = { now: content };
  const read = (): AuthoritySettings => {
    if (there.now instanceof OperationalError) throw there.now;
    return there.now;
  };
  return { there, content, source: { read } };
}

async function desk(...lists: readonly Uint8Array[]) {
  const { there, content, source } = place(...lists);
  const told: AuthoritySettings[] = [];
  const [log, store] = [fakeLog(), new MemoryStore()];
  const parts = { source, store, log, wall: () => wallTime(Date.parse('2026-06-10T00:00:00Z')) };
  const opened = await openAuthorityDesk(parts);
  opened.serve((settings) => {
    told.push(settings);
    return Promise.resolve(3);
  });
  const turnTo = (...next: readonly Uint8Array[]): void => {
    there.now = { ...content, revocationLists: next };
  };
  return { desk: opened, there, turnTo, told, log, parts };
}

describe('reading authorities again', () => {
  test('what is new counts everywhere before it is answered', async () => {
    const made = await desk(list({ number: 1 }));
    assert.deepEqual(await made.desk.reload(), { kind: 'done', changed: false, closed: 0 });
    assert.equal(made.told.length, 0, 'nothing new, nobody is told');
    made.turnTo(list({ number: 2, revoked: ['77'] }));
    assert.deepEqual(await made.desk.reload(), { kind: 'done', changed: true, closed: 3 });
    assert.equal(made.told.length, 1);
    const [shown] = made.desk.view.revocationLists;
    assert.deepEqual([shown?.number, shown?.revoked, shown?.state], ['02', 1, 'current']);
  });

  test('G10: a list with a lower number is refused, and the newer one stays', async () => {
    const made = await desk(list({ number: 7, revoked: ['77'] }));
    made.turnTo(list({ number: 6, thisUpdate: '2026-06-05T00:00:00Z' }));
    const refused = await made.desk.reload();
    assert.match(
      refused.kind === 'refused' ? refused.detail : '',
      /CN=Meters Root is number 6 .* and number 7 /,
    );
    assert.equal(made.told.length, 0);
    assert.equal(made.desk.view.revocationLists[0]?.revoked, 1);
    assert.match(made.desk.view.problem ?? '', /number 6/);
    assert.ok(made.log.lines.some(({ event }) => event === 'authorities not reloaded'));
    made.turnTo(list({ number: 8 }));
    assert.equal((await made.desk.reload()).kind, 'done');
    assert.equal(made.desk.view.problem, null);
  });

  test('G10: neither does a restart take an older list', async () => {
    const made = await desk(list({ number: 7 }));
    made.turnTo(list({ number: 6 }));
    await assert.rejects(openAuthorityDesk(made.parts), {
      code: 'PN_AUTHORITIES_INVALID',
      message: /number 7/,
    });
    made.turnTo(list({ number: 7 }));
    await openAuthorityDesk(made.parts);
  });

  test('G10: a list without number, or of an earlier date, is older too', async () => {
    const made = await desk(list({ number: 7 }));
    for (const wish of [
      { thisUpdate: '2026-06-05T00:00:00Z' },
      { number: 7, thisUpdate: '2026-05-01T00:00:00Z' },
    ]) {
      made.turnTo(list(wish));
      assert.equal((await made.desk.reload()).kind, 'refused', JSON.stringify(wish));
    }
  });

  test('G10: what could not be brought to every shard is not in force, and is tried again', async () => {
    const made = await desk(list({ number: 1 }));
    let fails = true;
    made.desk.serve(() =>
      fails ? Promise.reject(new OperationalError('PN_BUSY', 'not now')) : Promise.resolve(1),
    );
    made.turnTo(list({ number: 2, revoked: ['77'] }));
    await assert.rejects(made.desk.reload(), { code: 'PN_BUSY' });
    assert.equal(made.desk.view.revocationLists[0]?.revoked, 0);
    assert.match(made.desk.view.problem ?? '', /not now/);
    fails = false;
    assert.deepEqual(await made.desk.reload(), { kind: 'done', changed: true, closed: 1 });
    assert.deepEqual([made.desk.view.problem, made.desk.view.revocationLists[0]?.revoked], [null, 1]);
  });

  test('what cannot be read, or is signed by nobody here, changes nothing', async () => {
    const made = await desk(list({ number: 1 }));
    made.there.now = new OperationalError('PN_AUTHORITIES_INVALID', 'cannot read it');
    assert.deepEqual(await made.desk.reload(), { kind: 'refused', detail: 'cannot read it' });
    made.turnTo(revocationList({ number: 2 }, other));
    const refused = await made.desk.reload();
    assert.match(
      refused.kind === 'refused' ? refused.detail : '',
      /CN=Other Root, which is no configured authority/,
    );
    assert.equal(made.told.length, 0);
  });
});

describe('every shard', () => {
  test('believes the new authorities before the call returns, and so do those that start later', async () => {
    const { there, content, source } = place();
    const { gateway, supervisor, shards } = await controlPlane({ shards: 2, authorities: source });
    await supervisor.start();
    there.now = { ...content, anchors: [other.der] };
    assert.equal((await gateway.authorities.reload()).kind, 'done');
    for (const shard of shards.started) {
      const told = shard.received.filter(
        (message) => message.kind === 'ask' && message.question.kind === 'believe',
      );
      assert.equal(told.length, 1);
    }
    shards.started[0]?.exit('gone');
    while (shards.started.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepEqual(shards.started[2]?.settings.authorities.anchors, [other.der]);
  });
});
