/** The real gateway process with one port for every kind of credential, and the devices of {@link Known} registered. */
import { readFileSync } from 'node:fs';
import { startDaemon } from './daemon.ts';
import { type CertifiedFiles, type KeyShop, openKeyShop } from './key-files.ts';
import type { Known } from './every-gateway.ts';
import { DEVICE, type Gateway } from './scene.ts';

export type EveryDaemon = Pick<Gateway, 'coapsPort' | 'backendRequests' | 'stop'> & {
  readonly keys: KeyShop;
  readonly known: Omit<Known, 'newMeter'>;
  /** How many handshakes have become sessions with this kind of credential. */
  established(credential: 'psk' | 'rpk' | 'x509'): Promise<number>;
  /** How many handshakes have failed, for whatever reason. */
  failed(): Promise<number>;
};

/** Starts it. Of a device that can do both, a PSK beside ephemeral keys is preferred to one alone. */
export async function startEveryDaemon(): Promise<EveryDaemon> {
  const keys = openKeyShop();
  const own = keys.certified('gateway');
  const known = {
    psk: DEVICE,
    lock: keys.raw('lock'),
    meter: keys.certified('meter'),
    oldMeter: keys.certified('old-meter', 'rsa'),
  };
  const { lock, meter, oldMeter } = known;
  const daemon = await startDaemon({
    more: {
      dtls: {
        key_file: own.key,
        certificate_file: own.certificate,
        trust_anchors: [keys.authority],
        credentials: ['ecdhe-psk', 'psk', 'rpk', 'x509'],
      },
    },
    devices: {
      lock: { kind: 'rpk', publicKey: readFileSync(lock.publicKey, 'utf8') },
      meter: certificateOf(meter),
      'old-meter': certificateOf(oldMeter),
    },
  });
  const handshakes = async (labels: string): Promise<number> => {
    const lines = (await daemon.metrics()).split('\n');
    return lines
      .filter((line) => line.startsWith('postern_handshakes_total{') && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };
  return {
    coapsPort: daemon.coapsPort,
    keys,
    known,
    backendRequests: () => daemon.backendRequests(),
    established: (kind) => handshakes(`result="established",reason="none",credential="${kind}"`),
    failed: () => handshakes('result="failed"'),
    stop: async () => {
      keys.close();
      await daemon.stop();
    },
  };
}

function certificateOf({ certificate }: CertifiedFiles): object {
  return { kind: 'x509', certificate: readFileSync(certificate, 'utf8') };
}
