import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SessionView, ShardCounters } from '../../../src/daemon/ports/index.ts';
import type { ActorId, CredentialId, Revision } from '../../../src/trust/index.ts';
import { adminUnderTest, problemOf } from '../../support/admin.ts';
import { authority, revocationList } from '../../support/x509.ts';

const session = (id: string, principal: string, since: number): SessionView => ({
  id,
  principal: principal as ActorId,
  credential: 'crd-1' as CredentialId,
  path: '192.0.2.1:4711',
  cid: null,
  suite: 'TLS_PSK_WITH_AES_128_CCM_8',
  since,
  lastSeen: since,
  observations: 0,
  revision: 1 as Revision,
});

const counters = (n: number): ShardCounters => ({
  counters: { postern_handshakes_total: { 'ok,none,psk': n, 'failed,"odd"\\,psk': 1 } },
  gauges: { postern_sessions: { '': n } },
  histograms: { postern_request_seconds: { bounds: [0.1, 1], counts: [n, 1, 1], sum: 2.5 } },
});

describe('admin: the running gateway', () => {
  test('sessions of all shards, the oldest first, with names', async () => {
    const admin = await adminUnderTest({
      shards: 2,
      behaviour: (n) => ({
        obedient: true,
        answer: () => ({
          kind: 'sessions',
          sessions: [session(`s${n}-b`, 'usr-x', 200 + n), session(`s${n}-a`, 'dev-y', 100 + n)],
        }),
      }),
    });
    const { items, next } = (await admin.ask('/v1/sessions?limit=3')).json();
    assert.deepEqual(
      items.map(({ id, name }: { id: string; name: string | null }) => [id, name]),
      [
        ['s0-a', null],
        ['s1-a', null],
        ['s0-b', null],
      ],
    );
    const rest = (await admin.ask(`/v1/sessions?cursor=${next}`)).json();
    assert.deepEqual(rest.items, [{ ...session('s1-b', 'usr-x', 201), name: null }]);
    assert.equal((await admin.ask('/v1/sessions?principal=dev-y')).json().items.length, 2);
  });

  test('a session is closed wherever it is', async () => {
    const admin = await adminUnderTest({
      shards: 2,
      behaviour: (n) => ({
        obedient: true,
        answer: (question) => ({
          kind: 'closed',
          found: n === 1 && question.kind === 'close-session' && question.id === 's1',
        }),
      }),
    });
    assert.deepEqual((await admin.ask('/v1/sessions/s1', { method: 'DELETE' })).json(), { id: 's1' });
    assert.deepEqual(problemOf(await admin.ask('/v1/sessions/s2', { method: 'DELETE' })), [
      404,
      'session-unknown',
    ]);
  });

  test('backends and routes as configured', async () => {
    const admin = await adminUnderTest();
    assert.deepEqual((await admin.ask('/v1/backends')).json(), {
      items: [
        {
          id: 'demo',
          name: 'demo',
          kind: 'coap',
          url: 'coap://127.0.0.1:5683',
          timeout_s: 10,
          inflight_max: 256,
        },
      ],
      next: null,
    });
    assert.deepEqual(
      (await admin.ask('/v1/routes')).json().items.map((route: { path: string }) => route.path),
      ['/demo/*', '/vault/*'],
    );
  });

  test('health, readiness and metrics need no token', async () => {
    const admin = await adminUnderTest();
    assert.deepEqual((await admin.ask('/healthz', { token: null })).json(), { status: 'ok' });
    assert.deepEqual((await admin.ask('/readyz', { token: null })).json(), { status: 'ready' });
    assert.equal((await admin.ask('/metrics', { token: null })).statusCode, 200);
    await admin.supervisor.stop();
    assert.deepEqual(problemOf(await admin.ask('/readyz', { token: null })), [503, 'not-ready']);
    assert.equal((await admin.ask('/healthz', { token: null })).statusCode, 200, 'alive all the same');
  });

  test('readiness tells what keeps devices out though every shard serves', async () => {
    const [root, stale] = [authority(), { number: 3, nextUpdate: '2026-06-02T00:00:00Z' }];
    const read = () => ({
      anchors: [root.der],
      subjectRules: [],
      revocationLists: [revocationList(stale, root)],
    });
    const admin = await adminUnderTest({ authorities: { read }, behindMs: 3_600_000 });
    const ready = await admin.ask('/readyz', { token: null });
    assert.deepEqual(
      [ready.statusCode, ready.json()],
      [200, { status: 'ready', warnings: ['clock-behind', 'revocation-list-not-current'] }],
    );
  });

  test('authorities are shown, and read again when they are asked to be', async () => {
    const root = authority();
    let number = 4;
    const read = () => ({
      anchors: [root.der],
      subjectRules: [],
      revocationLists: [revocationList({ number }, root)],
    });
    const admin = await adminUnderTest({ authorities: { read } });
    const shown = (await admin.ask('/v1/authorities')).json();
    assert.deepEqual([shown.anchors[0].subject, shown.revocationLists[0].number], ['CN=Example Root', '04']);
    number = 5;
    const reloaded = await admin.ask('/v1/authorities/reload', { method: 'POST' });
    assert.equal(reloaded.statusCode, 200, reloaded.body);
    const { changed, closed, revocationLists } = reloaded.json();
    assert.deepEqual([changed, closed, revocationLists[0].number], [true, 0, '05']);
    number = 3;
    const refused = await admin.ask('/v1/authorities/reload', { method: 'POST' });
    assert.deepEqual(problemOf(refused), [409, 'authorities-invalid']);
    assert.match((await admin.ask('/v1/authorities')).json().problem, /number 3/);
  });

  test('metrics: shards summed, labels escaped, control beside them', async () => {
    const admin = await adminUnderTest({
      shards: 2,
      behaviour: (n) => ({ obedient: true, answer: () => ({ kind: 'counters', counters: counters(n + 1) }) }),
    });
    await admin.addUser('ann');
    const { id } = await admin.addDevice('lamp');
    await admin.ask(`/v1/actors/${id}`, { method: 'DELETE' });
    const response = await admin.ask('/metrics');
    assert.match(String(response.headers['content-type']), /^text\/plain; version=0\.0\.4/);
    const lines = response.body.split('\n');
    for (const line of [
      '# TYPE postern_handshakes_total counter',
      'postern_handshakes_total{result="ok",reason="none",credential="psk"} 3',
      'postern_handshakes_total{result="failed",reason="\\"odd\\"\\\\",credential="psk"} 2',
      'postern_sessions 3',
      'postern_request_seconds_bucket{le="0.1"} 3',
      'postern_request_seconds_bucket{le="1"} 5',
      'postern_request_seconds_bucket{le="+Inf"} 7',
      'postern_request_seconds_sum 5',
      'postern_request_seconds_count 7',
      'postern_revision 3',
      'postern_actors{kind="user"} 1',
      'postern_shards_running 2',
      'postern_changes_total{command="add-actor",outcome="done"} 2',
      'postern_changes_total{command="remove-actor",outcome="done"} 1',
      'postern_revocation_seconds_count 1',
    ]) {
      assert.ok(lines.includes(line), `${line}\nnot in\n${response.body}`);
    }
    assert.match(response.body, /^nodejs_eventloop_lag_seconds /m);
  });

  test('describes itself: OpenAPI 3.1, and a page for people', async () => {
    const admin = await adminUnderTest();
    const response = await admin.ask('/v1/openapi.json', { token: null });
    const document = response.json();
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(Object.keys(document.paths).toSorted(), [
      '/v1/actors',
      '/v1/actors/{id}',
      '/v1/actors/{id}/claim-code',
      '/v1/actors/{id}/release',
      '/v1/actors/{id}/reset',
      '/v1/actors/{id}/reset-proof',
      '/v1/actors/{id}/resume',
      '/v1/actors/{id}/suspend',
      '/v1/actors/{id}/transfer',
      '/v1/audit',
      '/v1/audit/verify',
      '/v1/authorities',
      '/v1/authorities/reload',
      '/v1/backends',
      '/v1/claim-window',
      '/v1/claims',
      '/v1/credentials',
      '/v1/credentials/{id}',
      '/v1/credentials/{id}/resume',
      '/v1/credentials/{id}/rotate',
      '/v1/credentials/{id}/suspend',
      '/v1/devices/batch',
      '/v1/gateway',
      '/v1/introductions',
      '/v1/relationships',
      '/v1/relationships/{id}',
      '/v1/relationships/{id}/preview-revocation',
      '/v1/relationships/{id}/resume',
      '/v1/relationships/{id}/revoke',
      '/v1/relationships/{id}/suspend',
      '/v1/routes',
      '/v1/sessions',
      '/v1/sessions/{id}',
    ]);
    assert.ok('Actor' in document.components.schemas);
    assert.ok('application/problem+json' in document.paths['/v1/actors'].post.responses['4XX'].content);
    assert.equal((await admin.ask('/docs', { token: null })).headers['location'], '/docs/');
    const page = await admin.ask('/docs/', { token: null });
    assert.match(page.body, /<title>Postern<\/title>/);
    assert.match(String(page.headers['content-security-policy']), /default-src 'self'/);
    assert.ok(
      !/https?:\/\/(?!127)/.test(page.body.replaceAll(/<!--.*?-->/g, '')),
      'nothing is fetched from elsewhere',
    );
    assert.equal((await admin.ask('/docs/js/scalar.js', { token: null })).statusCode, 200);
    assert.equal((await admin.ask('/docs/../v1/actors', { token: null })).statusCode, 401);
  });
});
