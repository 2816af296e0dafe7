/** The demo's device: made at the first start, kept in `demo.json` of the state directory, used again ever after. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex, utf8 } from '../../base/index.ts';
import type { AdminClient } from '../client.ts';
import { CommandFault, EXIT, systemCode } from '../fault.ts';
import { unreadable } from '../key-file.ts';

export interface DemoDevice {
  readonly identity: string;
  /** Printable, because libcoap's command line takes keys as text only. */
  readonly key: string;
}

const FILE = 'demo.json';
const USER = 'demo';
const DEVICE = 'demo-lamp';
const KEY = /^[A-Za-z0-9]{16}$/;

/** The demo device, registered at the gateway of `client`; `stateDir` remembers its key with mode 0600. */
export async function ensureDemoDevice(client: AdminClient, stateDir: string): Promise<DemoDevice> {
  const file = join(stateDir, FILE);
  const kept = await readKept(file);
  const device = kept ?? { identity: DEVICE, key: printableKey() };
  if (kept === undefined) await keep(file, device);
  const [users, devices] = await Promise.all([client.actors('user'), client.actors('device')]);
  if (!users.some((user) => user.name === USER)) await client.addUser(USER);
  const registered = devices.find((one) => one.name === DEVICE);
  if (registered !== undefined && kept !== undefined) return device;
  // Its key was lost together with the file: the old one must go before a new one can come.
  if (registered !== undefined) await client.removeActor(registered.id);
  const keyHex = toHex(utf8(device.key));
  await client.addDevice(DEVICE, USER, { kind: 'psk', identity: device.identity, keyHex });
  return device;
}

async function readKept(file: string): Promise<DemoDevice | undefined> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined;
    throw new CommandFault(EXIT.failure, unreadable(file, thrown));
  }
  const device = parseKept(content);
  if (device !== undefined) return device;
  throw new CommandFault(
    EXIT.failure,
    `${file} is not what the demo wrote`,
    'remove that file and start again',
  );
}

function parseKept(content: string): DemoDevice | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || !('identity' in value) || !('key' in value))
      return undefined;
    const { identity, key } = value;
    if (typeof identity !== 'string' || typeof key !== 'string' || !KEY.test(key)) return undefined;
    return { identity, key };
  } catch {
    return undefined;
  }
}

/** Written beside and renamed over, so that a crash leaves the old file or the new one. */
async function keep(file: string, device: DemoDevice): Promise<void> {
  const beside = `${file}.new`;
  await writeFile(beside, `${JSON.stringify(device, null, 2)}\n`, { mode: 0o600 });
  await rename(beside, file);
}

/** 16 letters and digits, about 95 bits. */
function printableKey(): string {
  for (;;) {
    const key = randomBytes(12).toString('base64url');
    if (KEY.test(key)) return key;
  }
}
