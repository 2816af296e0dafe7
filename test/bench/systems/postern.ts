/**
 * Postern as it ships: the whole daemon, one shard. Its devices are registered through the admin interface first, and
 * it is started anew before anything is measured, so that their registration leaves no memory behind.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '../child.ts';
import { identityOf, keyOf } from '../devices.ts';
import { pathBytes } from '../generator/coap-bytes.ts';
import { BACKEND_PATH, type System } from './system.ts';

export const postern: System = {
  name: 'postern',
  label: 'Postern',
  dtls: true,
  start: async ({ core, backendPort, devices }) => {
    const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'));
    writeConfig(directory, backendPort, devices, {});
    try {
      const registry = await serve(directory, core);
      await register(registry, devices);
      const { child, coapsPort } = devices < MANY ? registry : await restarted(registry, directory, core);
      const optionsHex = Buffer.from(pathBytes(`/bench${BACKEND_PATH}`)).toString('hex');
      return {
        target: { port: coapsPort, pid: child.pid, protection: 'key-per-device', optionsHex },
        stop: async () => {
          await child.stop();
          rmSync(directory, { recursive: true, force: true });
        },
      };
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  },
  keyed: {
    cases: ['RPK handshake', 'X.509 handshake', 'resumption'],
    start: async ({ core, backendPort, keys, what }) => {
      const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'));
      const { server, device, authority } = keys;
      const dtls = { key_file: server.key, certificate_file: server.certificate, trust_anchors: [authority] };
      writeConfig(directory, backendPort, 1, dtls);
      const serving = await serve(directory, core);
      await post(serving, { kind: 'user', name: 'owner' });
      const credential =
        what === 'X.509 handshake'
          ? { kind: 'x509', certificate: readFileSync(device.certificate, 'utf8') }
          : { kind: 'rpk', publicKey: readFileSync(device.publicKey, 'utf8') };
      await post(serving, { kind: 'device', name: 'bench-device', owner: 'owner', credential });
      const { child, coapsPort: port } = serving;
      return {
        target: { port, pid: child.pid, protection: 'one-key', shown: keys.shown(what), optionsHex: '' },
        stop: async () => {
          await child.stop();
          rmSync(directory, { recursive: true, force: true });
        },
      };
    },
  },
};

/** A running daemon. */
export interface Serving {
  readonly child: Child;
  readonly coapsPort: number;
  readonly adminUrl: string;
  readonly token: string;
}

/** Starts the daemon with `postern.yaml` and `state` in the directory; resolves when it is ready. */
export async function serve(directory: string, core: number): Promise<Serving> {
  const program = new URL('../../../bin/postern', import.meta.url).pathname;
  const args = ['serve', '--config', join(directory, 'postern.yaml')];
  const state = join(directory, 'state');
  const child = startChild({ command: program, args, core, cwd: directory, env: { POSTERN_STATE: state } });
  const [, coapsPort, admin] = await child.printed(/postern ready coaps=\S*:(\d+) admin=(\S+) pid/, 30_000);
  const token = readFileSync(join(state, 'admin.token'), 'utf8').trim();
  return { child, coapsPort: Number(coapsPort), adminUrl: `http://${admin}`, token };
}

async function restarted(serving: Serving, directory: string, core: number): Promise<Serving> {
  await serving.child.stop();
  return await serve(directory, core);
}

/** JSON is YAML. Everything is as it comes, but for limits that keep one device from asking as often as this does. */
function writeConfig(directory: string, backendPort: number, devices: number, dtls: object): void {
  const config = {
    profile: 'edge',
    listeners: [{ address: '127.0.0.1', port: 0 }],
    admin: { address: '127.0.0.1', port: 0 },
    backends: { origin: { kind: 'coap', url: `coap://127.0.0.1:${backendPort}` } },
    routes: [{ name: 'bench', path: '/bench/*', backend: 'origin', rewrite: '/*' }],
    rights: [{ devices: ['*'], routes: ['bench'], actions: ['read'] }],
    dtls,
    limits: {
      connections_max: Math.max(20_000, 2 * devices),
      requests_per_second: 1_000_000,
      request_burst: 1_000_000,
    },
  };
  writeFileSync(join(directory, 'postern.yaml'), JSON.stringify(config, null, 2));
}

async function register(gateway: Serving, devices: number): Promise<void> {
  const owner = 'owner';
  await post(gateway, { kind: 'user', name: owner });
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < devices) {
      const device = next++;
      const keyHex = Buffer.from(keyOf(device)).toString('hex');
      const credential = { kind: 'psk', identity: identityOf(device), keyHex };
      await post(gateway, { kind: 'device', name: identityOf(device), owner, credential });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function post(gateway: Serving, actor: object, tries = 20): Promise<void> {
  const { adminUrl, token } = gateway;
  const response = await fetch(`${adminUrl}/v1/actors`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(actor),
  });
  const text = await response.text();
  // On a busy machine it may say that it is overloaded, and mean that it did nothing.
  if (response.status === 503 && tries > 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    return await post(gateway, actor, tries - 1);
  }
  if (response.status !== 201) throw new Error(`POST /v1/actors: ${response.status} ${text}`);
}

const LANES = 8;
/** From so many devices on, their registration would show in the figures. */
const MANY = 200;
