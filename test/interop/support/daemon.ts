/** The real gateway process: started from a configuration file, filled through its admin interface. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, start, temporaryDirectory } from '../../support/process.ts';
import { startBackend } from './backend.ts';
import { DEVICE, type Device, type Gateway, HELLO, LARGE, ODD_DEVICES } from './scene.ts';

export type DaemonOptions = {
  /** What else its configuration says. */
  readonly more?: object;
  /** Further devices: the credential of each by its name, as the admin interface takes it. */
  readonly devices?: Readonly<Record<string, object>>;
};

/** Starts `postern serve` with any free ports and a state directory of its own. */
export async function startDaemon({ more = {}, devices = {} }: DaemonOptions = {}): Promise<Gateway> {
  const backend = await startBackend({ '/hello': HELLO, '/large': LARGE, '/forbidden': 'a secret' });
  const state = temporaryDirectory('interop');
  const config = join(state, 'postern.yaml');
  writeFileSync(config, JSON.stringify({ ...configuration(backend.port), ...more })); // JSON is YAML
  const daemon = start(POSTERN, ['serve', '--config', config], {
    env: { POSTERN_STATE: join(state, 'var') },
  });
  const stop = async (): Promise<void> => {
    await daemon.stop();
    backend.close();
  };
  try {
    const [, coapsPort, adminPort] = await daemon.waitFor(READY, 20_000);
    const admin = new Admin(`http://127.0.0.1:${adminPort}`, join(state, 'var', 'admin.token'));
    await admin.populate(devices);
    return {
      coapsPort: Number(coapsPort),
      device: DEVICE,
      oddDevices: ODD_DEVICES,
      backendRequests: () => backend.requests(),
      metrics: () => admin.metrics(),
      stop: () => stoppedCleanly(daemon, stop),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** SIGTERM ends the gateway with exit code 0, or the suite fails. */
async function stoppedCleanly(daemon: Child, stop: () => Promise<void>): Promise<void> {
  await stop();
  const { code, signal } = await daemon.exit;
  if (code !== 0) throw new Error(`the gateway ended with ${code ?? signal}\n${daemon.stderr()}`);
}

function configuration(backendPort: number): object {
  return {
    listeners: [{ address: '127.0.0.1', port: 0 }],
    admin: { address: '127.0.0.1', port: 0 },
    backends: { own: { url: `coap://127.0.0.1:${backendPort}` } },
    routes: ['hello', 'large', 'forbidden'].map((name) => ({
      name,
      path: `/${name}`,
      backend: 'own',
      rewrite: `/${name}`,
    })),
    rights: [{ devices: ['*'], routes: ['hello', 'large'], actions: ['*'] }],
  };
}

class Admin {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, tokenFile: string) {
    this.#url = url;
    this.#token = readFileSync(tokenFile, 'utf8').trim();
  }

  /** One owner, and every device with what it is born with. */
  async populate(more: Readonly<Record<string, object>>): Promise<void> {
    const owner = await this.#create({ kind: 'user', name: 'interop' });
    const born = Object.entries({ plain: DEVICE, ...ODD_DEVICES });
    const devices = [
      ...born.map(([name, device]) => [name, pskOf(device)] as const),
      ...Object.entries(more),
    ];
    for (const [name, credential] of devices) await this.#create({ kind: 'device', name, owner, credential });
  }

  async metrics(): Promise<string> {
    const response = await fetch(`${this.#url}/metrics`);
    return response.text();
  }

  /** The id of the new actor. */
  async #create(actor: object): Promise<string> {
    const response = await fetch(`${this.#url}/v1/actors`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(actor),
    });
    if (response.status !== 201)
      throw new Error(`POST /v1/actors: ${response.status} ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    return id;
  }
}

function pskOf({ identity, key }: Device): object {
  return { kind: 'psk', identityHex: identity.toString('hex'), keyHex: key.toString('hex') };
}

const POSTERN = fileURLToPath(new URL('../../../bin/postern', import.meta.url));
const READY = /^postern ready coaps=127\.0\.0\.1:(\d+)\S* admin=127\.0\.0\.1:(\d+) pid=\d+$/m;
