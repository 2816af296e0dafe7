/**
 * Cascade: what falls when relationships end, and what survives. It is found by ending them on trial and putting
 * everything back, so that a preview and the act cannot differ.
 */
import type { WallTime } from '../base/index.ts';
import type { ActorId, Revision } from './actor.ts';
import type { Fallen } from './events.ts';
import { groundOf, type Node, NOT_VALID } from './graph.ts';
import type { RelationshipId, Support } from './relationship.ts';
import { type Journal, settle, unsettle } from './settle.ts';
import type { Trust } from './trust.ts';

export interface Cascade {
  /** The revision and the time that it was worked out for. */
  readonly revision: Revision;
  readonly asOf: WallTime;
  /** What ends by itself. */
  readonly revoked: readonly RelationshipId[];
  /** What was valid and is so no longer, each after what it falls because of. */
  readonly fallen: readonly Fallen[];
  /** What leaned on something that ended and still stands, with what holds it. */
  readonly survivors: readonly Survivor[];
  /** To whom something that ends or falls had given rights. */
  readonly trustees: ReadonlySet<ActorId>;
}

export interface Survivor {
  readonly id: RelationshipId;
  readonly heldBy: Support;
}

/** What would happen if `ending`, none of which has ended yet, ended now. Nothing is changed. */
export function cascadeOf(trust: Trust, ending: readonly Node[]): Cascade {
  const roots = new Set(ending);
  const journal = settle(roots, (node) => !roots.has(node) && trust.isInForce(node.relationship));
  const before = (node: Node): number => journal.get(node) ?? node.length;
  const fallen = fallenOf(roots, journal);
  const gone = new Set(roots);
  for (const node of fallen) gone.add(node);
  const survivors = survivorsOf(gone, before);
  unsettle(journal);
  return {
    revision: trust.snapshot.revision,
    asOf: trust.now,
    revoked: [...roots].map(({ id }) => id),
    fallen: fallen.map((node) => ({ id: node.id, because: becauseOf(node, gone) })),
    survivors,
    trustees: trusteesOf(gone),
  };
}

/**
 * What would hold the relationship if `introducer` did not vouch for it; `undefined`: nothing. Nothing is changed.
 */
export function heldWithout(trust: Trust, node: Node, introducer: ActorId): Support | undefined {
  const { supports } = node;
  node.supports = supports.filter(({ support }) => support.introducer !== introducer);
  const journal = settle(new Set([node]), (each) => trust.isInForce(each.relationship));
  const ground = node.length === NOT_VALID ? undefined : groundOf(node);
  unsettle(journal);
  node.supports = supports;
  return ground?.support;
}

function trusteesOf(nodes: Iterable<Node>): ReadonlySet<ActorId> {
  const trustees = new Set<ActorId>();
  for (const { relationship } of nodes) trustees.add(relationship.trustee);
  return trustees;
}

/** Shortest chains first: nobody comes before what he falls because of. */
function fallenOf(roots: ReadonlySet<Node>, journal: Journal): readonly Node[] {
  const byLength: Node[][] = [];
  for (const [node, before] of journal) {
    if (before !== NOT_VALID && node.length === NOT_VALID && !roots.has(node))
      (byLength[before] ??= []).push(node);
  }
  return byLength.flatMap((nodes) => nodes.toSorted((a, b) => compareIds(a.id, b.id)));
}

/** Asked after everything was put back: the first member, gone, of the support that carried the node. */
function becauseOf(node: Node, gone: ReadonlySet<Node>): RelationshipId {
  // Most have but one, and were valid by it.
  const ground = node.supports.length === 1 ? node.supports[0] : groundOf(node);
  const member = ground !== undefined && gone.has(ground.through) ? ground.through : ground?.knows;
  return (member ?? node).id;
}

function survivorsOf(gone: ReadonlySet<Node>, before: (node: Node) => number): readonly Survivor[] {
  const leaning = new Set<Node>();
  for (const node of gone) {
    for (const dependant of node.dependants ?? NOBODY) {
      if (dependant.length !== NOT_VALID && leanedOn(dependant, node, before)) leaning.add(dependant);
    }
  }
  return [...leaning]
    .toSorted((a, b) => compareIds(a.id, b.id))
    .flatMap((node) => {
      const ground = groundOf(node);
      return ground === undefined ? [] : [{ id: node.id, heldBy: ground.support }];
    });
}

/** Whether a support with this member was valid. */
function leanedOn(node: Node, member: Node, before: (node: Node) => number): boolean {
  return node.supports.some(
    ({ through, knows }) =>
      (through === member || knows === member) &&
      before(through) !== NOT_VALID &&
      before(knows) !== NOT_VALID,
  );
}

const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const NOBODY: readonly Node[] = [] as const;
