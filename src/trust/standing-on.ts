/** What stands on a device: all that ends when it changes hands, or goes. */
import type { ActorId } from './actor.ts';
import type { TrustEvent } from './events.ts';
import type { Node } from './graph.ts';
import type { Trust } from './trust.ts';

export interface StandingOn {
  readonly nodes: readonly Node[];
  /** The end of its keys. */
  readonly ended: readonly TrustEvent[];
}

/** Relationships with the device at either end, and those that stand on its keys. */
export function standingOn({ snapshot, graph }: Trust, id: ActorId): StandingOn {
  const nodes = new Set<Node>(graph.of(id));
  const ended: TrustEvent[] = [];
  for (const credential of snapshot.held.get(id) ?? []) {
    ended.push({ kind: 'credential-ended', id: credential });
    const line = snapshot.credentials.get(credential)?.line ?? credential;
    for (const node of graph.on(line)) nodes.add(node);
  }
  return { nodes: [...nodes], ended };
}
