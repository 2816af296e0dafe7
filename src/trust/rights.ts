/**
 * Rights: trust gives. A principal may do something on a resource when the resource's side trusts it to: there is a
 * valid
 * relationship from the device, its owner or the platform behind a backend to the principal or the user it acts for.
 *
 *   lock-1, alice (its owner), acme (its backend)  --valid relationship that covers it-->  bob, or bob's phone
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
  /** Whose resource it is: see {@link sideOf}. */
  readonly side: readonly ActorId[];
  readonly asker: Asker;
  readonly action: ScopeAction;
  /** `d/<device>/<path>` or `backend/<name>/<path>`. */
  readonly resource: string;
  /** What the resource asks for this action. */
  readonly level: Level;
}

export type RightAnswer = Held | { readonly kind: 'lacking'; readonly lack: Lack };

export interface Held {
  readonly kind: 'held';
  /** The relationship that gives it; of several, the one with the shortest chain. */
  readonly relationship: RelationshipId;
  readonly path: TrustPath;
  readonly length: number;
  readonly level: Level;
}

/** The nearest thing whose presence would have given the right. */
export type Lack =
  | { readonly kind: 'relationship'; readonly trustors: readonly ActorId[]; readonly trustee: ActorId }
  | { readonly kind: 'validity'; readonly relationship: RelationshipId; readonly flaw: Flaw | undefined }
  | { readonly kind: 'scope'; readonly relationship: RelationshipId }
  | {
      readonly kind: 'level';
      readonly relationship: RelationshipId;
      readonly has: Level;
      readonly needs: Level;
    };

/** The actors whose trust gives rights on the resources of this one: itself, and its owner for a device. */
export function sideOf({ snapshot }: Trust, actor: ActorId): readonly ActorId[] {
  const owner = snapshot.actors.get(actor)?.owner ?? null;
  return owner === null ? [actor] : [actor, owner];
}

/**
 * Whether the asker has the right, here and now. A device has its own rights and those of the user in whose name it
 * acts.
 * Anybody else who acts in a user's name (a platform, a provider) has only what both have: nobody lends his own
 * rights to
 * whoever asks him.
 */
export function rightOf(trust: Trust, question: RightQuestion): RightAnswer {
  const { actor, user } = question.asker;
  if (user === null) return rightTo(trust, question, [actor]);
  if (trust.snapshot.actors.get(actor)?.kind === 'device') return rightTo(trust, question, [actor, user]);
  const own = rightTo(trust, question, [actor]);
  return own.kind === 'lacking' ? own : rightTo(trust, question, [user]);
}

/** The right of any of the trustees. */
function rightTo(trust: Trust, question: RightQuestion, trustees: readonly ActorId[]): RightAnswer {
  const { side } = question;
  let best: Node | undefined;
  let nearest: Lack = {
    kind: 'relationship',
    trustors: side,
    trustee: trustees.at(-1) ?? question.asker.actor,
  };
  for (const trustor of side) {
    for (const trustee of trustees) {
      for (const node of trust.graph.between(trustor, trustee)) {
        const lack = lackOf(trust, node, question);
        if (lack === undefined) {
          if (best === undefined || node.length < best.length) best = node;
        } else if (NEARNESS.indexOf(lack.kind) > NEARNESS.indexOf(nearest.kind)) nearest = lack;
      }
    }
  }
  if (best === undefined) return { kind: 'lacking', lack: sharpened(trust, nearest) };
  const { id, length, relationship } = best;
  return { kind: 'held', relationship: id, path: pathOf(trust, id), length, level: relationship.terms.level };
}

function lackOf(trust: Trust, { id, relationship }: Node, question: RightQuestion): Lack | undefined {
  const { scope, level } = relationship.terms;
  if (!trust.isValid(id)) return { kind: 'validity', relationship: id, flaw: undefined };
  if (!covers(scope, question.action, question.resource)) return { kind: 'scope', relationship: id };
  if (reaches(level, question.level)) return undefined;
  return { kind: 'level', relationship: id, has: level, needs: question.level };
}

/** Says why the relationship is not valid: once, for the one that is named. */
function sharpened(trust: Trust, lack: Lack): Lack {
  return lack.kind === 'validity' ? { ...lack, flaw: flawOf(trust, lack.relationship) } : lack;
}

const NEARNESS: readonly Lack['kind'][] = ['relationship', 'validity', 'scope', 'level'];
