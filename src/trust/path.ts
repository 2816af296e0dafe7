/**
 * Path: the direct relationships that lead from trustor to trustee, and what a relationship lacks that is not valid.
 */
import type { WallTime } from '../base/index.ts';
import type { ActorId } from './actor.ts';
import type { CredentialId } from './credential.ts';
import { groundOf, type Node } from './graph.ts';
import { TRUST_LIMITS } from './limits.ts';
import type { RelationshipId } from './relationship.ts';
import type { Trust } from './trust.ts';

/** Why a relationship is not valid, the first that applies. */
export type Flaw =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ended'; readonly because: RelationshipId | null }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'not-begun'; readonly notBefore: WallTime | null }
  | { readonly kind: 'expired'; readonly notAfter: WallTime | null }
  | { readonly kind: 'actor-inactive'; readonly actor: ActorId }
  | { readonly kind: 'credential-not-valid'; readonly line: CredentialId; readonly holder: ActorId }
  | { readonly kind: 'no-support' };

export interface TrustPath {
  /** Each leads from where the one before ends. */
  readonly steps: readonly RelationshipId[];
  /** Whether there are more than are shown. */
  readonly cut: boolean;
}

/** The path of a valid relationship, over the supports that make its chain shortest; empty when it is not valid. */
export function pathOf(trust: Trust, id: RelationshipId): TrustPath {
  const start = trust.isValid(id) ? trust.graph.get(id) : undefined;
  const steps: RelationshipId[] = [];
  const ahead: Node[] = start === undefined ? [] : [start];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (steps.length === TRUST_LIMITS.pathMax) return { steps, cut: true };
    const ground = groundOf(node);
    if (ground === undefined) steps.push(node.id);
    else ahead.push(ground.knows, ground.through);
  }
  return { steps, cut: false };
}

/** What is wrong with the relationship; `undefined` when it is valid. */
export function flawOf(trust: Trust, id: RelationshipId): Flaw | undefined {
  const relationship = trust.snapshot.relationships.get(id);
  if (relationship === undefined) return { kind: 'unknown' };
  if (trust.isValid(id)) return undefined;
  const { state, terms, trustor, trustee, origin } = relationship;
  if (state.kind === 'ended') return { kind: 'ended', because: state.because };
  if (state.kind === 'suspended') return { kind: 'suspended' };
  const { notBefore, notAfter } = terms;
  if (notBefore !== null && trust.now < notBefore) return { kind: 'not-begun', notBefore };
  if (notAfter !== null && trust.now >= notAfter) return { kind: 'expired', notAfter };
  for (const actor of [trustor, trustee])
    if (!trust.isActive(actor)) return { kind: 'actor-inactive', actor };
  if (origin.kind === 'introduced') return { kind: 'no-support' };
  const { ground } = origin;
  const { line, holder } =
    ground.kind === 'credential' ? ground : { line: '' as CredentialId, holder: trustee };
  return { kind: 'credential-not-valid', line, holder };
}
