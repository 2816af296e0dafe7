/**
 * The first five minutes, in the order in which a newcomer lives them: start, copy the three commands, be denied, be
 * refused, add a device and take it away, stop, start again.
 */
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { peer } from '../../support/peers.ts';
import { type Finished, run, temporaryDirectory } from '../../support/process.ts';
import { copyTree, npmStart, type RunningDemo, stopDemo } from './copied-tree.ts';

const tree = copyTree(join(temporaryDirectory('npm-start'), 'postern'));
const POSTERN = join(tree, 'bin/postern');

describe('npm start on a fresh copy', () => {
  let demo: RunningDemo;
  before(async () => {
    demo = await npmStart(tree);
  });
  after(() => stopDemo(demo, 'SIGKILL'));

  const postern = (...argv: string[]): Promise<Finished> => run(POSTERN, argv, { cwd: tree, env: CLEAN });
  const device = (method: string, path: string, ...more: string[]): Promise<Finished> =>
    run(POSTERN, ['device', method, `coaps://${demo.coaps}${path}`, ...more], {
      cwd: tree,
      env: { ...CLEAN, POSTERN_PSK: `demo-lamp:${Buffer.from(demo.key).toString('hex')}` },
    });

  test('the ready line is the first thing on standard output, and there is one', () => {
    assert.match(demo.page, /^postern ready coaps=127\.0\.0\.1:\d+ admin=127\.0\.0\.1:\d+ pid=\d+\n/);
    assert.equal(demo.page.match(/^postern ready/gm)?.length, 1);
  });

  test('a request was relayed before anybody typed anything', () => {
    assert.match(
      demo.page,
      /just now:\n[^]*2\.05 Content, 27 bytes, text\/plain\n {2}hello from the demo backend\n/,
    );
  });

  test('what is secret may be read by its owner only', () => {
    for (const file of ['admin.token', 'demo.json', 'master.key', 'postern.db']) {
      assert.equal(statSync(join(tree, 'var', file)).mode & 0o077, 0, file);
    }
  });

  for (const [name, needed] of [
    ['bin/postern device get', undefined],
    ['coap-client-openssl', 'coap-client-openssl'],
    ['openssl s_client', 'openssl'],
  ] as const) {
    const missing = needed === undefined ? undefined : peer(needed);
    const skip =
      missing !== undefined && 'missing' in missing && process.env['CI'] !== 'true' ? missing.missing : false;
    test(`the command with ${name} works as printed`, { skip }, async () => {
      const command = commandsOf(demo.page).find((line) => line.includes(name));
      assert.ok(command !== undefined, 'it is on the page');
      const { stdout, stderr } = await run('sh', ['-c', LIMITED, 'sh', command], { cwd: tree, env: CLEAN });
      assert.match(stdout, /hello from the demo backend/, stderr);
    });
  }

  test('echo gives back what was sent, with its format', async () => {
    const { code, stdout, stderr } = await device(
      'put',
      '/demo/echo',
      '--payload',
      '{"on":1}',
      '--content-format',
      '50',
    );
    assert.deepEqual([code, stdout], [0, '{"on":1}']);
    assert.equal(stderr, '2.04 Changed, 8 bytes, application/json\n');
  });

  test('the vault is denied with a decision that the log explains, and the backend hears nothing of it', async () => {
    const { code, stdout, stderr } = await device('get', '/vault/gold');
    assert.deepEqual([code, stdout], [1, '']);
    const decision = /^4\.03 Forbidden, decision (\S+)\n$/.exec(stderr)?.[1];
    assert.ok(decision !== undefined, stderr);
    await demo.child.waitFor(new RegExp(`"decision":"${decision}".*"event":"request denied"`));
    const requests = await device('get', '/demo/requests');
    assert.equal((JSON.parse(requests.stdout) as Record<string, number>)['/vault/gold'], undefined);
    assert.match(requests.stdout, /"\/hello":/);
  });

  test('a wrong key is refused as an unknown device is', async () => {
    const answers = [];
    for (const psk of ['demo-lamp:00112233', 'nobody:00112233']) {
      const uri = `coaps://${demo.coaps}/demo/hello`;
      const { code, stdout, stderr } = await run(POSTERN, ['device', 'get', uri, '--psk', psk], {
        cwd: tree,
      });
      answers.push({ code, stdout, stderr });
    }
    assert.equal(answers[0]?.code, 1);
    assert.match(
      answers[0]?.stderr ?? '',
      /^postern: handshake failed: the gateway refused identity or key\n/,
    );
    assert.deepEqual(answers[0], answers[1]);
  });

  test('a device of my own: added, used, seen, removed, refused', async () => {
    assert.equal((await postern('user', 'add', 'ann')).code, 0);
    const added = await postern('device', 'add', 'lamp-1', '--owner', 'ann');
    assert.equal(added.code, 0, added.stderr);
    const key = /^key +([0-9a-f]{32})$/m.exec(added.stdout)?.[1];
    const get = ['device', 'get', `coaps://${demo.coaps}/demo/hello`, '--psk', `lamp-1:${key}`];
    assert.equal((await postern(...get)).code, 0);
    assert.match((await postern('device', 'list')).stdout, /^lamp-1 +ann +active +dev-/m);
    assert.match(
      (await postern('probe', `coaps://${demo.coaps}`, '--psk', `lamp-1:${key}`)).stdout,
      /established as lamp-1/,
    );
    assert.equal((await postern('device', 'remove', 'lamp-1')).code, 0);
    const refused = await postern(...get);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /refused identity or key/);
    assert.doesNotMatch((await postern('sessions', 'list')).stdout, /lamp-1/);
  });

  test('a second gateway on the same ports ends with 69 and one line that names the port', async () => {
    const port = demo.coaps.split(':')[1] ?? '';
    const state = temporaryDirectory('other-state');
    const { code, stdout, stderr } = await run(
      POSTERN,
      ['serve', '--profile', 'dev', '--demo', '--coaps-port', port, '--admin-port', '0'],
      { cwd: tree, env: { ...CLEAN, POSTERN_STATE: state } },
    );
    assert.deepEqual([code, stdout], [69, '']);
    const said = stderr.split('\n').filter((line) => line.startsWith('postern: '));
    assert.equal(said.length, 1);
    assert.ok(said[0]?.includes(port), stderr);
  });

  test('SIGINT drains and ends with 0; nothing of the demo is left behind', async () => {
    const backend = /coap:\/\/127\.0\.0\.1:(\d+)/.exec(demo.page)?.[1];
    assert.equal(await stopDemo(demo, 'SIGINT'), 0);
    assert.equal(existsSync(join(tree, 'var/ports.json')), false);
    await eventually(async () => !(await listensOn(Number(backend))));
  });

  test('the next start has the same device and key; after kill -9 too', async () => {
    const { key } = demo;
    demo = await npmStart(tree);
    assert.equal(demo.key, key);
    assert.match(demo.page, /2\.05 Content/);
    await stopDemo(demo, 'SIGKILL');
    demo = await npmStart(tree);
    assert.equal(demo.key, key);
    assert.match(demo.page, /2\.05 Content/);
    assert.match((await postern('user', 'list')).stdout, /^ann /m, 'what was acknowledged is there');
  });
});

/** Ends a pipeline as a whole, where the machine can: what is left of one would hold its output open. */
const LIMITED = 'command -v timeout > /dev/null && exec timeout 20 sh -c "$1" || exec sh -c "$1"';

const CLEAN = {
  POSTERN_STATE: undefined,
  POSTERN_URL: undefined,
  POSTERN_TOKEN: undefined,
  POSTERN_PSK: undefined,
} as const;

/** The indented commands of the page, with continued lines joined. */
function commandsOf(page: string): string[] {
  const section = /Try it from another terminal[^\n]*\n([^]*?)\nThe /.exec(page)?.[1] ?? '';
  return section
    .replaceAll(/\\\n/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Whether something on this machine has that UDP port of the loopback interface. */
async function listensOn(port: number): Promise<boolean> {
  const { createSocket } = await import('node:dgram');
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(true));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(false)));
  });
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('it did not come to hold within 5 s');
}
