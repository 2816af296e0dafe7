/** One run of libcoap's example client, in its OpenSSL or its GnuTLS build. */
import type { Peer } from '../../support/peers.ts';
import { type Finished, run } from '../../support/process.ts';
import type { Outcome } from '../support/contract.ts';
import type { CertifiedFiles, KeyFiles } from '../support/key-files.ts';
import type { Device } from '../support/scene.ts';

/** `-v 0` keeps its log out of the payload; `-B` is how many seconds it waits before it gives up. */
export function getWith(
  peer: Peer,
  port: number,
  credential: readonly string[],
  path = '/hello',
  options: readonly string[] = [],
): Promise<Finished> {
  const uri = `coaps://127.0.0.1:${port}${path}`;
  const args = ['-v', '0', '-B', '4', '-m', 'get', ...credential, ...options, uri];
  return run(peer.command, args, { timeoutMs: 10_000 });
}

/** This client ends with 0 whatever happens: a payload on stdout is success, a code on stderr an error response. */
export function outcomeOf({ stdout, stderr }: Finished): Outcome {
  const error = /^([45]\.\d\d)/m.exec(stderr)?.[1];
  if (error !== undefined) return { connected: true, answer: { code: error, payload: '' } };
  return stdout === ''
    ? { connected: false }
    : { connected: true, answer: { code: '2.05', payload: stdout } };
}

export function pskOptions({ identity, key }: Device): string[] {
  return ['-u', identity.toString(), '-k', key.toString()];
}

export function certificateOptions(files: CertifiedFiles, authority: string): string[] {
  return ['-c', files.certificate, '-j', files.key, '-C', authority];
}

/** GnuTLS build only. `-n`: whose key the gateway shows is not asked; it has no way of pinning one. */
export function rawKeyOptions(files: KeyFiles): string[] {
  return ['-j', files.key, '-M', files.publicKey, '-n'];
}
