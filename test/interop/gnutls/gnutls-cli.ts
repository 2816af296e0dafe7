/** One run of `gnutls-cli --udp`. */
import { type Child, start } from '../../support/process.ts';
import { get } from '../support/coap-bytes.ts';
import { answerFrom, type Outcome } from '../support/contract.ts';
import type { CertifiedFiles, KeyFiles } from '../support/key-files.ts';
import type { Device } from '../support/scene.ts';

export type GnutlsRun = { readonly outcome: Outcome; readonly client: Child };

/** Connects, asks GET path, says goodbye. It gives up after five seconds. */
export async function askGnutls(
  port: number,
  options: readonly string[],
  path = '/hello',
  env: Readonly<Record<string, string>> = {},
): Promise<GnutlsRun> {
  const client = start('gnutls-cli', ['--udp', '--port', String(port), ...options, '127.0.0.1'], { env });
  const patience = setTimeout(() => void client.stop('SIGKILL'), 5_000);
  const connected = await client.waitFor(/Simple Client Mode/).then(
    () => true,
    () => false,
  );
  clearTimeout(patience);
  if (!connected) return { outcome: { connected }, client };
  client.write(get({ path }));
  const answer = await answerFrom(client);
  client.endInput();
  await client.stop();
  return { outcome: { connected, ...(answer === undefined ? {} : { answer }) }, client };
}

export function pskOptions({ identity, key }: Device): string[] {
  return ['--pskusername', identity.toString(), '--pskkey', key.toString('hex')];
}

/** Raw public keys on both sides. Its way of verifying one is a file of pins, which it lacks over UDP: --insecure. */
export function rawKeyOptions(files: KeyFiles, publicKey = files.publicKey): string[] {
  const keys = ['--rawpkkeyfile', files.key, '--rawpkfile', publicKey];
  return ['--insecure', '--priority', RAW_KEYS, ...keys];
}

export function certificateOptions(files: CertifiedFiles, authority: string): string[] {
  const keys = ['--x509keyfile', files.key, '--x509certfile', files.certificate];
  return ['--priority', 'NORMAL', ...keys, '--x509cafile', authority, '--verify-hostname', 'gateway'];
}

const RAW_KEYS = 'NORMAL:-VERS-ALL:+VERS-DTLS1.2:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK:-CTYPE-X509';
