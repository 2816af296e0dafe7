/**
 * Graph: the relationships as they lean on each other, found by who and by what they stand on.
 *
 *        lock -> alice          alice -> bob            nodes: relationships that have not ended
 *               \                 /                     edges: from a member of a support to what it supports
 *                `-> lock -> bob <'                     length: 0 direct, 1 introduced, ...; none: not valid
 */
import type { ActorId } from './actor.ts';
import type { CredentialId } from './credential.ts';
import type { Relationship, RelationshipId, Support } from './relationship.ts';

export interface Node {
  readonly id: RelationshipId;
  relationship: Relationship;
  supports: readonly Edge[];
  /** The key of its two ends: made once, because it is looked up again when the relationship ends. */
  readonly pair: string;
  /** Whoever names this one in a support; some of them may have ended: {@link hasEnded}. */
  dependants: Set<Node> | null;
  /** Chain length, or {@link NOT_VALID}. Only `settle` changes it. */
  length: number;
}

/** A support with the relationships that it means. */
export interface Edge {
  readonly support: Support;
  readonly through: Node;
  readonly knows: Node;
}

/**
 * What has ended is gone at once for whoever asks. Of the indexes it leaves later, a piece with each change: a
 * relationship on which thousands stood would keep everybody waiting.
 */
export class Graph {
  readonly #nodes = new Map<RelationshipId, Node>();
  /** What has ended and is in the indexes still. */
  readonly #leaving: Node[] = [];
  readonly #between = new Map<string, Node[]>();
  readonly #byActor = new Map<ActorId, Set<Node>>();
  readonly #byLine = new Map<CredentialId, Set<Node>>();

  get(id: RelationshipId): Node | undefined {
    const node = this.#nodes.get(id);
    return node === undefined || hasEnded(node) ? undefined : node;
  }

  /** How many have not ended. */
  get size(): number {
    return this.#nodes.size - this.#leaving.length;
  }

  nodes(): Iterable<Node> {
    return this.#standing(this.#nodes.values());
  }

  /** What has not ended between the two, oldest first. */
  between(trustor: ActorId, trustee: ActorId): readonly Node[] {
    const nodes = this.#between.get(pairKey(trustor, trustee)) ?? NOBODY;
    return nodes.some(hasEnded) ? nodes.filter((node) => !hasEnded(node)) : nodes;
  }

  /** What has not ended with the actor at either end. */
  of(actor: ActorId): Iterable<Node> {
    return this.#standing(this.#byActor.get(actor) ?? NOBODY);
  }

  /** What has not ended and stands on a credential of the line. */
  on(line: CredentialId): Iterable<Node> {
    return this.#standing(this.#byLine.get(line) ?? NOBODY);
  }

  /** Enters a relationship. Its length waits for `settle`. */
  add(relationship: Relationship): Node {
    const { id, trustor, trustee } = relationship;
    const pair = pairKey(trustor, trustee);
    const node: Node = { id, pair, relationship, supports: NO_EDGES, dependants: null, length: NOT_VALID };
    this.#nodes.set(id, node);
    this.#index(node);
    this.#lean(node);
    return node;
  }

  /** Enters what has changed about a relationship. Its length waits for `settle`. */
  change(node: Node, relationship: Relationship): void {
    const before = node.relationship;
    node.relationship = relationship;
    if (before.origin !== relationship.origin) this.#lean(node);
    if (before.state.kind !== 'ended' && hasEnded(node)) this.#leaving.push(node);
  }

  /** Enters all of them: each may name any other. */
  load(relationships: Iterable<Relationship>): void {
    const nodes = Array.from(relationships, (relationship) => this.add(relationship));
    for (const node of nodes) this.#lean(node);
  }

  /** Takes some of what had ended before out of all indexes: more than enter with so many `changes`. */
  tidy(changes: number): void {
    for (let left = TIDIED_MIN + 2 * changes; left > 0; left--) {
      const node = this.#leaving.pop();
      if (node === undefined) return;
      this.#remove(node);
    }
  }

