/** What a run of the bench does: everything, a taste of it in 20 seconds, or just enough to see that it works. */
import type { Window } from './generator/protocol.ts';
import type { Case } from './measure.ts';
import { floor } from './systems/floor.ts';
import { libcoapGnutls, libcoapOpenssl } from './systems/libcoap.ts';
import { postern } from './systems/postern.ts';
import { shard } from './systems/shard.ts';
import type { System } from './systems/system.ts';

export interface Plan {
  readonly name: 'full' | 'quick' | 'tiny';
  readonly systems: readonly System[];
  readonly wants: (what: Case) => boolean;
  /** Established sessions during measurements. */
  readonly sizes: readonly number[];
  /** The median of so many windows counts. */
  readonly repeats: number;
  readonly gets: Window;
  readonly handshakes: Window;
  /** Between the last handshake and the reading of memory: long enough for what handshakes leave behind to go. */
  readonly settleS: number;
  /** Operations under way at once. */
  readonly getsConcurrency: number;
  readonly handshakesConcurrency: number;
}

export const ALL_SYSTEMS: readonly System[] = [floor, postern, libcoapOpenssl, libcoapGnutls, shard];

export const PLANS: Readonly<Record<Plan['name'], Plan>> = {
  full: {
    name: 'full',
    systems: [floor, postern, libcoapOpenssl, libcoapGnutls],
    wants: () => true,
    sizes: [1_000, 10_000],
    repeats: 3,
    gets: { warmupS: 1, measuredS: 5 },
    handshakes: { warmupS: 0.5, measuredS: 3 },
    settleS: 35,
    getsConcurrency: 64,
    handshakesConcurrency: 16,
  },
  quick: {
    name: 'quick',
    systems: [floor, postern, libcoapOpenssl],
    wants: () => true,
    sizes: [1_000],
    repeats: 1,
    gets: { warmupS: 0.5, measuredS: 1.5 },
    handshakes: { warmupS: 0.3, measuredS: 1 },
    settleS: 0.5,
    getsConcurrency: 64,
    handshakesConcurrency: 16,
  },
  tiny: {
    name: 'tiny',
    systems: [postern],
    wants: () => true,
    sizes: [8],
    repeats: 1,
    gets: { warmupS: 0.1, measuredS: 0.3 },
    handshakes: { warmupS: 0.1, measuredS: 0.5 },
    settleS: 0,
    getsConcurrency: 4,
    handshakesConcurrency: 2,
  },
};
