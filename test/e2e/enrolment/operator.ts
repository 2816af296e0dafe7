/** An operator at the command line of a real gateway, and devices that speak with libcoap's client. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../../support/peers.ts';
import { type Finished, run, temporaryDirectory } from '../../support/process.ts';
import { furnish, type Gateway, POSTERN, startGateway } from '../support/gateway.ts';

export interface Operator {
  readonly gateway: Gateway;
  /** Runs `postern ...argv` in a directory of its own. */
  postern(argv: readonly string[], input?: string): Promise<Finished>;
  /** The same with `--json`, parsed. */
  json(argv: readonly string[], input?: string): Promise<Readonly<Record<string, unknown>>>;
  write(name: string, content: string | Uint8Array): string;
  read(name: string): Buffer;
  /** Absolute. */
  path(name: string): string;
}

export async function startOperator(name: string): Promise<Operator> {
  const gateway = await startGateway(await furnish(name));
  const cwd = temporaryDirectory(`${name}-desk`);
  const postern = (argv: readonly string[], input = ''): Promise<Finished> =>
    run(POSTERN, argv, { cwd, env: { POSTERN_STATE: gateway.state }, input, timeoutMs: 60_000 });
  return {
    gateway,
    postern,
    json: async (argv, input) => {
      const { code, stdout, stderr } = await postern([...argv, '--json'], input);
      if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    },
    write: (file, content) => {
      writeFileSync(join(cwd, file), content);
      return file;
    },
    read: (file) => readFileSync(join(cwd, file)),
    path: (file) => join(cwd, file),
  };
}

export interface Psk {
  readonly identity: string;
  readonly keyHex: string;
}

/** Keys with these bytes cannot be handed to a program as an argument. */
export const fitsArgument = ({ keyHex }: Psk): boolean => {
  const bytes = Buffer.from(keyHex, 'hex');
  return !bytes.includes(0) && bytes.at(-1) !== 0x0a;
};

/** What the backend says to a device that gets in; else the code of a refusal, or `out`. */
export async function ask(peer: Peer, { gateway }: Operator, psk: Psk): Promise<string> {
  const key = [...Buffer.from(psk.keyHex, 'hex')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
  const uri = `coaps://127.0.0.1:${gateway.coapsPort}/open/hello`;
  const script = `key=$(printf '${key.join('')}'); exec "$0" -v 0 -B 4 -m get -u "$1" -k "$key" "$2"`;
  const { stdout, stderr } = await run('sh', ['-c', script, peer.command, psk.identity, uri], {
    timeoutMs: 10_000,
  });
  const refused = /^([45]\.\d\d)/m.exec(stderr)?.[1];
  return refused ?? (stdout.trim() === '' ? 'out' : stdout.trim());
}

export const HELLO = 'hello from behind';
