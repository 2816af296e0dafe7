/** What can happen. The log of these events is the truth; everything else is a fold of it. Plain JSON. */
import type { WallTime } from '../base/index.ts';
import type { ActorId, ActorKind } from './actor.ts';
import type { ClaimCode, ClaimWindow } from './claim.ts';
import type { Credential, CredentialId, CredentialKind, CredentialOf, Establishment } from './credential.ts';
import type { RelationshipFacts, RelationshipId, Support } from './relationship.ts';

export type TrustEvent = ActorEvent | CredentialEvent | RelationshipEvent | ClaimEvent;

type ActorEvent =
  | {
      readonly kind: 'actor-added';
      readonly id: ActorId;
      readonly actor: ActorKind;
      readonly name: string;
      readonly owner: ActorId | null;
    }
  | { readonly kind: 'actor-suspended' | 'actor-resumed' | 'actor-removed'; readonly id: ActorId }
  /** A device has another owner, or none. Its claim code, if any, is spent. */
  | { readonly kind: 'owner-set'; readonly id: ActorId; readonly owner: ActorId | null };

type CredentialEvent =
  /** A PSK without bounds, the way in which logs have said it from the beginning. */
  | {
      readonly kind: 'psk-established';
      readonly id: CredentialId;
      readonly actor: ActorId;
      readonly identityHex: string;
      readonly sealedKey: string;
      readonly established: Establishment;
    }
  | { readonly kind: 'credential-established'; readonly credential: CredentialFacts }
  /** `successor` replaces it; both are valid until the first use of the successor, or until `until`. */
  | {
      readonly kind: 'credential-rotated';
      readonly id: CredentialId;
      readonly successor: CredentialId;
      readonly until: WallTime | null;
    }
  /** `by` an actor for itself; without: by an operator. */
  | { readonly kind: 'credential-suspended'; readonly id: CredentialId; readonly by?: ActorId }
  | { readonly kind: 'credential-resumed' | 'credential-ended'; readonly id: CredentialId };

type RelationshipEvent =
  | { readonly kind: 'relationship-established'; readonly relationship: RelationshipFacts }
  | { readonly kind: 'support-added'; readonly id: RelationshipId; readonly support: Support }
  | { readonly kind: 'support-withdrawn'; readonly id: RelationshipId; readonly introducer: ActorId }
  /** `by` an actor for itself; without: by an operator. */
  | { readonly kind: 'relationship-suspended'; readonly id: RelationshipId; readonly by?: ActorId }
  | { readonly kind: 'relationship-resumed'; readonly id: RelationshipId }
  /** For good, in one stroke: what was revoked, and what fell with it, each because of one that it stood on. */
  | {
      readonly kind: 'relationships-ended';
      readonly revoked: readonly RelationshipId[];
      readonly fallen: readonly (Fall | Fallen)[];
    }
  /** What had ended is not kept any longer. */
  | { readonly kind: 'relationships-forgotten'; readonly ids: readonly RelationshipId[] };

type ClaimEvent =
  | { readonly kind: 'claim-window-opened'; readonly window: ClaimWindow }
  | { readonly kind: 'claim-window-closed' }
  | { readonly kind: 'device-admitted'; readonly id: ActorId; readonly at: WallTime }
  | { readonly kind: 'claim-code-issued'; readonly id: ActorId; readonly code: ClaimCode }
  | { readonly kind: 'reset-proof-set'; readonly id: ActorId; readonly hashHex: string }
  /** Somebody's guess was wrong; `by` an actor; without: by an operator. */
  | { readonly kind: 'claim-failed' | 'reset-failed'; readonly id: ActorId; readonly by?: ActorId };

/** What falls together: thousands may stand on one, whose name is written down once. */
export interface Fall {
  readonly ids: readonly RelationshipId[];
  /** A revoked relationship, or one that fell before them in the list. */
  readonly because: RelationshipId;
}

/** A fall of one, the way in which the first logs have said it of each. */
export interface Fallen {
  readonly id: RelationshipId;
  readonly because: RelationshipId;
}

type Established<C extends Credential> = Omit<C, 'state' | 'suspendedBy' | 'line' | 'successor' | 'revision'>;

/** A credential as it is established: active, and the first of its line unless an event of rotation follows. */
export type CredentialFacts = { [K in CredentialKind]: Established<CredentialOf<K>> }[CredentialKind];
