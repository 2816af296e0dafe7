/**
 * Relationship: "trustor lets trustee do this on trustor's resources". Directed; a mutual one is two. Its terms and
 * its ends never change: whoever wants others makes another one, and whatever stood on the first falls with it.
 */
import type { Brand } from '../base/index.ts';
import type { ActorId, Revision } from './actor.ts';
import type { CredentialId } from './credential.ts';
import type { Terms } from './terms.ts';

export type RelationshipId = Brand<string, 'RelationshipId'>;

/** Facts that were fixed when it was established. */
export interface RelationshipFacts {
  readonly id: RelationshipId;
  readonly trustor: ActorId;
  readonly trustee: ActorId;
  readonly terms: Terms;
  readonly origin: Origin;
  /** Direct ones only: an operator alone ends or suspends it, not the trustor nor its owner. */
  readonly firm?: true;
}

export interface Relationship extends RelationshipFacts {
  readonly state: RelationshipState;
  /** The revision that last changed it. */
  readonly revision: Revision;
}

export type RelationshipState =
  | { readonly kind: 'active' }
  /** By an actor, who may resume it, or, without a name, by an operator: then only an operator may. */
  | { readonly kind: 'suspended'; readonly by?: ActorId }
  /** For good: revoked (`because` is null), or fallen with the relationship that it stood on. */
  | { readonly kind: 'ended'; readonly because: RelationshipId | null };

export type Origin =
  | { readonly kind: 'direct'; readonly ground: Ground }
  | { readonly kind: 'introduced'; readonly supports: readonly Support[] };

/** What a direct relationship stands on. */
export type Ground =
  | { readonly kind: 'operator' }
  /** The word of the trustor itself, or of the owner of the device that it is. */
  | { readonly kind: 'actor'; readonly id: ActorId }
  /** The holder proved the device's claim code. */
  | { readonly kind: 'claim' }
  /** Any credential of the line is valid: rotation does not disturb it. */
  | { readonly kind: 'credential'; readonly line: CredentialId; readonly holder: ActorId };

/** B vouches to A for C: `through` is A -> B, `knows` is B -> C. Both must be valid. */
export interface Support {
  readonly introducer: ActorId;
  readonly through: RelationshipId;
  readonly knows: RelationshipId;
}
