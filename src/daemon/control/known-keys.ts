/**
 * Who has which pre-shared key, by keyed hash: one key has one owner. Only keys that somebody brings along are asked
 * about, so nothing is worked out before the first of them.
 */
import { toHex } from '../../base/index.ts';
import { keyedHash, type MasterKey } from '../../crypto/index.ts';
import type { CredentialId, PskCredential, TrustSnapshot } from '../../trust/index.ts';
import type { PskMaterial } from '../ports/index.ts';
import { type Command, type DeviceRow, giveWay, unhurried } from './commands/index.ts';

export class KnownKeys {
  readonly #master: MasterKey;
  readonly #unseal: (credential: PskCredential) => PskMaterial;
  #holders: Map<string, CredentialId> | undefined;

  constructor(master: MasterKey, unseal: (credential: PskCredential) => PskMaterial) {
    this.#master = master;
    this.#unseal = unseal;
  }

  /** To be awaited before `holderOf` is asked on behalf of `command`; nothing may be written meanwhile. */
  async prepare(command: Command, { credentials }: TrustSnapshot): Promise<void> {
    if (!bringsKeys(command)) return;
    if (this.#holders !== undefined) return;
    const holders = new Map<string, CredentialId>();
    for await (const [, credential] of unhurried(credentials.values(), giveWay)) {
      if (credential.kind !== 'psk') continue;
      const { key } = this.#unseal(credential);
      holders.set(this.#hash(key), credential.id);
      key.fill(0);
    }
    this.#holders = holders;
  }

  /** The credential that has this key. */
  holderOf({ credentials }: TrustSnapshot, key: Uint8Array): CredentialId | undefined {
    const holder = this.#holders?.get(this.#hash(key));
    return holder === undefined || !credentials.has(holder) ? undefined : holder;
  }

  /** These keys have been established. */
  learn(keys: readonly PskMaterial[], { credentials }: TrustSnapshot): void {
    if (this.#holders === undefined) return;
    for (const { key, credential } of keys) this.#holders.set(this.#hash(key), credential);
    // What has ended is not taken out one by one: when it is more than half, all is worked out again, if ever asked.
    if (this.#holders.size > 2 * credentials.size + ENDED_MAX) this.#holders = undefined;
  }

  #hash(key: Uint8Array): string {
    return keyedHash(this.#master, 'psk', toHex(key));
  }
}

function bringsKeys(command: Command): boolean {
  if (command.kind === 'add-devices') return command.rows.some(({ credential }) => brings(credential));
  return 'credential' in command && command.credential !== null && brings(command.credential);
}

const brings = (wish: DeviceRow['credential']): boolean => wish.kind === 'psk' && wish.keyHex !== null;

const ENDED_MAX = 10_000;
