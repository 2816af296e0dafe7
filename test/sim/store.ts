/** Where credentials are looked up: after a while, or never. */
import { bytesKey, type Secret } from '../../src/base/index.ts';
import type { CredentialAnswer } from '../../src/dtls/index.ts';
import type { Random } from '../support/dtls-random.ts';
import type { Clock } from './clock.ts';

export interface StoreManners {
  /** Milliseconds, from and to. Zero answers within the same step. */
  readonly delay: readonly [number, number];
  /** Questions that are never answered. */
  readonly silence: number;
}

export class CredentialStore {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #manners: StoreManners;
  readonly #keys = new Map<string, Secret>();

  constructor(clock: Clock, random: Random, manners: StoreManners) {
    this.#clock = clock;
    this.#random = random;
    this.#manners = manners;
  }

  add(identity: Uint8Array, key: Secret): void {
    this.#keys.set(bytesKey(identity), key);
  }

  ask(identity: Uint8Array, answer: (answer: CredentialAnswer) => void): void {
    const key = this.#keys.get(bytesKey(identity));
    const found: CredentialAnswer =
      key === undefined ? { kind: 'unknown' } : { kind: 'psk', key, credential: credentialOf(identity) };
    if (this.#random.chance(this.#manners.silence)) return;
    const [least, most] = this.#manners.delay;
    if (most === 0) answer(found);
    else this.#clock.in(this.#random.between(least, most), () => answer(found));
  }
}

/** The name of the record that the store answers from. */
export const credentialOf = (identity: Uint8Array): string => `credential of ${bytesKey(identity)}`;
