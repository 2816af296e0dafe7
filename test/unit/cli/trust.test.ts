import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answers, fakeAdmin } from './fake-admin.ts';
import { postern } from './fake-terminal.ts';

const ACTORS = [
  { id: 'plt-1', revision: 1, kind: 'platform', name: 'acme', state: 'active' },
  { id: 'usr-1', revision: 2, kind: 'user', name: 'ann', state: 'active' },
];
const HELD = {
  id: 'rel-1',
  trustor: 'plt-1',
  trustee: 'usr-1',
  scope: [{ actions: ['read', 'write'], resources: ['backend/acme/*'] }],
  level: 'operate',
  introduce: 1,
  notAfter: null,
  origin: 'direct',
  supports: [],
  valid: true,
  flaw: null,
  chainLength: 0,
};
const FALLS = { revision: 7, falls: [{ id: 'rel-1', because: null }], survives: [], sessions: 2 };

const answers: Answers = (method, { pathname }) => {
  if (pathname === '/v1/actors' && method === 'GET')
    return { status: 200, body: { items: ACTORS, next: null } };
  if (pathname === '/v1/relationships' && method === 'GET')
    return { status: 200, body: { items: [HELD], next: null } };
  if (pathname === '/v1/relationships' || pathname === '/v1/introductions')
    return { status: 201, body: HELD };
  if (pathname.endsWith('-revocation') || pathname.endsWith('/revoke')) return { status: 200, body: FALLS };
  if (pathname === '/v1/audit/verify') return { status: 200, body: { revision: 9, entries: 9 } };
  if (pathname === '/v1/audit') {
    const entry = { revision: 9, at: 0, by: 'operator', events: [{ kind: 'actor-added' }] };
    return { status: 200, body: { items: [entry], next: null } };
  }
  return method === 'POST' ? { status: 200, body: ACTORS[0] } : undefined;
};

describe('postern trust', () => {
  test('list and graph show actors by name', async () => {
    const admin = fakeAdmin(answers);
    const { out } = await postern(['trust', 'list', '--of', 'ann'], admin);
    assert.match(
      out,
      /^platform\/acme +user\/ann +operate +read,write=backend\/acme\/\* +1 +direct +yes +rel-1$/m,
    );
    assert.ok(admin.asked.some((line) => line.startsWith('GET /v1/relationships?of=ann')));
    const graph = await postern(['trust', 'graph'], admin);
    assert.equal(
      graph.out,
      'digraph trust {\n  "platform/acme" -> "user/ann" [label="operate", style="solid"];\n}\n',
    );
  });

  test('add and introduce send the terms as they were given', async () => {
    const admin = fakeAdmin(answers);
    const grant = ['--scope', 'read,write=backend/acme/*', '--level', 'operate'];
    await postern(['trust', 'add', 'acme', 'ann', ...grant, '--introduce', '1'], admin);
    const until = ['--until', '2030-01-01T00:00:00Z'];
    await postern(['trust', 'introduce', 'ann', 'acme', 'bob', ...grant, ...until], admin);
    const scope = [{ actions: ['read', 'write'], resources: ['backend/acme/*'] }];
    assert.deepEqual(admin.bodies, [
      { trustor: 'acme', trustee: 'ann', level: 'operate', introduce: 1, scope },
      {
        introducer: 'ann',
        trustor: 'acme',
        trustee: 'bob',
        level: 'operate',
        introduce: 0,
        scope,
        notAfter: Date.UTC(2030, 0, 1),
      },
    ]);
  });

  test('preview says what would fall and how to do it; revoke does it', async () => {
    const admin = fakeAdmin(answers);
    const preview = await postern(['trust', 'preview', 'rel-1'], admin);
    assert.match(preview.out, /would fall: platform\/acme -> user\/ann \(rel-1\)/);
    assert.match(preview.out, /postern trust revoke rel-1 --if-revision 7/);
    const done = await postern(['trust', 'revoke', 'rel-1', '--if-revision', '7'], admin);
    assert.match(done.out, /^fell: platform\/acme -> user\/ann \(rel-1\)\nsessions concerned: 2$/m);
    assert.equal(admin.asked.at(-1), 'POST /v1/relationships/rel-1/revoke');
  });

  test('what is no revision and what is no grant never reaches the gateway', async () => {
    const admin = fakeAdmin(answers);
    const stale = await postern(['trust', 'revoke', 'rel-1', '--if-revision', 'x', '--json'], admin);
    assert.equal(stale.code, 2);
    assert.match((JSON.parse(stale.out) as { error: string }).error, /--if-revision .* Use the number/);
    const scope = await postern(['trust', 'add', 'a', 'b', '--scope', 'nonsense'], admin);
    assert.match(scope.err, /--scope: 'nonsense' does not name actions and resources\n {2}write it as/);
    assert.equal((await postern(['audit', 'tail', '--after', 'x'], admin)).code, 2);
    assert.deepEqual(admin.asked, []);
  });

  test('a wrong level, number or time is a usage error', async () => {
    for (const wrong of [
      ['--level', 'owner'],
      ['--introduce', '-1'],
      ['--until', 'soon'],
      ['--scope', 'read'],
    ]) {
      const { code } = await postern(
        ['trust', 'add', 'a', 'b', '--scope', '*=*', ...wrong],
        fakeAdmin(answers),
      );
      assert.equal(code, 2, wrong.join(' '));
    }
  });
});

