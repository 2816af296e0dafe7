/** A gateway that cannot start says why, in one place, touches nothing, and ends with the code for it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { furnish, type Place, POSTERN, startGateway } from '../support/gateway.ts';
import { type Finished, run, temporaryDirectory } from '../../support/process.ts';

function serve({ state, config }: Pick<Place, 'state' | 'config'>, ...flags: string[]): Promise<Finished> {
  return run(POSTERN, ['serve', '--config', config, ...flags], { env: { POSTERN_STATE: state } });
}

/** Everything in a directory, by name and content. */
const contents = (directory: string): string[] =>
  readdirSync(directory)
    .toSorted()
    .filter((name) => !name.endsWith('-shm'))
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex')}`,
    );

/** One line on stderr that matches, nothing on stdout, the exit code. */
function refused(finished: Finished, code: number, message: RegExp): void {
  assert.equal(finished.code, code, finished.stderr);
  assert.equal(finished.stdout, '');
  assert.match(finished.stderr, message);
  assert.equal(finished.stderr.trim().split('\n').length, 1, finished.stderr);
}

/** A state directory in which a gateway has run. */
async function used(name: string): Promise<Place> {
  const place = await furnish(name);
  const gateway = await startGateway(place);
  await gateway.admin('/v1/actors', { body: { kind: 'user', name: 'ann' } });
  assert.equal((await gateway.child.stop()).code, 0);
  return place;
}

test('a configuration with many errors: all of them, 78', async () => {
  const config = join(temporaryDirectory('bad-config'), 'bad.yaml');
  writeFileSync(
    config,
    'listner: []\nadmin: {port: 99999}\nroutes:\n  - {name: a, path: /a, backend: none}\nlog: {level: loud}\n',
  );
  const finished = await serve({ state: join(temporaryDirectory('unused'), 'var'), config });
  assert.equal(finished.code, 78);
  assert.equal(finished.stdout, '');
  for (const expected of [
    /refused: 5 problems/,
    /bad\.yaml:1:\d+: \/listner: unknown key\n\s+hint: did you mean listeners\?/,
    /bad\.yaml:2:\d+: \/admin\/port: must be 65535 or less \(found 99999\)/,
    /bad\.yaml:4:\d+: \/routes\/0\/backend: names no backend \(found "none"\)/,
    /bad\.yaml:4:\d+: \/routes\/0: .*rewrite/,
    /bad\.yaml:5:\d+: \/log\/level: is not one of the known values \(found "loud"\)/,
  ]) {
    assert.match(finished.stderr, expected);
  }
  const check = await run(POSTERN, ['check', '--config', config]);
  assert.equal(check.code, 78);
});

test('a file that is not there: 78', async () => {
  const finished = await serve({ state: temporaryDirectory('unused'), config: 'no-such-file.yaml' });
  assert.equal(finished.code, 78);
  assert.match(finished.stderr, /no such file: no-such-file\.yaml/);
});

test('a UDP port in use: one line naming it, 69', async () => {
  const place = await furnish('udp-in-use');
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  refused(
    await serve(place, '--coaps-port', String(port)),
    69,
    new RegExp(`127\\.0\\.0\\.1.*\\b${port}\\b.*in use`),
  );
  socket.close();
});

test('a TCP port in use: one line naming it, 69', async () => {
  const place = await furnish('tcp-in-use');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  refused(
    await serve(place, '--admin-port', String(port)),
    69,
    new RegExp(`127\\.0\\.0\\.1.*\\b${port}\\b.*in use`),
  );
  server.close();
});

test('an address that this machine does not have: 69', async () => {
  const place = await furnish('no-address', { listeners: [{ address: '192.0.2.1', port: 0 }] });
  refused(await serve(place), 69, /192\.0\.2\.1/);
});

test('a state directory that cannot be: 1', async () => {
  const place = await furnish('unwritable');
  writeFileSync(place.state, 'a file where a directory should be');
  refused(await serve(place), 1, /state directory|not a directory/);
  assert.equal(readFileSync(place.state, 'utf8'), 'a file where a directory should be');
});

test('a store from a newer version: 1, untouched', async () => {
  const place = await used('newer');
  const database = new DatabaseSync(join(place.state, 'postern.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const before = contents(place.state);
  refused(await serve(place), 1, /postern\.db was written by a newer Postern .*99.*Nothing was changed/);
  assert.deepEqual(
    contents(place.state).filter((line) => !line.startsWith('postern.db-wal')),
    before,
  );
});

test('a damaged store: 1, untouched', async () => {
  const place = await used('damaged');
  const file = join(place.state, 'postern.db');
  writeFileSync(file, readFileSync(file).fill(0x5a, 4_096));
  const before = contents(place.state);
  refused(await serve(place), 1, /postern\.db is damaged: .*Nothing was changed/);
  assert.deepEqual(
    contents(place.state).filter((line) => !line.startsWith('postern.db-wal')),
    before,
  );
});

test('a log entry that was tampered with: 1', async () => {
  const place = await used('tampered');
  const database = new DatabaseSync(join(place.state, 'postern.db'));
  database.exec(`DROP TRIGGER log_is_never_updated; DELETE FROM snapshot;
    UPDATE log SET entry = CAST(replace(CAST(entry AS TEXT), 'ann', 'eve') AS BLOB)`);
  database.close();
  refused(await serve(place), 1, /damaged: revision 1 does not continue the log/);
});

test('the master key lost, replaced, or exposed: 1', async () => {
  const place = await used('master');
  const key = join(place.state, 'master.key');
  const was = readFileSync(key);
  rmSync(key);
  refused(await serve(place), 1, /master\.key is missing/);
  assert.ok(!readdirSync(place.state).includes('master.key'), 'none is made in its place');
  writeFileSync(key, Buffer.alloc(32, 7), { mode: 0o600 });
  refused(await serve(place), 1, /master\.key is not the one/);
  writeFileSync(key, was);
  chmodSync(key, 0o644);
  refused(await serve(place), 1, /chmod 600/);
  chmodSync(key, 0o600);
  const gateway = await startGateway(place);
  assert.equal(((await gateway.admin('/v1/actors')).body['items'] as unknown[]).length, 1);
  assert.equal((await gateway.child.stop()).code, 0);
});

test('a second gateway on the same state: 1, and the first one goes on', async () => {
  const place = await furnish('twice');
  const gateway = await startGateway(place);
  refused(await serve(place), 1, /in use by another process/);
  assert.equal((await gateway.admin('/v1/actors', { body: { kind: 'user', name: 'ann' } })).status, 201);
  assert.equal((await gateway.child.stop()).code, 0);
});

test('a state directory that another user owns: 1', {
  skip: process.getuid?.() !== 0 && 'needs root to be another user',
}, async () => {
  const place = await furnish('foreign');
  mkdirSync(place.state, { mode: 0o755 });
  chmodSync(join(place.state, '..'), 0o755);
  const drop = [
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    POSTERN,
    'serve',
    '--config',
    place.config,
  ];
  const finished = await run('setpriv', drop, { env: { POSTERN_STATE: place.state } });
  if (finished.code !== 126 && finished.code !== 127)
    refused(finished, 1, /state directory .* cannot be written: EACCES/);
  assert.deepEqual(readdirSync(place.state), []);
});
