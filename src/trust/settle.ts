/**
 * Settling: after something has changed, the lengths of all relationships become again the least fixpoint of
 *
 *   length(R) = 0                                                   R direct
 *               1 + min over supports S of max over members of S    R introduced
 *               none                                                R by itself not in force
 *
 * A length is always larger than those it is made of, so that relationships which only hold each other up never get
 * one. Two passes, each over what is affected and its neighbours only:
 *
 *   1. downwards: whoever cannot account for the length he has loses it, and his dependants are asked in turn;
 *   2. upwards: from the shortest, whoever can account for a shorter length than he has takes it.
 */
import { hasEnded, lengthOver, type Node, NOT_VALID } from './graph.ts';

/** The lengths that changed nodes had before. */
export type Journal = ReadonlyMap<Node, number>;

/**
 * @param changed nodes whose own conditions or supports are not what they were when they were settled.
 * @param inForce whether a relationship meets its own conditions: state, time, actors, credential.
 */
export function settle(changed: ReadonlySet<Node>, inForce: (node: Node) => boolean): Journal {
  const journal = new Map<Node, number>();
  takeAway(changed, inForce, journal);
  give(mayGain(changed, journal), inForce, journal);
  for (const [node, before] of journal) if (node.length === before) journal.delete(node);
  return journal;
}

/** Puts back what `journal` has recorded. */
export function unsettle(journal: Journal): void {
  for (const [node, before] of journal) node.length = before;
}

/** First pass. */
function takeAway(
  seeds: ReadonlySet<Node>,
  inForce: (node: Node) => boolean,
  journal: Map<Node, number>,
): void {
  const asked = [...seeds];
  for (let node = asked.pop(); node !== undefined; node = asked.pop()) {
    if (node.length === NOT_VALID || accountable(node, inForce) <= node.length) continue;
    journal.set(node, node.length);
    node.length = NOT_VALID;
    for (const dependant of node.dependants ?? NOBODY) asked.push(dependant);
  }
}

/**
 * Whom the second pass asks first: those who lost, and those who changed. What is direct loses by itself, for good, as
 * does what has ended.
 */
function mayGain(seeds: ReadonlySet<Node>, lost: ReadonlyMap<Node, number>): readonly Node[] {
  const asked: Node[] = [];
  for (const node of seeds) if (!hasEnded(node) && !lost.has(node)) asked.push(node);
  for (const node of lost.keys())
    if (!hasEnded(node) && node.relationship.origin.kind === 'introduced') asked.push(node);
  return asked;
}

/** Second pass: `levels[n]` holds those who might have length n. */
function give(seeds: Iterable<Node>, inForce: (node: Node) => boolean, journal: Map<Node, number>): void {
  const levels: Node[][] = [];
  const offer = (node: Node): void => {
    const length = accountable(node, inForce);
    if (length < node.length) (levels[length] ??= []).push(node);
  };
  for (const node of seeds) offer(node);
  for (let length = 0; length < levels.length; length++) {
    const level = levels[length] ?? [];
    for (const node of level) {
      if (node.length <= length) continue;
      if (!journal.has(node)) journal.set(node, node.length);
      node.length = length;
      for (const dependant of node.dependants ?? NOBODY) offer(dependant);
    }
  }
}

/** The length that the node's own conditions and its supports give it now. */
function accountable(node: Node, inForce: (node: Node) => boolean): number {
  if (hasEnded(node)) return NOT_VALID;
  if (node.relationship.origin.kind === 'direct') return inForce(node) ? 0 : NOT_VALID;
  let shortest = NOT_VALID;
  for (const edge of node.supports) shortest = Math.min(shortest, lengthOver(edge));
  // The dearer question last: where a provider falls, thousands have no support any more.
  return shortest === NOT_VALID || inForce(node) ? shortest : NOT_VALID;
}

const NOBODY: readonly Node[] = [] as const;
