/** Our client role with keys and certificates against the servers of OpenSSL, GnuTLS and libcoap. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type PeerName, withPeer } from '../../support/peers.ts';
import { type Child, freeUdpPort, start } from '../../support/process.ts';
import type { ClientSettings, CredentialQuestion } from '../../../src/dtls/index.ts';
import { findAnswer, get } from '../support/coap-bytes.ts';
import { LIMIT } from '../support/contract.ts';
import { type CertifiedFiles, type KeyFiles, type KeyShop, openKeyShop } from '../support/key-files.ts';
import { connect, type OwnClient, type OwnClientOptions } from '../support/own-client.ts';

/** One way to serve: its arguments for port and keys, and how an exchange with it goes. */
type Serving = {
  readonly peer: PeerName;
  readonly title: string;
  readonly raw?: true;
  readonly command: string;
  /** What it prints when it is ready; nothing when absent. */
  readonly ready?: RegExp;
  args(port: number, own: CertifiedFiles, authority: string): string[];
  /** Proves that data goes both ways. */
  exchange(client: OwnClient, server: Child): Promise<void>;
};

const RAW_KEYS = 'NORMAL:-VERS-ALL:+VERS-DTLS1.2:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK:-CTYPE-X509';

const SERVINGS: readonly Serving[] = [
  {
    peer: 'openssl',
    title: 'openssl s_server',
    command: 'openssl',
    ready: /ACCEPT/,
    args: (port, { certificate, key }, authority) => {
      const keys = ['-cert', certificate, '-key', key, '-CAfile', authority];
      return ['s_server', '-dtls1_2', '-port', String(port), ...keys, '-Verify', '1', '-verify_return_error'];
    },
    exchange: async (client, server) => {
      const answer = client.ask(Buffer.from('ping from us\n'));
      await server.waitFor(/ping from us/);
      server.write('pong\n');
      assert.equal((await answer).toString(), 'pong\n');
    },
  },
  {
    peer: 'gnutls-cli',
    title: 'gnutls-serv with raw public keys',
    raw: true,
    command: 'gnutls-serv',
    ready: /listening on IPv4.*done/,
    args: (port, { publicKey, key }) => {
      const keys = ['--rawpkkeyfile', key, '--rawpkfile', publicKey, '--priority', RAW_KEYS];
      return ['--udp', '--echo', '--port', String(port), '--require-client-cert', ...keys];
    },
    exchange: echoed,
  },
  {
    peer: 'gnutls-cli',
    title: 'gnutls-serv with certificates',
    command: 'gnutls-serv',
    ready: /listening on IPv4.*done/,
    args: (port, { certificate, key }, authority) => {
      const keys = ['--x509certfile', certificate, '--x509keyfile', key, '--x509cafile', authority];
      const verify = ['--require-client-cert', '--verify-client-cert'];
      return ['--udp', '--echo', '--port', String(port), ...verify, ...keys];
    },
    exchange: echoed,
  },
  ...(['coap-server-openssl', 'coap-server-gnutls'] as const).map(
    (name): Serving => ({
      peer: name,
      title: `${name} with certificates`,
      command: name,
      args: (port, { certificate, key }, authority) => {
        const keys = ['-c', certificate, '-j', key, '-C', authority];
        return ['-A', '127.0.0.1', '-p', String(port - 1), ...keys]; // it takes the port above for DTLS
      },
      exchange: coap,
    }),
  ),
  {
    peer: 'coap-server-gnutls',
    title: 'coap-server-gnutls with raw public keys',
    raw: true,
    command: 'coap-server-gnutls',
    args: (port, { publicKey, key }) => {
      return ['-A', '127.0.0.1', '-p', String(port - 1), '-j', key, '-M', publicKey, '-n'];
    },
    exchange: coap,
  },
];

