/** Mbed TLS's `ssl_client2` behind its `udp_proxy`: a client whose network the test chooses, repeatable by a seed. */
import { join } from 'node:path';
import { preprocessed } from '../../support/c-programs.ts';
import { madeBy, type Missing } from '../../support/debian-source.ts';
import { freeUdpPort, run, start } from '../../support/process.ts';
import type { EveryGateway } from '../support/every-gateway.ts';

/** Where both programs are, or why not. */
export type Programs = { readonly folder: string; readonly version: string } | Missing;

/** How a device proves itself. */
export type Proof = keyof typeof PROOFS;

export type Trial = {
  readonly gateway: EveryGateway;
  readonly folder: string;
  readonly proof: Proof;
  /** Options of udp_proxy: `drop=5`. */
  readonly network: readonly string[];
  /** Options of ssl_client2: `reconnect_hard=1`. */
  readonly client?: readonly string[];
  readonly seed: number;
};

/** Built when first needed, for each version of the library. */
export function bothPrograms(): Programs {
  const version = preprocessed('mbedtls/version.h', 'MBEDTLS_VERSION_STRING')?.replaceAll('"', '');
  if (version === undefined)
    return {
      missing: 'needs a C compiler and libmbedtls-dev: sudo apt-get install gcc libc6-dev libmbedtls-dev',
    };
  const made = madeBy(new URL('fetch-programs.sh', import.meta.url), `mbedtls-programs-${version}`);
  return 'missing' in made ? made : { ...made, version };
}

/** What became of a trial: whether the client got in and got its answers, and everything that both programs said. */
export type Verdict = { readonly passed: boolean; readonly printed: string };

/** One run of the client through the proxy. */
export async function trial({ gateway, folder, proof, network, client = [], seed }: Trial): Promise<Verdict> {
  const port = await freeUdpPort();
  const addresses = [`listen_port=${port}`, `server_port=${gateway.coapsPort}`];
  const proxy = start(join(folder, 'udp_proxy'), [
    'listen_addr=127.0.0.1',
    'server_addr=127.0.0.1',
    ...addresses,
    `seed=${seed}`,
    ...network,
  ]);
  try {
    await proxy.waitFor(/Waiting for a remote connection/);
    const args = [
      'dtls=1',
      'server_addr=127.0.0.1',
      `server_port=${port}`,
      ...PATIENCE,
      ...PROOFS[proof](gateway),
    ];
    const { code, stdout, stderr } = await run(join(folder, 'ssl_client2'), [...args, ...client], {
      timeoutMs: 60_000,
    });
    const printed = `ssl_client2 ended with ${code}\n${stdout}${stderr}\n--- proxy\n${proxy.stdout()}`;
    return { passed: code === 0, printed };
  } finally {
    await proxy.stop('SIGKILL');
  }
}

/** What every request is answered with. */
export const ANSWER = Buffer.from('HTTP/1.0 200 OK\r\n\r\n');

const PROOFS = {
  psk: ({ known: { psk } }: EveryGateway) => [
    `psk=${psk.key.toString('hex')}`,
    `psk_identity=${psk.identity.toString()}`,
    'force_ciphersuite=TLS-PSK-WITH-AES-128-CCM-8',
  ],
  'ecdhe-psk': ({ known: { psk } }: EveryGateway) => [
    `psk=${psk.key.toString('hex')}`,
    `psk_identity=${psk.identity.toString()}`,
    'force_ciphersuite=TLS-ECDHE-PSK-WITH-CHACHA20-POLY1305-SHA256',
  ],
  x509: ({ known: { meter }, keys: { authority } }: EveryGateway) => [
    `crt_file=${meter.certificate}`,
    `key_file=${meter.key}`,
    `ca_file=${authority}`,
    'auth_mode=required',
    'server_name=gateway',
    'force_ciphersuite=TLS-ECDHE-ECDSA-WITH-AES-128-CCM-8',
  ],
} as const;

/** A handshake may take half a minute of retransmissions, an answer ten seconds. */
const PATIENCE = ['hs_timeout=250-10000', 'read_timeout=500', 'max_resend=20', 'tickets=0'];
