/** `postern device` and `postern probe` against libcoap's servers: both ends of the command line, and no gateway. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withPeer } from '../../support/peers.ts';
import { type Child, freeUdpPort, run, start } from '../../support/process.ts';

const executable = fileURLToPath(new URL('../../../bin/postern', import.meta.url));
const KEY = '0123456789abcdef';
const PSK = `lamp:${Buffer.from(KEY).toString('hex')}`;
const WRONG_PSK = 'lamp:00112233';

for (const library of ['openssl', 'gnutls'] as const) {
  withPeer(`coap-client-${library}`, `the command line against coap-server-${library}`, () => {
    const server: { child?: Child; uri: string } = { uri: '' };
    before(async () => {
      const port = await freeUdpPort();
      server.child = start(`coap-server-${library}`, [
        '-A',
        '127.0.0.1',
        '-p',
        String(port),
        '-k',
        KEY,
        '-d',
        '10',
      ]);
      server.uri = `coaps://127.0.0.1:${port + 1}`;
      await untilItAnswers(server.uri);
    });
    after(() => server.child?.stop('SIGKILL'));

    test('get: the payload alone on standard output, the code on standard error', async () => {
      const { code, stdout, stderr } = await run(executable, [
        'device',
        'get',
        `${server.uri}/`,
        '--psk',
        PSK,
      ]);
      assert.equal(code, 0);
      assert.match(stdout, /^This is a test server made with libcoap/);
      assert.match(stderr, /^2\.05 Content, \d+ bytes/);
    });

    test('put, get, delete, with the key in the environment or a file, confirmable or not', async () => {
      const uri = `${server.uri}/lamp`;
      const keyless = { env: { POSTERN_PSK: PSK } };
      const put = await run(executable, ['device', 'put', uri, '--payload-file', '-'], {
        ...keyless,
        input: 'låmp',
      });
      assert.equal(put.code, 0, put.stderr);
      const get = await run(executable, ['device', 'get', uri, '--non', '--psk-file', '-', '--json'], {
        input: `${PSK}\n`,
      });
      const answer = JSON.parse(get.stdout) as { code: string; payload: string; payloadHex: string };
      assert.deepEqual([answer.code, answer.payload], ['2.05', 'låmp']);
      assert.equal(answer.payloadHex, Buffer.from('låmp').toString('hex'));
      const gone = await run(executable, ['device', 'delete', uri, ...argv(PSK)]);
      assert.match(gone.stderr, /^2\.02 Deleted, no payload/);
    });

    test('an error response ends with 1 and is shown', async () => {
      const { code, stderr } = await run(executable, [
        'device',
        'get',
        `${server.uri}/nowhere`,
        ...argv(PSK),
      ]);
      assert.equal(code, 1);
      assert.match(stderr, /^4\.04 Not Found/);
    });

    test('a wrong key ends with 1 and one plain sentence', async () => {
      const { code, stdout, stderr } = await run(executable, [
        'device',
        'get',
        `${server.uri}/`,
        ...argv(WRONG_PSK),
      ]);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^postern: handshake failed: the gateway refused identity or key\n/);
      assert.doesNotMatch(stderr, /00112233/);
    });

    test('probe with a key completes the handshake, without one it stops before', async () => {
      const whole = await run(executable, ['probe', server.uri, ...argv(PSK), '--json']);
      assert.equal(whole.code, 0, whole.stderr);
      const report = JSON.parse(whole.stdout) as Record<string, unknown>;
      assert.equal(report['outcome'], 'established');
      assert.equal(report['version'], 'DTLS 1.2');
      assert.equal(report['roundTrips'], 3);
      assert.ok((report['extensions'] as string[]).includes('extended_master_secret'));
      const half = await run(executable, ['probe', server.uri]);
      assert.equal(half.code, 0);
      assert.match(half.stdout, /^suite {19}TLS_PSK_WITH_/m);
      assert.match(half.stdout, /the server wants a pre-shared key/);
      const wrong = await run(executable, ['probe', server.uri, ...argv(WRONG_PSK), '--timeout', '2']);
      assert.equal(wrong.code, 1);
      assert.match(wrong.stdout, /the server refused identity or key/);
    });
  });
}

for (const command of [['device', 'get'], ['probe']]) {
  test(`${command.join(' ')}: nobody there ends with 69 at once`, async () => {
    const uri = `coaps://127.0.0.1:${await freeUdpPort()}/`;
    const { code, stderr } = await run(executable, [...command, uri, ...argv(PSK)], { timeoutMs: 5_000 });
    assert.equal(code, 69);
    assert.match(stderr, /^postern: nobody listens at 127\.0\.0\.1:\d+\n {2}\S/);
  });
}

test('a peer that answers nonsense ends the command with 1 and a sentence that blames the right one', async () => {
  await using liar = await startLiar();
  const uri = `coaps://127.0.0.1:${liar.port}/`;
  const got = await run(executable, ['device', 'get', uri, ...argv(PSK), '--timeout', '3']);
  assert.equal(got.code, 1);
  assert.match(got.stderr, /^postern: node-dtls-client cannot read what the other side sent: .*\n$/);
  const probed = await run(executable, ['probe', uri, '--timeout', '1']);
  assert.equal(probed.code, 1);
  assert.match(probed.stdout, /no answer that makes sense to the hello/);
});

/** Answers every datagram with a handshake record that announces more than it holds. */
async function startLiar(): Promise<AsyncDisposable & { readonly port: number }> {
  const socket = createSocket('udp4');
  const nonsense = Buffer.from('16fefd0000000000000003000c020000000000000000000016', 'hex');
  socket.on('message', (_, from) => socket.send(nonsense, from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: () => new Promise((closed) => void socket.close(() => closed())),
  };
}

const argv = (psk: string): string[] => ['--psk', psk];

async function untilItAnswers(uri: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { code } = await run(executable, ['probe', uri, '--timeout', '1']);
    if (code === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('the server did not come up');
}