for (const serving of SERVINGS) {
  withPeer(serving.peer, serving.title, () => {
    let server: Child;
    let port: number;
    let keys: KeyShop;
    let own: CertifiedFiles;
    // A server each: some serve one client at a time, and wait long for one that left.
    beforeEach(async () => {
      keys = openKeyShop();
      own = keys.certified('server');
      ({ server, port } = await started(serving.command, serving.ready, (free) =>
        serving.args(free, own, keys.authority),
      ));
    });
    afterEach(async () => {
      await server.stop();
      keys.close();
    });

    const reach = (client: ClientSettings, more: Partial<OwnClientOptions> = {}): Promise<OwnClient> =>
      connect({ port, client, ...more });
    const shown = (name: string): KeyFiles => (serving.raw === true ? keys.raw(name) : keys.certified(name));

    test('each side shows a key, data goes both ways', LIMIT, async (context) => {
      const asked: CredentialQuestion[] = [];
      const client = await reach(
        { identity: shown('we').identity() },
        {
          judge: (ask) => {
            asked.push(ask);
            return { kind: 'accepted', credential: 'server' };
          },
        },
      );
      context.after(() => client.close());
      assert.ok('suite' in client.outcome, JSON.stringify(client.outcome));
      assert.match(client.outcome.suite, /^TLS_ECDHE_ECDSA_WITH_/);
      const [ask] = asked;
      if (serving.raw === true) assert.deepEqual(ask?.kind === 'rpk' && ask.spki, own.spki);
      else assert.deepEqual(ask?.kind === 'x509' && ask.chain[0], own.chain[0]);
      await serving.exchange(client, server);
    });

    test('a server whose key we do not know is left', LIMIT, async (context) => {
      const client = await reach(
        { identity: shown('we-too').identity() },
        { judge: () => ({ kind: 'unknown' }) },
      );
      context.after(() => client.close());
      const failed = serving.raw === true ? 'unknown-key' : 'unknown-authority';
      assert.deepEqual(client.outcome, { failed });
    });

    // Raw keys are taken from anybody by these servers.
    if (serving.raw === true) return;
    test('a server that does not know our certificate tells us so', LIMIT, async (context) => {
      const others = openKeyShop();
      context.after(() => others.close());
      const client = await reach({ identity: others.certified('stranger').identity() });
      context.after(() => client.close());
      assert.deepEqual(client.outcome, { failed: 'peer-alert' });
    });
  });
}

withPeer('openssl', 'openssl s_server resumes', () => {
  test('a session of ours is taken up again by its id', LIMIT, async (context) => {
    const keys = openKeyShop();
    const both = keys.certified('both');
    const own = ['-cert', both.certificate, '-key', both.key, '-no_ticket'];
    const { server, port } = await started('openssl', /ACCEPT/, (free) => {
      return ['s_server', '-dtls1_2', '-port', String(free), ...own];
    });
    context.after(async () => {
      await server.stop();
      keys.close();
    });
    const first = await connect({ port, client: { identity: both.identity() } });
    assert.ok(first.session !== null, JSON.stringify(first.outcome));
    assert.equal(first.resumed, false);
    first.close();
    await server.waitFor(/^DONE$/m);
    const again = await connect({ port, client: { identity: both.identity(), resume: first.session } });
    context.after(() => again.close());
    assert.equal(again.resumed, true, JSON.stringify(again.outcome));
    await server.waitFor(/Reused session-id/);
  });
});

/** A server on a port that was free a moment ago; another one when somebody was faster. */
async function started(
  command: string,
  ready: RegExp | undefined,
  args: (port: number) => string[],
): Promise<{ readonly server: Child; readonly port: number }> {
  for (let attempts = 1; ; attempts += 1) {
    const port = (await freeUdpPort(2)) + 1;
    const server = start(command, args(port));
    try {
      if (ready === undefined) await new Promise((resolve) => setTimeout(resolve, 300));
      else await server.waitFor(ready, 3_000);
      return { server, port };
    } catch (error) {
      await server.stop();
      if (attempts === 3) throw error;
    }
  }
}

async function echoed(client: OwnClient): Promise<void> {
  assert.equal((await client.ask(Buffer.from('ping from us\n'))).toString(), 'ping from us\n');
}

async function coap(client: OwnClient): Promise<void> {
  const answer = findAnswer(await client.ask(get({ path: '/' })));
  assert.equal(answer?.code, '2.05');
  assert.match(answer.payload, /libcoap/);
}
