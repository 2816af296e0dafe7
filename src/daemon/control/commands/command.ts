/** What an operator may ask for, and what he is told. */
import type { Entropy, MasterKey } from '../../../crypto/index.ts';
import type { PskMaterial } from '../../ports/index.ts';
import type {
  Actor,
  ActorId,
  ActorKind,
  Cascade,
  Credential,
  CredentialId,
  Establishment,
  Missing,
  RefusalCode,
  Relationship,
  RelationshipId,
  Revision,
  Trust,
  Verdict,
} from '../../../trust/index.ts';
import type { TrustCommand } from './trust-command.ts';

export type Command =
  | TrustCommand
  | { readonly kind: 'add-actor'; readonly actor: ActorWish; readonly psk: PskWish | null }
  | { readonly kind: 'add-psk'; readonly actor: string; readonly psk: PskWish }
  | { readonly kind: 'remove-actor'; readonly id: ActorId; readonly ifRevision: Revision | null }
  | { readonly kind: 'end-credential'; readonly id: CredentialId; readonly ifRevision: Revision | null };

export interface ActorWish {
  readonly kind: ActorKind;
  readonly name: string;
  /** Name or id of a user. */
  readonly owner: string | null;
}

/** A PSK to be established; what is `null` is made by the gateway. */
export interface PskWish {
  readonly identityHex: string | null;
  readonly keyHex: string | null;
  readonly established: Establishment;
}

/** A command worked out against a snapshot, nothing written yet. */
export interface Plan {
  readonly verdict: Verdict;
  /** Keys that travel to the shards with the events. */
  readonly keys: readonly PskMaterial[];
  /** Ids of what will have been made. */
  readonly made: {
    readonly actor?: ActorId;
    readonly credential?: CredentialId;
    readonly relationship?: RelationshipId;
    readonly keyHex?: string;
    readonly claimCode?: string;
  };
  /** What falls with what ends. */
  readonly cascade?: Cascade;
}

/** What planning needs besides the command. */
export interface Planning {
  /** Advanced to now. */
  readonly trust: Trust;
  readonly entropy: Entropy;
  readonly master: MasterKey;
}

export type Outcome =
  | {
      readonly kind: 'done';
      /** The revision that the change became; in force on every running shard. */
      readonly revision: Revision;
      /** What was made, as it is at that revision. */
      readonly actor?: Actor;
      readonly credential?: Credential;
      /** The key, if the gateway made it: shown this once. */
      readonly keyHex?: string;
      readonly relationship?: Relationship;
      readonly cascade?: Cascade;
      /** The code that makes somebody the owner: shown this once. */
      readonly claimCode?: string;
    }
  | {
      readonly kind: 'refused';
      readonly code: RefusalCode;
      readonly detail: string;
      readonly field?: string;
      /** What would have to be different, by name. */
      readonly missing?: Missing;
    };
