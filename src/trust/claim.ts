/**
 * First-owner claim: how a device that nobody owns yet gets exactly one owner. Codes are kept as keyed hashes only.
 */
import type { WallTime } from '../base/index.ts';
import type { ActorId } from './actor.ts';
import type { Establishment } from './credential.ts';

/**
 * While it is open, a device with an unknown raw public key is admitted, and may ask for its claim and nothing else.
 */
export interface ClaimWindow {
  readonly admits: Admission;
  readonly notAfter: WallTime;
}

export type Admission =
  /** Only keys from a manufacturer's list. */
  | { readonly kind: 'listed'; readonly devices: readonly ListedDevice[] }
  /** Anybody, so many in a minute. */
  | { readonly kind: 'open'; readonly perMinuteMax: number };

/** One line of a manufacturer's list; the hashes are of what is printed on or in the device. */
export interface ListedDevice {
  readonly fingerprintHex: string;
  readonly claimHashHex: string | null;
  readonly resetHashHex: string | null;
}

/** How many devices an open window has admitted in the minute that began at `from`. */
export interface AdmissionCount {
  readonly from: WallTime;
  readonly count: number;
}

/** What can be proved about a device besides its key. */
export interface Claim {
  readonly device: ActorId;
  /** The code that makes somebody the owner; `null` when there is none, or when it has been used. */
  readonly code: ClaimCode | null;
  /** The proof of a factory reset; `null` when only the owner can let go. */
  readonly reset: ResetProof | null;
}

/** What somebody may try to guess. */
export interface Guessed {
  /** Wrong guesses, of all together, that are still answered. */
  readonly failuresLeft: number;
  /** How many each actor has had; absent: none has had any. */
  readonly failures?: readonly { readonly by: ActorId; readonly count: number }[];
}

export interface ClaimCode extends Guessed {
  readonly hashHex: string;
  readonly established: Establishment;
  readonly notAfter: WallTime | null;
}

export interface ResetProof extends Guessed {
  readonly hashHex: string;
}
