/** Who has a say in a relationship. */
import type { ActorId } from './actor.ts';
import type { Relationship } from './relationship.ts';
import type { Trust } from './trust.ts';
import { refuse, type Refused } from './verdict.ts';

/** In whose name something is done. That an operator may do it at all has been settled where he was admitted. */
export type Agent = { readonly kind: 'operator' } | { readonly kind: 'actor'; readonly id: ActorId };

/** Refuses unless the agent is an operator, the trustor, or the owner of the device that is the trustor. */
export function entitled(trust: Trust, { trustor }: Relationship, by: Agent): Refused | undefined {
  if (by.kind === 'operator') return undefined;
  const owner = trust.snapshot.actors.get(trustor)?.owner ?? null;
  if (trust.isActive(by.id) && (by.id === trustor || by.id === owner)) return undefined;
  return refuse('not-entitled', 'the trustor, its owner or an operator may do that', undefined, {
    trustor,
    owner,
  });
}
