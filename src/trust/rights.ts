/**
 * Rights: trust gives. A principal may do something on a resource when whoever's resource it is trusts it to:
 *
 *   lock -----------------> bob     the device, or the platform behind a backend, trusts the principal or its user;
 *   lock --> alice -------> bob     or its owner does, who gives no more than the device lets her do herself.
 *
 * The right comes from nowhere else. Policies can take from it and never add to it.
 */
import type { ActorId } from './actor.ts';
import type { Node } from './graph.ts';
import { type Flaw, flawOf, pathOf, type TrustPath } from './path.ts';
import type { RelationshipId } from './relationship.ts';
import { covers, type ScopeAction } from './scope.ts';
import { type Level, reaches } from './terms.ts';
import type { Trust } from './trust.ts';

/** Who asks: the actor as authenticated, and the user in whose name it acts. */
export interface Asker {
  readonly actor: ActorId;
  readonly user: ActorId | null;
}

export interface RightQuestion {
  /** Whose resource it is: the device, or the platform behind the backend. */
  readonly of: ActorId;
  readonly asker: Asker;
  readonly action: ScopeAction;
  /** `d/<device>/<path>` or `backend/<name>/<path>`. */
  readonly resource: string;
  /** What the resource asks for this action. */
  readonly level: Level;
}

export type RightAnswer = Held | Lacking;

export interface Held {
  readonly kind: 'held';
  /** The relationship that gives it to the asker; of several, the one with the shortest chain. */
  readonly relationship: RelationshipId;
  readonly path: TrustPath;
  readonly length: number;
  readonly level: Level;
}

interface Lacking {
  readonly kind: 'lacking';
  readonly lack: Lack;
}

/** The nearest thing whose presence would have given the right. */
export type Lack =
  | { readonly kind: 'relationship'; readonly trustor: ActorId; readonly trustee: ActorId }
  | { readonly kind: 'validity'; readonly relationship: RelationshipId; readonly flaw: Flaw | undefined }
  | { readonly kind: 'scope'; readonly relationship: RelationshipId }
  | {
      readonly kind: 'level';
      readonly relationship: RelationshipId;
      readonly has: Level;
      readonly needs: Level;
    };

/**
 * Whether the asker has the right, here and now. A device has its own rights and those of the user in whose name it
 * acts. Anybody else who acts in a user's name (a platform, a provider) has only what both have: nobody lends his
 * own rights to whoever asks him.
 */
export function rightOf(trust: Trust, question: RightQuestion): RightAnswer {
  const { actor, user } = question.asker;
  if (user === null) return rightTo(trust, question, [actor]);
  if (trust.snapshot.actors.get(actor)?.kind === 'device') return rightTo(trust, question, [user, actor]);
  const own = rightTo(trust, question, [actor]);
  return own.kind === 'lacking' ? own : rightTo(trust, question, [user]);
}

/** The right of any of the trustees: from the resource's own actor, or from its owner as far as that one has it. */
function rightTo(trust: Trust, question: RightQuestion, trustees: readonly ActorId[]): RightAnswer {
  const { of } = question;
  const direct = givenBy(trust, question, of, trustees);
  const owner = trust.snapshot.actors.get(of)?.owner ?? null;
  if (direct.kind === 'held' || owner === null || trustees.includes(owner)) return direct;
  const lent = givenBy(trust, question, owner, trustees);
  if (lent.kind === 'lacking') return nearer(direct, lent);
  const own = givenBy(trust, question, of, [owner]);
  return own.kind === 'lacking' ? own : joined(own, lent);
}

/** What one trustor gives to any of the trustees by itself. */
function givenBy(
  trust: Trust,
  question: RightQuestion,
  trustor: ActorId,
  trustees: readonly ActorId[],
): RightAnswer {
  let best: Node | undefined;
  let nearest: Lack = { kind: 'relationship', trustor, trustee: trustees[0] ?? question.asker.actor };
  for (const trustee of trustees) {
    for (const node of trust.graph.between(trustor, trustee)) {
      const lack = lackOf(trust, node, question);
      if (lack === undefined) {
        if (best === undefined || node.length < best.length) best = node;
      } else if (nearness(lack) > nearness(nearest)) nearest = lack;
    }
  }
  if (best === undefined) return { kind: 'lacking', lack: nearest };
  const { id, length, relationship } = best;
  return { kind: 'held', relationship: id, path: pathOf(trust, id), length, level: relationship.terms.level };
}

function lackOf(trust: Trust, { id, relationship }: Node, question: RightQuestion): Lack | undefined {
  const { scope, level } = relationship.terms;
  if (!trust.isValid(id)) return { kind: 'validity', relationship: id, flaw: flawOf(trust, id) };
  if (!covers(scope, question.action, question.resource)) return { kind: 'scope', relationship: id };
  if (reaches(level, question.level)) return undefined;
  return { kind: 'level', relationship: id, has: level, needs: question.level };
}

/** The owner's right, and what the owner gives of it. */
function joined(own: Held, lent: Held): Held {
  return {
    kind: 'held',
    relationship: lent.relationship,
    path: { steps: [...own.path.steps, ...lent.path.steps], cut: own.path.cut || lent.path.cut },
    length: 1 + Math.max(own.length, lent.length),
    level: reaches(own.level, lent.level) ? lent.level : own.level,
  };
}

const nearer = (a: Lacking, b: Lacking): Lacking => (nearness(b.lack) > nearness(a.lack) ? b : a);
const nearness = ({ kind }: Lack): number => NEARNESS.indexOf(kind);

const NEARNESS: readonly Lack['kind'][] = ['relationship', 'validity', 'scope', 'level'];
