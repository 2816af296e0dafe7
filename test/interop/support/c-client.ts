/** Runs the C clients of mbedtls/ and wolfssl/ and reads what they print. */
import type { Peer } from '../../support/peers.ts';
import { run } from '../../support/process.ts';
import { type Answer, findAnswer, get } from './coap-bytes.ts';
import type { Outcome } from './contract.ts';
import type { Device } from './gateway.ts';
import type { CertifiedFiles } from './key-files.ts';

/** What peer-client.h ends with. */
export const EXIT = {
  ok: 0,
  handshakeFailed: 3,
  handshakeTimeout: 4,
  replyTimeout: 5,
  connectionLost: 6,
} as const;

export type CRun = {
  readonly code: number | null;
  /** Cipher suite of each completed handshake, in the library's own spelling. */
  readonly suites: readonly string[];
  readonly answers: readonly Answer[];
  readonly output: string;
};

export type CRunOptions = {
  readonly port: number;
  /** Its pre-shared key; none when absent. */
  readonly device?: Device;
  /** Its certificate, and the authority that it verifies the gateway against. */
  readonly certified?: {
    readonly files: Pick<CertifiedFiles, 'certificate' | 'key'>;
    readonly authority: string;
  };
  /** Each is asked for with a GET of its own, one after the other. */
  readonly paths?: readonly string[];
  readonly options?: readonly string[];
  readonly patienceMs?: number;
};

/** One run of a C client; it gives up by itself when its patience is over. */
export async function runClient(peer: Peer, options: CRunOptions): Promise<CRun> {
  const { port, device, certified, paths = ['/hello'], options: more = [], patienceMs = 4_000 } = options;
  const args = ['--port', String(port), '--patience-ms', String(patienceMs)];
  if (device !== undefined)
    args.push('--identity-hex', device.identity.toString('hex'), '--key-hex', device.key.toString('hex'));
  if (certified !== undefined) {
    const { files, authority } = certified;
    args.push('--certificate', files.certificate, '--private-key', files.key, '--authority', authority);
  }
  args.push(...more);
  for (const [index, path] of paths.entries())
    args.push('--send', get({ path, messageId: 0x1000 + index }).toString('hex'));
  const { code, stdout, stderr } = await run(peer.command, args, { timeoutMs: 15_000 });
  const replies = [...stdout.matchAll(/^reply ([0-9a-f]*)$/gm)].map(([, hex]) =>
    Buffer.from(hex ?? '', 'hex'),
  );
  return {
    code,
    suites: [...stdout.matchAll(/^handshake ok suite=(\S+)/gm)].map(([, suite]) => suite ?? ''),
    answers: replies.flatMap((reply) => findAnswer(reply) ?? []),
    output: stdout + stderr,
  };
}

/** A run with one request, in the words of the contract. */
export function outcomeOf({ suites, answers: [answer] }: CRun): Outcome {
  return { connected: suites.length > 0, ...(answer === undefined ? {} : { answer }) };
}
