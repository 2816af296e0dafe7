/** One run of `openssl s_client` over DTLS. */
import { type Child, start } from '../../support/process.ts';
import { get } from '../support/coap-bytes.ts';
import { answerFrom, type Outcome } from '../support/contract.ts';
import type { CertifiedFiles } from '../support/key-files.ts';
import type { Device } from '../support/scene.ts';

export type SClientRun = { readonly outcome: Outcome; readonly client: Child };

export type SClientOptions = {
  readonly port: number;
  /** Of {@link pskOptions}, {@link certificateOptions}, and whatever else it takes. */
  readonly options: readonly string[];
  readonly path?: string;
  readonly version?: string;
};

/** Starts a client, which then waits for its standard input. */
export function connectSClient({ port, options, version = '-dtls1_2' }: SClientOptions): Child {
  return start('openssl', ['s_client', version, '-connect', `127.0.0.1:${port}`, ...options]);
}

/** Connects, asks GET path, says goodbye. It gives up after four seconds. */
export async function askSClient(wanted: SClientOptions): Promise<SClientRun> {
  const client = connectSClient(wanted);
  const patience = setTimeout(() => void client.stop('SIGKILL'), 4_000);
  // It prints a session even when the gateway then refuses its Finished; only its exit code tells.
  await client.waitFor(/Extended master secret: /).catch(() => {});
  clearTimeout(patience);
  client.write(get({ path: wanted.path ?? '/hello' }));
  const answer = await answerFrom(client);
  client.endInput();
  const connected = (await client.exit).code === 0;
  return { outcome: { connected, ...(answer === undefined ? {} : { answer }) }, client };
}

export function pskOptions({ identity, key }: Device): string[] {
  return ['-psk_identity', identity.toString(), '-psk', key.toString('hex')];
}

/** The device's own certificate; and the authority by which it insists on verifying the gateway. */
export function certificateOptions(files: CertifiedFiles, authority: string): string[] {
  return ['-cert', files.certificate, '-key', files.key, ...verifyOptions(authority)];
}

export function verifyOptions(authority: string): string[] {
  return ['-CAfile', authority, '-verify_return_error', '-verify_hostname', 'gateway'];
}
