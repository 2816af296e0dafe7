/** One gateway, one port: strangers with pre-shared keys, raw public keys and certificates, at the same time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { get } from '../../interop/support/coap-bytes.ts';
import { type PeerName, withPeer } from '../../support/peers.ts';
import { type Child, start } from '../../support/process.ts';
import { type Authority, foundAuthority, type KeyFiles } from '../support/credentials.ts';
import { connect } from '../support/device.ts';
import { type DeviceAccess, furnish, type Gateway, startGateway } from '../support/gateway.ts';

interface Scene {
  readonly gateway: Gateway;
  readonly authority: Authority;
  readonly psk: Pick<DeviceAccess, 'identity' | 'keyHex'>;
  /** Registered by its public key. */
  readonly lock: KeyFiles & { readonly credential: string };
  /** Registered by its certificate. */
  readonly meter: KeyFiles & { readonly credential: string };
  readonly requests: () => number;
}

async function scene(name: string): Promise<Scene> {
  const authority = foundAuthority(name);
  const place = await furnish(name, {
    dtls: {
      key_file: authority.gateway.keyFile,
      certificate_file: authority.gateway.certificateFile,
      trust_anchors: [authority.file],
    },
  });
  const gateway = await startGateway(place);
  const [lock, meter] = [authority.issueFor('lock'), authority.issueFor('meter')];
  await gateway.admin('/v1/actors', { body: { kind: 'user', name: 'ann' } });
  const keyHex = Buffer.from(KEY).toString('hex');
  const added = async (device: string, credential: object): Promise<string> => {
    const body = { kind: 'device', name: device, owner: 'ann', credential };
    const answer = await gateway.admin('/v1/actors', { body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return (answer.body['credential'] as { id: string }).id;
  };
  await added('lamp', { kind: 'psk', identity: 'lamp', keyHex });
  return {
    gateway,
    authority,
    psk: { identity: 'lamp', keyHex },
    lock: { ...lock, credential: await added('lock', { kind: 'rpk', publicKey: lock.publicKeyPem }) },
    meter: {
      ...meter,
      credential: await added('meter', { kind: 'x509', certificate: meter.certificatePem }),
    },
    requests: () => place.backend.requests(),
  };
}

/** How often handshakes ended in that way. */
async function handshakes(gateway: Gateway, labels: string): Promise<number> {
  const page = String((await gateway.admin('/metrics')).body['text']);
  const line = page.split('\n').find((each) => each.startsWith(`postern_handshakes_total{${labels}}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

const established = async (gateway: Gateway): Promise<number> => {
  const kinds = ['psk', 'rpk', 'x509'];
  const each = kinds.map((kind) =>
    handshakes(gateway, `result="established",reason="none",credential="${kind}"`),
  );
  return (await Promise.all(each)).reduce((sum, count) => sum + count, 0);
};

/** The commands of strangers: each asks GET /open/hello once. */
type Ask = (scene: Scene) => Promise<string | undefined>;

/** Printable: libcoap takes keys as text. */
const KEY = 'a-key-for-lamps!';
const REFUSED = (reason: string, kind: string): string =>
  `result="failed",reason="${reason}",credential="${kind}"`;
const RESOURCE = '/open/hello';
const HELLO = 'hello from behind';

const libcoap =
  (command: 'coap-client-openssl' | 'coap-client-gnutls', shown: (scene: Scene) => readonly string[]): Ask =>
  async (made) => {
    const uri = `coaps://localhost:${made.gateway.coapsPort}${RESOURCE}`;
    const client = start(command, ['-B', '8', '-a', '127.0.0.1', ...shown(made), uri]);
    await client.exit;
    return client.stdout().trim();
  };

const piped =
  (command: string, shown: (scene: Scene) => readonly string[], ready: RegExp): Ask =>
  async (made) => {
    const client = start(command, shown(made));
    const patience = setTimeout(() => void client.stop('SIGKILL'), 8_000);
    try {
      await client.waitFor(ready);
      return await conversed(client);
    } finally {
      clearTimeout(patience);
      await client.stop();
    }
  };

async function conversed(client: Child): Promise<string | undefined> {
  client.write(get({ path: RESOURCE }));
  const [answer] = await client.waitFor(/hello from behind/);
  client.endInput();
  return answer;
}

const certificate = ({ meter, authority }: Scene): readonly string[] => [
  '-c',
  meter.certificateFile,
  '-j',
  meter.keyFile,
  '-C',
  authority.file,
];
const gnutls = (made: Scene, ...options: readonly string[]): readonly string[] => [
  '--udp',
  `--port=${made.gateway.coapsPort}`,
  ...options,
  'localhost',
];
const preShared = ({ psk }: Scene): readonly string[] => [
  '--pskusername',
  psk.identity,
  '--pskkey',
  psk.keyHex,
];

const STRANGERS: readonly { readonly title: string; readonly peer: PeerName; readonly ask: Ask }[] = [
  {
    title: 'openssl s_client, X.509',
    peer: 'openssl',
    ask: piped(
      'openssl',
      ({ gateway, meter, authority }) => [
        's_client',
        '-dtls1_2',
        '-connect',
        `127.0.0.1:${gateway.coapsPort}`,
        '-quiet',
        '-cert',
        meter.certificateFile,
        '-key',
        meter.keyFile,
        '-CAfile',
        authority.file,
        '-verify_return_error',
      ],
      /verify return:1|depth=0/,
    ),
  },
  {
    title: 'coap-client-openssl, X.509',
    peer: 'coap-client-openssl',
    ask: libcoap('coap-client-openssl', certificate),
  },
  {
    title: 'coap-client-gnutls, X.509',
    peer: 'coap-client-gnutls',
    ask: libcoap('coap-client-gnutls', certificate),
  },
  {
    title: 'coap-client-gnutls, raw public key',
    peer: 'coap-client-gnutls',
    ask: libcoap('coap-client-gnutls', ({ lock }) => ['-M', lock.pairFile]),
  },
  {
    title: 'coap-client-openssl, PSK',
    peer: 'coap-client-openssl',
    ask: libcoap('coap-client-openssl', ({ psk }) => ['-u', psk.identity, '-k', KEY]),
  },
  {
    title: 'gnutls-cli, raw public key',
    peer: 'gnutls-cli',
    ask: piped(
      'gnutls-cli',
      (made) =>
        gnutls(
          made,
          '--rawpkkeyfile',
          made.lock.keyFile,
          '--rawpkfile',
          made.lock.publicKeyFile,
          '--insecure',
          '--priority',
          'NORMAL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK',
        ),
      /Simple Client Mode/,
    ),
  },
  {
    title: 'gnutls-cli, PSK',
    peer: 'gnutls-cli',
    ask: piped(
      'gnutls-cli',
      (made) => gnutls(made, ...preShared(made), '--priority', 'NORMAL:-VERS-ALL:+VERS-DTLS1.2:-KX-ALL:+PSK'),
      /Simple Client Mode/,
    ),
  },
  {
    // gnutls-cli 3.7.9 ends with a segmentation fault on ECDHE-PSK, against its own server too.
    title: 'openssl s_client, ECDHE-PSK',
    peer: 'openssl',
    ask: piped(
      'openssl',
      ({ gateway, psk }) => [
        's_client',
        '-dtls1_2',
        '-connect',
        `127.0.0.1:${gateway.coapsPort}`,
        '-psk_identity',
        psk.identity,
        '-psk',
        psk.keyHex,
        '-cipher',
        'ECDHE-PSK-CHACHA20-POLY1305',
      ],
      /Cipher is ECDHE-PSK-CHACHA20-POLY1305[^]*Extended master secret: yes/,
    ),
  },
];

const made = await scene('strangers');

describe('strangers of every kind on one port', () => {
  for (const { title, peer, ask } of STRANGERS) {
    withPeer(peer, title, () => {
      test('is answered from behind', { timeout: 30_000 }, async () => {
        assert.equal(await ask(made), HELLO);
      });
    });
  }

  test('all of them at once', { timeout: 60_000 }, async () => {
    const before = made.requests();
    const answers = await Promise.all(STRANGERS.map(({ ask }) => ask(made)));
    assert.deepEqual(
      answers.map((answer, i) => [STRANGERS[i]?.title, answer]),
      STRANGERS.map(({ title }) => [title, HELLO]),
    );
    assert.equal(made.requests(), before + STRANGERS.length);
  });
});

describe('who is turned away', () => {
  test('an unknown raw public key: a handshake alert for the peer, the reason for the operator', async () => {
    const before = await handshakes(made.gateway, REFUSED('unknown-key', 'rpk'));
    const stranger = made.authority.issueFor('nobody');
    await assert.rejects(connect(made.gateway.coapsPort, { identity: stranger.raw }), /peer-alert/);
    await made.gateway.child.waitFor(/"reason":"unknown-key".*"why":"no device has this key"/);
    assert.equal(await handshakes(made.gateway, REFUSED('unknown-key', 'rpk')), before + 1);
  });

  test('a certificate of another authority', async () => {
    const stranger = foundAuthority('elsewhere').issueFor('meter');
    await assert.rejects(connect(made.gateway.coapsPort, { identity: stranger.certified }), /peer-alert/);
    await made.gateway.child.waitFor(/"reason":"unknown-authority".*issuer is CN=elsewhere Root/);
    assert.ok((await handshakes(made.gateway, REFUSED('unknown-authority', 'x509'))) >= 1);
  });

  test('a certificate of the right authority that nobody registered', async () => {
    const stranger = made.authority.issueFor('newcomer');
    await assert.rejects(connect(made.gateway.coapsPort, { identity: stranger.certified }), /peer-alert/);
    await made.gateway.child.waitFor(
      /no device is registered as CN=newcomer under the authority [0-9a-f]{64}/,
    );
  });

  withPeer('openssl', 'no certificate where one is asked for', (openssl) => {
    test('is no session', async () => {
      const at = `127.0.0.1:${made.gateway.coapsPort}`;
      const suites = ['-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
      const client = start(openssl.command, ['s_client', '-dtls1_2', '-connect', at, ...suites]);
      await client.exit;
      await made.gateway.child.waitFor(/"reason":"no-certificate"/);
    });
  });
});

describe('connection IDs', () => {
  for (const [kind, shown] of [
    ['PSK', () => made.psk],
    ['raw public key', () => ({ identity: made.lock.raw })],
    ['X.509', () => ({ identity: made.meter.certified })],
  ] as const) {
    test(`${kind}: the port changes, the next request is answered, and nobody shakes hands`, async () => {
      const device = await connect(made.gateway.coapsPort, shown());
      const shaken = await established(made.gateway);
      assert.equal((await device.get(RESOURCE)).payload, HELLO);
      for (let times = 0; times < 3; times++) {
        await device.move();
        assert.equal((await device.get(RESOURCE)).payload, HELLO);
      }
      assert.equal(await established(made.gateway), shaken);
      device.close();
    });
  }
});

describe('a credential that ends', () => {
  for (const [kind, holder, reason] of [
    ['raw public key', 'lock', 'revoked'],
    ['X.509', 'meter', 'certificate-revoked'],
  ] as const) {
    test(`${kind}: its session is cut before the answer, and nothing can be taken up again`, async () => {
      const { gateway } = made;
      const { credential, raw, certified } = made[holder];
      const identity = holder === 'lock' ? raw : certified;
      const first = await connect(gateway.coapsPort, { identity });
      const { session } = first;
      assert.ok(session !== null, 'there is something to resume from');
      first.close();
      const second = await connect(gateway.coapsPort, { identity, resume: session });
      assert.equal(second.peer.resumed, true);
      assert.equal((await second.get(RESOURCE)).payload, HELLO);
      const ended = await gateway.admin(`/v1/credentials/${credential}`, { method: 'DELETE' });
      assert.equal(ended.status, 200);
      assert.equal(await second.closed, 'peer-alert');
      second.close();
      await assert.rejects(connect(gateway.coapsPort, { identity, resume: session }), /peer-alert/);
      const { body } = await gateway.admin('/metrics');
      assert.match(String(body['text']), new RegExp(`sessions_closed_total\\{reason="${reason}"\\} [1-9]`));
    });
  }
});
