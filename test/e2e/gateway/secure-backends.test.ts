/** Backends behind coaps: libcoap's servers, known by a pre-shared key, a raw public key, a certificate. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { toHex } from '../../../src/base/index.ts';
import { nodeProvider } from '../../../src/crypto/index.ts';
import { type PeerName, withPeer } from '../../support/peers.ts';
import { type Child, freeUdpPort, start, temporaryDirectory } from '../../support/process.ts';
import { foundAuthority } from '../support/credentials.ts';
import { connect, type Device } from '../support/device.ts';
import { addDevice, furnish, type Gateway, startGateway } from '../support/gateway.ts';

const directory = temporaryDirectory('backends');
const authority = foundAuthority('backends');
const [client, stranger] = [authority.issueFor('client'), authority.issueFor('stranger')];
const sha256 = (bytes: Uint8Array): string => toHex(nodeProvider.hash('sha256', bytes));
const secretFile = (name: string, content: string): string => {
  const file = join(directory, name);
  writeFileSync(file, content);
  chmodSync(file, 0o600);
  return file;
};
const KEY = 'a-backend-secret';
const keyFile = secretFile('psk', `${Buffer.from(KEY).toString('hex')}\n`);

const SERVED_BY_CERTIFICATE = [
  ['-c', authority.gateway.certificateFile],
  ['-j', authority.gateway.keyFile],
  ['-C', authority.file],
].flat();

const SERVERS = [
  {
    name: 'psk',
    peer: 'coap-server-openssl',
    serving: ['-k', KEY],
    shown: { psk: { identity: 'gateway', key_file: keyFile } },
    wrong: {
      psk: { identity: 'gateway', key_file: secretFile('other', '00112233445566778899aabbccddeeff') },
    },
  },
  {
    name: 'rpk',
    peer: 'coap-server-gnutls',
    serving: ['-M', authority.gateway.pairFile],
    shown: { rpk: { server_fingerprint: sha256(authority.gateway.raw.key.spki) } },
    wrong: { rpk: { server_fingerprint: sha256(stranger.raw.key.spki) } },
  },
  ...(['coap-server-openssl', 'coap-server-gnutls'] as const).map((peer) => ({
    name: `x509-${peer}`,
    peer,
    serving: SERVED_BY_CERTIFICATE,
    shown: { x509: certified({}) },
    wrong: { x509: certified({ server_name: 'elsewhere.example' }) },
  })),
] as const satisfies readonly { peer: PeerName; [member: string]: unknown }[];

function certified(more: object): object {
  return {
    certificate_file: client.certificateFile,
    key_file: client.keyFile,
    trust_anchors: [authority.file],
    ...more,
  };
}

interface Scene {
  readonly gateway: Gateway;
  readonly device: Device;
  readonly port: number;
  readonly serve: () => Promise<Child>;
}

/** A gateway in front of a server that is not running yet. */
async function scene(command: string, serving: readonly string[], shown: object): Promise<Scene> {
  const port = (await freeUdpPort(2)) + 1; // the server takes the one below for plain CoAP
  const url = `coaps://localhost:${port}`;
  const place = await furnish('secure-backend', {
    backends: { own: { url, timeout_s: 3, ...shown } },
    routes: [{ name: 'own', path: '/own/*', backend: 'own' }],
    rights: [{ devices: ['*'], routes: ['own'], actions: ['read'] }],
  });
  const gateway = await startGateway(place);
  const device = await connect(gateway.coapsPort, await addDevice(gateway, 'lamp'));
  const serve = async (): Promise<Child> => {
    const server = start(command, ['-A', '127.0.0.1', '-p', String(port - 1), ...serving]);
    after(() => server.stop('SIGKILL'));
    await new Promise((resolve) => setTimeout(resolve, 400)); // it prints nothing when it is ready
    return server;
  };
  return { gateway, device, port, serve };
}

for (const { name, peer, serving, shown, wrong } of SERVERS) {
  withPeer(peer, `${name}, ${peer}`, ({ command }) => {
    test('answers through the gateway, and again after it was restarted', { timeout: 60_000 }, async () => {
      const { gateway, device, serve } = await scene(command, serving, shown);
      assert.equal((await device.get('/own')).code, '5.02', 'nobody is there yet');
      const server = await serve();
      for (let times = 0; times < 3; times++) {
        const answer = await device.get('/own');
        assert.equal(answer.code, '2.05');
        assert.match(answer.payload, /libcoap/);
      }
      await server.stop('SIGKILL');
      await serve();
      const codes: string[] = [];
      while (codes.at(-1) !== '2.05' && codes.length < 8) {
        codes.push((await device.get('/own', 6_000)).code);
      }
      assert.equal(codes.at(-1), '2.05', codes.join());
      assert.ok(
        codes.slice(0, -1).every((code) => code === '5.04' || code === '5.02'),
        codes.join(),
      );
      const { body } = await gateway.admin('/v1/backends');
      assert.match(JSON.stringify(body), /"url":"coaps:\/\/localhost:\d+"/);
      assert.ok(!JSON.stringify(body).includes('PRIVATE'));
      device.close();
    });

    test('is not spoken to when it is another, and the operator is told', { timeout: 30_000 }, async () => {
      const { gateway, device, serve } = await scene(command, serving, wrong);
      await serve();
      const { code } = await device.get('/own', 6_000);
      // OpenSSL keeps silent about a wrong key.
      assert.ok(code === '5.02' || (name === 'psk' && code === '5.04'), code);
      await gateway.child.waitFor(/"code":"PN_DTLS_[A-Z_]+"/);
      device.close();
    });
  });
}