describe('postern actor and postern audit', () => {
  test('an actor is added, listed, suspended by kind and name', async () => {
    const admin = fakeAdmin(answers);
    assert.equal((await postern(['actor', 'add', 'platform', 'acme'], admin)).out, 'platform acme added\n');
    assert.match((await postern(['actor', 'list'], admin)).out, /^user +ann +active +usr-1$/m);
    await postern(['actor', 'suspend', 'platform/acme'], admin);
    assert.equal(admin.asked.at(-1), 'POST /v1/actors/plt-1/suspend');
  });

  test('an actor is found by its name alone, unless others of another kind have it', async () => {
    const named = (...kinds: readonly string[]): Answers => {
      const items = kinds.map((kind) => ({ id: `${kind}-1`, revision: 1, kind, name: 'ann' }));
      return (method) => ({ status: 200, body: method === 'GET' ? { items, next: null } : items[0] });
    };
    const one = fakeAdmin(named('user'));
    assert.equal((await postern(['actor', 'suspend', 'ann'], one)).code, 0);
    assert.deepEqual(one.asked, ['GET /v1/actors?name=ann&limit=200', 'POST /v1/actors/user-1/suspend']);
    const two = await postern(['actor', 'suspend', 'ann'], fakeAdmin(named('user', 'device')));
    assert.equal(two.code, 2);
    assert.match(two.err, /several are named 'ann': user\/ann, device\/ann\n {2}say which/);
    const none = await postern(['actor', 'suspend', 'ann'], fakeAdmin(named()));
    assert.match(none.err, /there is no actor named 'ann'/);
  });

  test('of a change with many events the log shows the first ones, and whom they are about', async () => {
    const lamp = (n: number): object => ({
      kind: 'actor-added',
      id: `dev-${n}`,
      actor: 'device',
      name: `lamp-${n}`,
    });
    const entry = { revision: 3, at: 0, by: 'operator', events: [1, 2, 3, 4, 5, 6].map(lamp) };
    const ended = {
      revision: 4,
      at: 0,
      by: 'operator',
      events: [{ kind: 'relationships-ended', revoked: ['rel-1'] }],
    };
    const window = { revision: 5, at: 0, by: 'gateway', events: [{ kind: 'claim-window-closed' }] };
    const admin = fakeAdmin((_, { pathname }) =>
      pathname === '/v1/audit'
        ? { status: 200, body: { items: [entry, ended, window], next: null } }
        : { status: 200, body: { revision: 5, entries: 5 } },
    );
    const { out } = await postern(['audit', 'tail'], admin);
    assert.match(out, /actor-added device\/lamp-1, .*device\/lamp-4, and 2 more\n/);
    assert.match(out, /relationships-ended rel-1\n.*claim-window-closed\n$/);
  });

  test('the log is shown and verified', async () => {
    const admin = fakeAdmin(answers);
    assert.match(
      (await postern(['audit', 'tail'], admin)).out,
      /9 {2}1970-01-01T.* {2}operator {2}actor-added/,
    );
    assert.equal((await postern(['audit', 'verify'], admin)).out, '9 entries up to revision 9: whole\n');
  });
});
