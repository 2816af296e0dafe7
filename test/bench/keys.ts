/**
 * Handshakes with keys instead of a shared secret: what they cost a server. Both sides show a key or a certificate, as
 * devices and a gateway do; keys and certificates are made for the run.
 */
import { type CertifiedFiles, openKeyShop } from '../interop/support/key-files.ts';
import type { Shown } from './generator/protocol.ts';

export const KEY_CASES = ['RPK handshake', 'X.509 handshake', 'resumption'] as const;
export type KeyCase = (typeof KEY_CASES)[number];

/** Files of a server and of the one device that all sessions of the generator are. */
export interface BenchKeys {
  readonly server: CertifiedFiles;
  readonly device: CertifiedFiles;
  readonly authority: string;
  /** What the device shows in this case. */
  shown(what: KeyCase): Shown;
  close(): void;
}

export function openBenchKeys(): BenchKeys {
  const shop = openKeyShop();
  const server = shop.certified('localhost');
  const device = shop.certified('bench-device');
  return {
    server,
    device,
    authority: shop.authority,
    shown: (what) => ({
      keyFile: device.key,
      chainHex: what === 'X.509 handshake' ? device.chain.map((one) => Buffer.from(one).toString('hex')) : [],
      resume: what === 'resumption',
    }),
    close: () => shop.close(),
  };
}
