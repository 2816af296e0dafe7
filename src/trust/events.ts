/** What can happen. The log of these events is the truth; everything else is a fold of it. Plain JSON. */
import type { ActorId, ActorKind } from './actor.ts';
import type { CredentialId, Establishment } from './credential.ts';

export type TrustEvent =
  | {
      readonly kind: 'actor-added';
      readonly id: ActorId;
      readonly actor: ActorKind;
      readonly name: string;
      readonly owner: ActorId | null;
    }
  | { readonly kind: 'actor-removed'; readonly id: ActorId }
  | {
      readonly kind: 'psk-established';
      readonly id: CredentialId;
      readonly actor: ActorId;
      readonly identityHex: string;
      readonly sealedKey: string;
      readonly established: Establishment;
    }
  | { readonly kind: 'credential-ended'; readonly id: CredentialId };
