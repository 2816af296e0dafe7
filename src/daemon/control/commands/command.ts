/** What may be asked for, by operators and by actors for themselves, and what they are told. */
import type { WallTime } from '../../../base/index.ts';
import type { Anchor, Entropy, MasterKey } from '../../../crypto/index.ts';
import type { PskMaterial } from '../../ports/index.ts';
import type {
  Actor,
  ActorId,
  ActorKind,
  Agent,
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
import type { DoorCommand } from './door-command.ts';
import type { EnrolmentCommand, LongCommand, RowRefusal } from './enrolment-command.ts';
import type { TrustCommand } from './trust-command.ts';

export type Command = ShortCommand | LongCommand;

export type ShortCommand =
  | TrustCommand
  | EnrolmentCommand
  | DoorCommand
  | { readonly kind: 'add-actor'; readonly actor: ActorWish; readonly credential: CredentialWish | null }
  | { readonly kind: 'add-credential'; readonly actor: string; readonly credential: CredentialWish }
  | { readonly kind: 'remove-actor'; readonly id: ActorId; readonly ifRevision: Revision | null }
  | { readonly kind: 'end-credential'; readonly id: CredentialId; readonly ifRevision: Revision | null };

export interface ActorWish {
  readonly kind: ActorKind;
  readonly name: string;
  /** Name or id of a user. */
  readonly owner: string | null;
}

/** A credential to be established. */
export type CredentialWish = PskWish | RpkWish | X509Wish | TokenWish;

interface AnyWish {
  readonly established: Establishment;
  /** Name or id of the user in whose context it acts; `null`: the owner's. */
  readonly user: string | null;
}

/** What is `null` is made by the gateway. */
export interface PskWish extends AnyWish {
  readonly kind: 'psk';
  readonly identityHex: string | null;
  readonly keyHex: string | null;
}

export interface RpkWish extends AnyWish {
  readonly kind: 'rpk';
  /** As an operator has it: PEM, base64, JWK. */
  readonly publicKey: string;
}

/** A certificate is known by its subject under one of the configured authorities. */
export interface X509Wish extends AnyWish {
  readonly kind: 'x509';
  readonly shown:
    | { readonly kind: 'certificate'; readonly pem: string }
    /** SHA-256 of the authority's certificate, or its subject; `null`: the only one there is. */
    | { readonly kind: 'subject'; readonly anchor: string | null; readonly subject: string }
    /** Whichever certificate the authority's rules derive the device's name from. */
    | { readonly kind: 'name'; readonly anchor: string | null };
}

/** What its holder asks the admin interface with, for himself; made by the gateway. */
export interface TokenWish extends AnyWish {
  readonly kind: 'token';
  /** Worth nothing from then on; `null`: until it ends; `undefined`: in 90 days. */
  readonly notAfter: WallTime | null | undefined;
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
    readonly token?: string;
    readonly claimCode?: string;
    readonly devices?: readonly MadeDevice[];
  };
  /** Rows of a batch that were refused. */
  readonly rows?: readonly RowRefusal[];
  /** What falls with what ends. */
  readonly cascade?: Cascade;
}

/** A device of a batch. */
export interface MadeDevice {
  /** Of its row, from 0. */
  readonly index: number;
  readonly actor: ActorId;
  readonly credential: CredentialId;
  readonly keyHex?: string;
}

/** What planning needs besides the command. */
export interface Planning {
  /** Advanced to now. */
  readonly trust: Trust;
  /** In whose name; the log says so. */
  readonly by: Agent;
  readonly entropy: Entropy;
  readonly master: MasterKey;
  /** The authorities whose word counts. */
  readonly anchors: readonly Anchor[];
  /** Who has that pre-shared key already. */
  readonly holderOf: (key: Uint8Array) => CredentialId | undefined;
  /** PSK identities, in hexadecimal, that others in the same transaction bring along. */
  readonly reserved?: ReadonlySet<string>;
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
      /** The token: shown this once. */
      readonly token?: string;
      readonly relationship?: Relationship;
      readonly cascade?: Cascade;
      /** The code that makes somebody the owner: shown this once. */
      readonly claimCode?: string;
      /** Of a batch: what was made, and the rows that were refused. */
      readonly devices?: readonly NewDevice[];
      readonly rows?: readonly RowRefusal[];
    }
  | {
      readonly kind: 'refused';
      readonly code: RefusalCode;
      readonly detail: string;
      readonly field?: string;
      /** What would have to be different, by name. */
      readonly missing?: Missing;
      /** Of a batch: every row that is wrong. */
      readonly rows?: readonly RowRefusal[];
    };

/** A device of a batch as it was made. */
export interface NewDevice {
  readonly index: number;
  readonly actor: Actor;
  readonly credential: Credential;
  /** Shown this once. */
  readonly keyHex?: string;
}
