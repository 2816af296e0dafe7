/**
 * Circle: what concerns an actor, and is all that it is shown: itself, its devices, and whoever they trust, are trusted
 * by, or vouch for.
 *
 *   alice -- lock (hers) --> bob          alice sees lock, bob and the relationship; bob sees lock, not alice's other things
 */
import type { ActorId } from './actor.ts';
import type { Credential } from './credential.ts';
import { hasEnded, type Node } from './graph.ts';
import type { Relationship } from './relationship.ts';
import type { Trust } from './trust.ts';

/** Whether it is the viewer itself, or a device that it owns. */
export function isOwn({ snapshot }: Trust, viewer: ActorId, id: ActorId): boolean {
  return id === viewer || snapshot.actors.get(id)?.owner === viewer;
}

/** Whether something is shown to the viewer: an actor, */
export function seesActor(trust: Trust, viewer: ActorId, id: ActorId): boolean {
  if (isOwn(trust, viewer, id)) return true;
  for (const { relationship } of trust.graph.of(id)) {
    if (isOwn(trust, viewer, relationship.trustor) || isOwn(trust, viewer, relationship.trustee)) return true;
  }
  return false;
}

/** a credential, */
export function seesCredential(
  trust: Trust,
  viewer: ActorId,
  { actor, user }: Pick<Credential, 'actor' | 'user'>,
): boolean {
  return isOwn(trust, viewer, actor) || user === viewer;
}

/** a relationship. */
export function seesRelationship(
  trust: Trust,
  viewer: ActorId,
  { trustor, trustee, origin }: Relationship,
): boolean {
  if (isOwn(trust, viewer, trustor) || isOwn(trust, viewer, trustee)) return true;
  return (
    origin.kind === 'introduced' && origin.supports.some(({ introducer }) => isOwn(trust, viewer, introducer))
  );
}

/** All actors that the viewer sees. */
export function circleOf(trust: Trust, viewer: ActorId): ReadonlySet<ActorId> {
  const circle = new Set<ActorId>();
  for (const { relationship } of nodesAround(trust, viewer)) {
    circle.add(relationship.trustor);
    circle.add(relationship.trustee);
  }
  for (const id of ownOf(trust, viewer)) circle.add(id);
  return circle;
}

/** All relationships that the viewer sees and that have not ended. */
export function relationshipsAround(trust: Trust, viewer: ActorId): readonly Relationship[] {
  const around = new Set<Node>();
  for (const node of nodesAround(trust, viewer)) {
    around.add(node);
    // Who is vouched for by the viewer is so over a relationship with the viewer.
    for (const dependant of node.dependants ?? [])
      if (!hasEnded(dependant) && seesRelationship(trust, viewer, dependant.relationship))
        around.add(dependant);
  }
  return [...around].map(({ relationship }) => relationship);
}

function* nodesAround(trust: Trust, viewer: ActorId): Generator<Node> {
  for (const id of ownOf(trust, viewer)) yield* trust.graph.of(id);
}

function* ownOf({ snapshot }: Trust, viewer: ActorId): Generator<ActorId> {
  for (const { id, owner } of snapshot.actors.values()) if (id === viewer || owner === viewer) yield id;
}
