/** Threats A03, A05, A06, A08, A09: what is sent in, and what may come out. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, describe, test } from 'node:test';
import { createAdmin } from '../../src/admin/index.ts';
import { toHex, utf8 } from '../../src/base/index.ts';
import { type AdminUnderTest, adminUnderTest, problemOf, TOKEN } from '../support/admin.ts';
import { run } from '../support/process.ts';

describe('input of the admin interface', () => {
  let admin: AdminUnderTest;
  before(async () => {
    admin = await adminUnderTest();
    await admin.addUser('ann');
  });

  test('A03: members that were not asked for are refused, and pollute nothing', async () => {
    for (const body of [
      '{"kind":"user","name":"u","id":"usr-1"}',
      '{"kind":"user","name":"u","revision":9}',
      '{"kind":"user","name":"u","state":"active"}',
      '{"kind":"user","name":"u","__proto__":{"admin":true}}',
      '{"kind":"user","name":"u","constructor":{"prototype":{"admin":true}}}',
      '{"kind":"device","name":"u","owner":"ann","credential":{"kind":"psk","__proto__":{"x":1}}}',
      '{"kind":"device","name":"u","owner":"ann","credential":{"kind":"psk","sealedKey":"v1.00"}}',
    ]) {
      const response = await admin.ask('/v1/actors', { body });
      assert.equal(problemOf(response)[0], 400, body);
    }
    assert.equal(({} as { admin?: boolean }).admin, undefined);
    assert.equal(admin.control.snapshot.revision, 1);
  });

  test('A03: names of the language are only names', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      assert.equal((await admin.ask('/v1/actors', { body: { kind: 'user', name } })).statusCode, 201, name);
      assert.equal((await admin.ask(`/v1/actors?name=${name}`)).json().items.length, 1);
    }
    assert.equal((await admin.ask('/v1/actors?name=valueOf')).json().items.length, 0);
  });

  test('A08: bodies that are too large, too deep, not JSON, or of another kind', async () => {
    const cases: [string, string, string, number[]][] = [
      ['large', `{"kind":"user","name":"${'x'.repeat(70_000)}"}`, 'application/json', [413]],
      ['deep', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'application/json', [400]],
      ['broken', '{"kind":', 'application/json', [400]],
      ['empty', '', 'application/json', [400]],
      ['form', 'kind=user&name=u', 'application/x-www-form-urlencoded', [415]],
      ['text', '{"kind":"user","name":"u"}', 'text/plain', [400, 415]],
      ['wrong charset bytes', '{"kind":"user","name":"\u0000"}', 'application/json', [400]],
    ];
    for (const [what, body, type, expected] of cases) {
      const response = await admin.ask('/v1/actors', {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      assert.ok(
        expected.includes(problemOf(response)[0]),
        `${what}: ${response.statusCode} ${response.body}`,
      );
      assert.ok(
        !response.body.includes('node_modules') && !response.body.includes(' at '),
        `${what}: no inside`,
      );
    }
  });

  test('A08: a compressed body is not unpacked', async () => {
    const response = await admin.ask('/v1/actors', {
      body: '\u001f\u008b\b',
      headers: { 'content-encoding': 'gzip' },
    });
    assert.equal(problemOf(response)[0], 400);
  });

  test('A09: of two edits of one state the second is refused', async () => {
    const { id, revision } = await admin.addDevice('contended');
    const answers = await Promise.all(
      [1, 2, 3].map(() =>
        admin.ask(`/v1/actors/${id}`, { method: 'DELETE', headers: { 'if-match': `"${revision}"` } }),
      ),
    );
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [200, 404, 404]);
  });

  test('A09: of many that want one name, one gets it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => admin.ask('/v1/actors', { body: { kind: 'user', name: 'unique' } })),
    );
    assert.equal(answers.filter(({ statusCode }) => statusCode === 201).length, 1);
    assert.equal(answers.filter(({ statusCode }) => statusCode === 409).length, 11);
  });

  test('A06: keys and tokens are in no answer but the one that makes them, and in no log line', async () => {
    const { credential } = await admin.addDevice('secretive');
    const imported = 'c0ffee00c0ffee11c0ffee22c0ffee33';
    const body = {
      kind: 'device',
      name: 'importer',
      owner: 'ann',
      credential: { kind: 'psk', identity: 'importer', keyHex: imported },
    };
    await admin.ask('/v1/actors', { body });
    await admin.ask('/v1/actors', { body }); // refused
    await admin.ask('/v1/actors', {
      body: { ...body, credential: { ...body.credential, keyHex: `${imported}zz` } },
    });
    await admin.ask('/v1/actors', { token: `${TOKEN}-almost` });
    const secrets = [credential.keyHex, imported, TOKEN, toHex(utf8(TOKEN))];
    const seen: string[] = [JSON.stringify(admin.log.lines)];
    for (const path of [
      '/v1/actors',
      '/v1/credentials',
      '/v1/sessions',
      '/v1/openapi.json',
      '/metrics',
      '/v1/backends',
    ]) {
      seen.push((await admin.ask(path)).body);
    }
    for (const entry of seen)
      for (const secret of secrets) assert.ok(!entry.toLowerCase().includes(secret.toLowerCase()));
  });
});

test('A08: a slow or endless request ends, others are served meanwhile', async () => {
  const plane = await adminUnderTest();
  const admin = await createAdmin({
    gateway: plane.gateway,
    settings: { address: '127.0.0.1', port: 0, hosts: [] },
    recognise: () => false,
    metrics: { contentType: 'text/plain', text: () => Promise.resolve('') },
    log: plane.log,
    version: '0',
  });
  const { port } = await admin.listen();
  const answers = await Promise.all([
    say(port, `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    say(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n' + 'A: b\r\n'.repeat(3_000) + '\r\n'),
    say(port, 'NONSENSE\r\n\r\n'),
    say(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    say(port, 'GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    say(
      port,
      'POST /v1/actors HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n',
    ),
  ]);
  const codes = answers.map((answer) => Number(answer.split(' ')[1]));
  assert.deepEqual(codes.toSpliced(4, 1), [431, 431, 400, 200, 400]);
  assert.ok([200, 400, 404, 421].includes(codes[4] ?? 0), 'an absolute target is no way round');
  await admin.close();
});

test('A05: a log line stays one line, whatever is in it', async () => {
  const script = `
    import { openLog } from ${JSON.stringify(new URL('../../src/adapters/telemetry/index.ts', import.meta.url).href)};
    const log = openLog({ level: 'info', format: 'auto' }, 1);
    log.line('warn', 'handshake failed', {
      identity: 'a\\n{"level":"error","event":"forged"}\\u001b[31m\\u2028',
      long: 'x'.repeat(5000),
      level: 'x',
      event: 'y',
      time: 'z',
    });
    log.line('debug', 'not written');
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 1);
  assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f]/.test(stdout), 'no control characters');
  const line = JSON.parse(lines[0] ?? '') as Record<string, string>;
  assert.deepEqual([line['level'], line['event']], ['warn', 'handshake failed']);
  assert.equal(line['long']?.length, 1_003);
});

/** Sends bytes, gives what comes back until the other side closes. */
function say(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(request);
  });
}
