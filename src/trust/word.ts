/**
 * What an actor's own word is worth: what he says for himself counts as he says it; for his device he can say no more
 * than the device lets himself do; and what manufacturers may do on devices is not his to widen.
 */
import type { ActorId } from './actor.ts';
import type { Agent } from './entitlement.ts';
import { excess, type Terms } from './terms.ts';
import type { Trust } from './trust.ts';
import { refuse, type Refused } from './verdict.ts';

/** A direct relationship that somebody asks for. */
export interface Word {
  readonly trustor: ActorId;
  readonly trustee: ActorId;
  readonly terms: Terms;
  readonly firm: boolean;
}

/** Refuses a relationship that the agent's word does not carry. That he may speak for the trustor has been settled. */
export function wordRefusal(
  trust: Trust,
  { trustor, trustee, terms, firm }: Word,
  by: Agent,
): Refused | undefined {
  if (by.kind === 'operator') return undefined;
  if (firm) return refuse('not-entitled', 'only an operator makes it firm', '/firm');
  const bound = manufacturerRefusal(trust, trustor, trustee, by);
  if (bound !== undefined || by.kind !== 'actor' || by.id === trustor) return bound;
  return beyondOwnRefusal(trust, trustor, by.id, terms);
}

/**
 * Refuses anybody but an operator who lets a manufacturer in on a device, directly or by way of its owner. So a device
 * that trusts its manufacturer with the firmware can lose that by its owner's will, and never grow it.
 */
export function manufacturerRefusal(
  { snapshot }: Trust,
  trustor: ActorId,
  trustee: ActorId,
  by: Agent,
): Refused | undefined {
  if (by.kind === 'operator' || snapshot.actors.get(trustee)?.kind !== 'manufacturer') return undefined;
  const kind = snapshot.actors.get(trustor)?.kind;
  if (kind !== 'device' && kind !== 'user') return undefined;
  const detail = 'what a manufacturer may do on devices is for an operator to widen; an owner may end it';
  return refuse('manufacturer-bound', detail, '/trustee', { trustee });
}

/** Refuses what an owner would give of his device beyond what the device gives him, here and now. */
export function beyondOwnRefusal(
  trust: Trust,
  device: ActorId,
  owner: ActorId,
  terms: Terms,
): Refused | undefined {
  let over: string | undefined;
  let nearest: string | null = null;
  for (const { id, relationship } of trust.graph.between(device, owner)) {
    if (!trust.isValid(id)) continue;
    const held = relationship.terms;
    const found = excess(terms, held) ?? (terms.introduce > held.introduce ? 'introduce' : undefined);
    if (found === undefined) return undefined;
    over ??= found;
    nearest ??= id;
  }
  const missing = { what: over ?? 'relationship', relationship: nearest };
  const what = over === undefined ? 'the device does not trust its owner' : `the ${over} goes beyond it`;
  return refuse('terms-exceeded', `nobody gives more than he has: ${what}`, `/${over ?? 'trustor'}`, missing);
}
