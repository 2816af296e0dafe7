/**
 * What may be asked for about enrolment: rotation and suspension of credentials, the claim window, claim codes, the
 * ways in which a device changes hands, and devices by the thousand. References are ids or names.
 */
import type { WallTime } from '../../../base/index.ts';
import type { CredentialId, Establishment, RefusalCode, Revision } from '../../../trust/index.ts';
import type { CredentialWish } from './command.ts';

interface Guarded {
  /** The revision that last changed the object; `null`: whatever it is. */
  readonly ifRevision: Revision | null;
}

interface OfDevice extends Guarded {
  readonly device: string;
}

export type EnrolmentCommand =
  /** Both are valid until the first use of the new one, or until `until`. */
  | (Guarded & {
      readonly kind: 'rotate-credential';
      readonly id: CredentialId;
      readonly credential: CredentialWish;
      readonly until: WallTime | null;
    })
  | (Guarded & { readonly kind: 'suspend-credential' | 'resume-credential'; readonly id: CredentialId })
  /** Devices that it let in stay, or those of them go that nobody can claim. */
  | (Guarded & { readonly kind: 'close-claim-window'; readonly newcomers: 'keep' | 'remove' })
  | (OfDevice & {
      readonly kind: 'issue-claim-code';
      readonly established: Establishment & ('printed' | 'nfc' | 'displayed');
      readonly notAfter: WallTime | null;
    })
  | (OfDevice & { readonly kind: 'set-reset-proof'; readonly proof: string })
  | (OfDevice & { readonly kind: 'transfer'; readonly user: string; readonly credential: CredentialWish })
  | (OfDevice & { readonly kind: 'reset'; readonly proof: string; readonly credential: CredentialWish });

/** Commands that are worked out in pieces, so that others are answered meanwhile. */
export type LongCommand =
  | (Guarded & { readonly kind: 'open-claim-window'; readonly window: ClaimWindowWish })
  /** One transaction: all of them or none, unless `partial`. */
  | { readonly kind: 'add-devices'; readonly rows: readonly DeviceRow[]; readonly partial: boolean };

export interface ClaimWindowWish {
  readonly admits:
    | { readonly kind: 'open'; readonly perMinuteMax: number }
    | { readonly kind: 'listed'; readonly devices: readonly ListedWish[] };
  readonly notAfter: WallTime;
}

/** One line of a manufacturer's list. */
export interface ListedWish {
  /** SHA-256 of the SPKI in hexadecimal, with or without `:`, `-` and spaces. */
  readonly fingerprint: string;
  readonly claimCode: ListedSecret | null;
  readonly resetProof: ListedSecret | null;
}

/** A secret of the device, or its SHA-256: of a claim code in capitals without separators, of a proof as it is. */
export type ListedSecret =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hash'; readonly sha256Hex: string };

/** A device as a list of many names it: with the identity and key that it has, its public key, or none of them. */
export interface DeviceRow {
  readonly name: string;
  /** Name or id of a user. */
  readonly owner: string;
  readonly credential: CredentialWish | UnfitRow;
}

/** Members of a row that do not go together. */
export interface UnfitRow {
  readonly kind: 'unfit';
  readonly detail: string;
  readonly field: string;
}

/** Why a row of a batch was refused. */
export interface RowRefusal {
  /** From 0. */
  readonly index: number;
  readonly code: RefusalCode;
  readonly detail: string;
  /** JSON pointer within the row. */
  readonly field?: string;
}