  #remove(node: Node): void {
    const { trustor, trustee, origin } = node.relationship;
    this.#nodes.delete(node.id);
    for (const { through, knows } of node.supports) {
      // What has ended itself is asked for its dependants no more.
      if (!hasEnded(through)) through.dependants?.delete(node);
      if (!hasEnded(knows)) knows.dependants?.delete(node);
    }
    node.supports = NO_EDGES;
    node.dependants = null;
    const between = this.#between.get(node.pair) ?? NOBODY;
    if (between.length <= 1) this.#between.delete(node.pair);
    else
      this.#between.set(
        node.pair,
        between.filter((each) => each !== node),
      );
    dropFrom(this.#byActor, trustor, node);
    dropFrom(this.#byActor, trustee, node);
    if (origin.kind === 'direct' && origin.ground.kind === 'credential') {
      dropFrom(this.#byLine, origin.ground.line, node);
    }
  }

  /** While something leaves, whoever it is asked of may have it among his own. */
  #standing(nodes: Iterable<Node>): Iterable<Node> {
    return this.#leaving.length === 0 ? nodes : standing(nodes);
  }

  #index(node: Node): void {
    const { trustor, trustee, origin } = node.relationship;
    const others = this.#between.get(node.pair);
    if (others === undefined) this.#between.set(node.pair, [node]);
    else others.push(node);
    addTo(this.#byActor, trustor, node);
    addTo(this.#byActor, trustee, node);
    if (origin.kind === 'direct' && origin.ground.kind === 'credential') {
      addTo(this.#byLine, origin.ground.line, node);
    }
  }

  /** Ties the node to what it stands on now. A support whose member has ended holds nothing and is left out. */
  #lean(node: Node): void {
    const { origin } = node.relationship;
    for (const { through, knows } of node.supports) {
      through.dependants?.delete(node);
      knows.dependants?.delete(node);
    }
    if (origin.kind === 'direct') return;
    const edges: Edge[] = [];
    for (const support of origin.supports) {
      const through = this.get(support.through);
      const knows = this.get(support.knows);
      if (through === undefined || knows === undefined) continue;
      (through.dependants ??= new Set()).add(node);
      (knows.dependants ??= new Set()).add(node);
      edges.push({ support, through, knows });
    }
    node.supports = edges;
  }
}

/** Whether it is for good that it is not valid. */
export const hasEnded = ({ relationship }: Node): boolean => relationship.state.kind === 'ended';

/** The chain length that a support gives: one more than its longer member. */
export function lengthOver({ through, knows }: Edge, lengthOf: (node: Node) => number = settled): number {
  return 1 + Math.max(lengthOf(through), lengthOf(knows));
}

/** The valid support that makes the node's chain shortest, the first of equals; `undefined` when there is none. */
export function groundOf(node: Node, lengthOf: (node: Node) => number = settled): Edge | undefined {
  let best: Edge | undefined;
  let shortest = NOT_VALID;
  for (const edge of node.supports) {
    const length = lengthOver(edge, lengthOf);
    if (length >= shortest) continue;
    best = edge;
    shortest = length;
  }
  return best;
}

function* standing(nodes: Iterable<Node>): Generator<Node> {
  for (const node of nodes) if (!hasEnded(node)) yield node;
}

const settled = (node: Node): number => node.length;

const pairKey = (trustor: ActorId, trustee: ActorId): string => `${trustor}>${trustee}`;

function addTo<K>(index: Map<K, Set<Node>>, key: K, node: Node): void {
  const nodes = index.get(key);
  if (nodes === undefined) index.set(key, new Set([node]));
  else nodes.add(node);
}

function dropFrom<K>(index: Map<K, Set<Node>>, key: K, node: Node): void {
  const nodes = index.get(key);
  nodes?.delete(node);
  if (nodes?.size === 0) index.delete(key);
}

/** The length of what is not valid: longer than any chain, also by one. */
export const NOT_VALID: number = Number.POSITIVE_INFINITY;
/** So many leave with any change, at least. */
const TIDIED_MIN = 16;
const NOBODY: readonly Node[] = [] as const;
const NO_EDGES: readonly Edge[] = [] as const;
