/**
 * Exported keying material (RFC 5705), which Postern does not offer: made here from what passes by a crypto provider,
 * so that the runner can compare secrets and randoms of both ends.
 */
import { concat, equalBytes, utf8 } from '../../src/base/index.ts';
import { Writer } from '../../src/base/wire/index.ts';
import { type CryptoProvider, type HashName, nodeProvider } from '../../src/crypto/index.ts';
import { prf } from '../../src/dtls/v12/key-schedule.ts';

export class ExportingProvider {
  readonly provider: CryptoProvider;
  #candidate: { hash: HashName; secret: Uint8Array } | undefined;
  #expanded: { hash: HashName; secret: Uint8Array; randoms: Uint8Array } | undefined;

  constructor() {
    this.provider = {
      ...nodeProvider,
      macKey: (hash, secret) => {
        this.#candidate = { hash, secret: secret.slice() };
        return nodeProvider.macKey(hash, secret);
      },
      hmac: (key, ...parts) => {
        this.#notice(parts.at(-2), parts.at(-1));
        return nodeProvider.hmac(key, ...parts);
      },
    };
  }

  /** Of the connection whose keys were expanded last. */
  export(label: string, context: string | null, length: number): Uint8Array {
    if (this.#expanded === undefined) throw new RangeError('no keys were expanded');
    const { hash, secret, randoms } = this.#expanded;
    const swapped = concat(randoms.subarray(RANDOM_BYTES), randoms.subarray(0, RANDOM_BYTES));
    const bytes = context === null ? undefined : utf8(context);
    const seed =
      bytes === undefined ? swapped : concat(swapped, new Writer(bytes.length + 2).vector16(bytes).finish());
    return prf(nodeProvider, nodeProvider.macKey(hash, secret), utf8(label), seed, length);
  }

  #notice(label: Uint8Array | undefined, seed: Uint8Array | undefined): void {
    if (label === undefined || seed === undefined || this.#candidate === undefined) return;
    if (equalBytes(label, EXPANSION)) this.#expanded = { ...this.#candidate, randoms: seed.slice() };
  }
}

const EXPANSION = utf8('key expansion');
const RANDOM_BYTES = 32;
