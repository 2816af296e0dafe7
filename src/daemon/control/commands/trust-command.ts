/**
 * What an operator may ask for about trust: relationships, actors' states, claims. References are ids, `KIND/NAME`, or
 * names.
 */
import type { WallTime } from '../../../base/index.ts';
import type { ActorId, Level, RelationshipId, Revision, ScopeWish } from '../../../trust/index.ts';

export type TrustCommand = RelationshipCommand | OwnershipCommand;

export type RelationshipCommand =
  | {
      readonly kind: 'establish';
      readonly wish: RelationshipWish;
      /** An operator alone shall be able to end it. */
      readonly firm: boolean;
    }
  | { readonly kind: 'introduce'; readonly wish: IntroductionWish }
  | {
      readonly kind: 'revoke';
      readonly id: RelationshipId;
      /** The revision, and the time if known, of the preview that was shown; `null`: whatever falls. */
      readonly ifRevision: Revision | null;
      readonly asOf: WallTime | null;
    }
  | {
      readonly kind: 'suspend-relationship' | 'resume-relationship';
      readonly id: RelationshipId;
      readonly ifRevision: Revision | null;
    }
  | {
      readonly kind: 'suspend-actor' | 'resume-actor';
      readonly id: ActorId;
      readonly ifRevision: Revision | null;
    };

export type OwnershipCommand =
  | { readonly kind: 'add-unclaimed'; readonly name: string; readonly notAfter: WallTime | null }
  | { readonly kind: 'claim'; readonly device: string; readonly user: string; readonly code: string }
  | { readonly kind: 'release'; readonly device: string; readonly ifRevision: Revision | null };

export interface RelationshipWish {
  readonly trustor: string;
  readonly trustee: string;
  readonly scope: ScopeWish;
  readonly level: Level;
  readonly introduce: number;
  readonly notBefore: WallTime | null;
  readonly notAfter: WallTime | null;
}

export interface IntroductionWish extends RelationshipWish {
  readonly introducer: string;
  /** An introduced relationship that this introducer shall hold up too; `null`: a new one. */
  readonly relationship: RelationshipId | null;
}
