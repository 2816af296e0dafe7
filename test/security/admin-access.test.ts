/** Threats A01, A02, A04, A07: who may ask anything at all. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type AdminUnderTest, adminUnderTest, problemOf, TOKEN } from '../support/admin.ts';

const OPEN = new Set(['GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /v1/openapi.json', 'GET /docs/']);
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const PATHS = [
  '/v1/actors',
  '/v1/actors/usr-1',
  '/v1/credentials',
  '/v1/credentials/crd-1',
  '/v1/sessions',
  '/v1/sessions/s',
  '/v1/backends',
  '/v1/routes',
  '/v1/nothing',
  '/v1/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/v1/openapi.json',
  '/docs/',
  '/',
  '/admin.token',
  '/../etc/passwd',
];

describe('access to the admin interface', () => {
  let admin: AdminUnderTest;
  before(async () => {
    admin = await adminUnderTest({}, ['gateway.example']);
    await admin.addUser('ann');
  });

  test('A01: without a token nothing answers but health, metrics and the description', async () => {
    for (const method of METHODS) {
      for (const path of PATHS) {
        const { statusCode } = await admin.ask(path, { method, token: null });
        const open = OPEN.has(`${method === 'HEAD' ? 'GET' : method} ${path}`);
        const allowed = open ? [200] : [401, 404, 429];
        assert.ok(allowed.includes(statusCode), `${method} ${path}: ${statusCode}`);
      }
    }
    assert.equal(admin.control.snapshot.revision, 1);
  });

  test('A01: changes that there are not stay away, with a token too', async () => {
    for (const method of ['PUT', 'PATCH', 'OPTIONS'] as const) {
      for (const path of PATHS)
        assert.equal((await admin.ask(path, { method })).statusCode, 404, `${method} ${path}`);
    }
  });

  test('A02: what is not there answers like what never was', async () => {
    const gone = await admin.addUser('gone');
    await admin.ask(`/v1/actors/${gone}`, { method: 'DELETE' });
    const answers = await Promise.all(
      [gone, 'usr-00000000000000000000', '__proto__', 'constructor', 'x'.repeat(128)].map((id) =>
        admin.ask(`/v1/actors/${id}`),
      ),
    );
    for (const answer of answers) assert.equal(answer.body, answers[0]?.body);
    assert.deepEqual(problemOf(answers[0] as never), [404, 'actor-unknown']);
  });

  test('A07: only the token itself is the token', async () => {
    const wrong = [
      'Bearer',
      'Bearer ',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN.toUpperCase()}`,
      `Bearer  ${TOKEN}`,
      `Basic ${Buffer.from(`operator:${TOKEN}`).toString('base64')}`,
      TOKEN,
      `Bearer ${'x'.repeat(10_000)}`,
    ];
    for (const authorization of wrong) {
      const response = await admin.ask('/v1/actors', { token: null, headers: { authorization } });
      assert.ok([401, 429].includes(response.statusCode), authorization.slice(0, 40));
    }
    assert.equal(
      (await admin.ask('/v1/actors', { token: null, headers: { authorization: `bearer ${TOKEN}` } }))
        .statusCode,
      200,
    );
  });

  test('A07: a token in the query or the path is none', async () => {
    for (const url of [
      `/v1/actors?token=${TOKEN}`,
      `/v1/actors?access_token=${TOKEN}`,
      `/v1/${TOKEN}/actors`,
    ]) {
      assert.ok([401, 404, 429].includes((await admin.ask(url, { token: null })).statusCode), url);
    }
  });

  test('A04: a name that is not ours is not served, for any path', async () => {
    for (const host of [
      'evil.example',
      'gateway.example.evil.example',
      '127.0.0.1.evil.example',
      'a b',
      '[::1',
      'localhost.',
    ]) {
      for (const path of ['/v1/actors', '/healthz', '/docs/', '/metrics', '/nothing']) {
        const response = await admin.ask(path, { headers: { host } });
        assert.deepEqual(problemOf(response), [421, 'host-not-allowed'], `${host} ${path}`);
      }
    }
    for (const host of [
      '127.0.0.1',
      '127.0.0.1:1',
      'localhost:8080',
      '[::1]:8080',
      '192.0.2.7',
      'Gateway.Example:80',
    ]) {
      assert.equal((await admin.ask('/v1/actors', { headers: { host } })).statusCode, 200, host);
    }
  });

  test('A04: no other origin is let in', async () => {
    const response = await admin.ask('/v1/actors', { headers: { origin: 'https://evil.example' } });
    assert.equal(response.headers['access-control-allow-origin'], undefined);
    assert.equal(response.headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(response.headers['set-cookie'], undefined, 'no ambient authority');
    assert.equal(response.headers['cache-control'], 'no-store');
    assert.equal(response.headers['x-content-type-options'], 'nosniff');
  });
});

test('A07: guessing is slowed down, and does not lock the operator out', async () => {
  const admin = await adminUnderTest();
  const codes: number[] = [];
  for (let guess = 0; guess < 14; guess++) {
    codes.push((await admin.ask('/v1/actors', { token: `guess-${guess}` })).statusCode);
  }
  assert.deepEqual(codes, [...Array.from({ length: 10 }, () => 401), 429, 429, 429, 429]);
  const refused = await admin.ask('/v1/actors', { token: 'another' });
  assert.deepEqual(problemOf(refused), [429, 'too-many-attempts']);
  assert.match(String(refused.headers['retry-after']), /^\d+$/);
  assert.equal((await admin.ask('/v1/actors')).statusCode, 200);
  assert.equal(
    admin.log.events().filter((event) => event === 'admin refused a token').length,
    10,
    'the log is not flooded',
  );
});
