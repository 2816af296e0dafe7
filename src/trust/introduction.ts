/**
 * Introductions: B, whom A trusts and lets introduce, vouches to A for C, whom B trusts.
 *
 *     A ---through---> B ---knows---> C          makes, or holds up,  A -> C  within the meet of both
 */
import type { WallTime } from '../base/index.ts';
import type { ActorId } from './actor.ts';
import { type Agent, introducerEntitled } from './entitlement.ts';
import type { Node } from './graph.ts';
import { TRUST_LIMITS } from './limits.ts';
import {
  actorsRefusal,
  capacityRefusal,
  introduceRefusal,
  scopeOf,
  standing,
} from './relationship-commands.ts';
import type { RelationshipId, Support } from './relationship.ts';
import type { ScopeWish } from './scope.ts';
import { excess, isEmptySpan, type Level, meet, type Terms } from './terms.ts';
import type { Trust } from './trust.ts';
import { manufacturerRefusal } from './word.ts';
import { accept, refuse, type RefusalCode, type Refused, type Verdict } from './verdict.ts';

/** Who vouches, and on which relationships; `null`: on the first pair that will do. */
export interface Vouch {
  readonly introducer: ActorId;
  readonly through: RelationshipId | null;
  readonly knows: RelationshipId | null;
}

/** An introduced relationship that shall exist; the caller drew the id. */
export interface NewIntroduction extends Vouch {
  readonly id: RelationshipId;
  readonly trustor: ActorId;
  readonly trustee: ActorId;
  readonly scope: ScopeWish;
  readonly level: Level;
  readonly introduce: number;
  /** `null`: as early, and as long, as the introducer can give. */
  readonly notBefore: WallTime | null;
  readonly notAfter: WallTime | null;
}

/** Establishes `trustor -> trustee` on the word of the introducer. */
export function introduce(trust: Trust, wish: NewIntroduction, by: Agent): Verdict {
  const { id, introducer, trustor, trustee, level } = wish;
  const wrong =
    actorsRefusal(trust, trustor, trustee) ??
    introducerRefusal(trust, introducer, trustor, trustee) ??
    introducerEntitled(trust, introducer, by) ??
    manufacturerRefusal(trust, trustor, trustee, by) ??
    capacityRefusal(trust, trustor, trustee) ??
    introduceRefusal(wish.introduce);
  if (wrong !== undefined) return wrong;
  const scope = scopeOf(wish.scope);
  if ('code' in scope) return scope;
  const given = (pair: Pair): Terms => {
    const { notBefore, notAfter } = meet(pair.through.relationship.terms, pair.knows.relationship.terms);
    const { introduce } = wish;
    return {
      scope,
      level,
      introduce,
      notBefore: wish.notBefore ?? notBefore,
      notAfter: wish.notAfter ?? notAfter,
    };
  };
  const chosen = choose(trust, wish, { trustor, trustee }, given);
  if ('code' in chosen) return chosen;
  const origin = { kind: 'introduced', supports: [chosen.support] } as const;
  const relationship = { id, trustor, trustee, terms: given(chosen.pair), origin };
  return accept({ kind: 'relationship-established', relationship });
}

/** Another introducer vouches for a relationship that was introduced before: it then stands on either. */
export function addSupport(trust: Trust, id: RelationshipId, vouch: Vouch, by: Agent): Verdict {
  const relationship = standing(trust, id);
  if ('code' in relationship) return relationship;
  const { trustor, trustee, terms, origin } = relationship;
  if (origin.kind === 'direct') {
    return refuse('not-introduced', 'a direct relationship stands by itself', undefined, {
      relationship: id,
    });
  }
  const { introducer } = vouch;
  const wrong =
    introducerRefusal(trust, introducer, trustor, trustee) ??
    introducerEntitled(trust, introducer, by) ??
    manufacturerRefusal(trust, trustor, trustee, by);
  if (wrong !== undefined) return wrong;
  if (origin.supports.some((support) => support.introducer === introducer)) {
    return refuse('introducer-repeated', 'this introducer vouches for it already', '/introducer', {
      introducer,
    });
  }
  if (origin.supports.length >= TRUST_LIMITS.supportsMax) {
    return refuse('limit-reached', `a relationship has ${TRUST_LIMITS.supportsMax} supports at most`);
  }
  const chosen = choose(trust, vouch, { trustor, trustee }, () => terms);
  return 'code' in chosen ? chosen : accept({ kind: 'support-added', id, support: chosen.support });
}

interface Pair {
  readonly through: Node;
  readonly knows: Node;
}

interface Chosen {
  readonly pair: Pair;
  readonly support: Support;
}

function introducerRefusal(
  trust: Trust,
  introducer: ActorId,
  trustor: ActorId,
  trustee: ActorId,
): Refused | undefined {
  const field = '/introducer';
  if (!trust.snapshot.actors.has(introducer)) {
    return refuse('actor-unknown', 'there is no such introducer', field, { introducer });
  }
  if (introducer !== trustor && introducer !== trustee) return undefined;
  return refuse('self-vouch', 'an introducer is a third between the two', field, { introducer });
}

/** The first pair of relationships that carries the introduction, or why the one that comes nearest does not. */
function choose(
  trust: Trust,
  vouch: Vouch,
  ends: { readonly trustor: ActorId; readonly trustee: ActorId },
  given: (pair: Pair) => Terms,
): Chosen | Refused {
  const { introducer } = vouch;
  const throughs = candidates(trust, vouch.through, ends.trustor, introducer);
  const known = candidates(trust, vouch.knows, introducer, ends.trustee);
  let nearest = refuse('introducer-not-trusted', 'the trustor does not trust the introducer', '/introducer', {
    trustor: ends.trustor,
    trustee: introducer,
  });
  let steps = -1;
  for (const through of throughs) {
    for (const knows of known) {
      const pair = { through, knows };
      const wrong = pairRefusal(trust, pair, given(pair), ends.trustee);
      if (wrong === undefined) {
        return { pair, support: { introducer, through: through.id, knows: knows.id } };
      }
      if (STEPS.indexOf(wrong.code) <= steps) continue;
      nearest = wrong;
      steps = STEPS.indexOf(wrong.code);
    }
  }
  if (known.length > 0 || throughs.length === 0) return nearest;
  return refuse('trustee-not-trusted', 'the introducer does not trust the trustee', '/trustee', {
    trustor: introducer,
    trustee: ends.trustee,
  });
}

/** What may be meant by `id` between the two: that one, or, for `null`, all there are, the shortest chains first. */
function candidates(
  trust: Trust,
  id: RelationshipId | null,
  trustor: ActorId,
  trustee: ActorId,
): readonly Node[] {
  const between = trust.graph.between(trustor, trustee);
  if (id !== null) return between.filter((node) => node.id === id);
  return between.toSorted((a, b) => (a.length === b.length ? 0 : a.length - b.length));
}

/** The first rule that the pair does not meet; the order of {@link STEPS}. */
function pairRefusal(trust: Trust, pair: Pair, terms: Terms, trustee: ActorId): Refused | undefined {
  const { through, knows } = pair;
  if (!trust.isValid(through.id)) {
    const missing = { relationship: through.id };
    return refuse(
      'introducer-not-trusted',
      "the trustor's trust in the introducer is not valid",
      '/introducer',
      missing,
    );
  }
  if (!trust.isValid(knows.id)) {
    const missing = { relationship: knows.id };
    return refuse(
      'trustee-not-trusted',
      "the introducer's trust in the trustee is not valid",
      '/trustee',
      missing,
    );
  }
  const { terms: lent, origin } = through.relationship;
  if (origin.kind === 'introduced' && origin.supports.some(({ introducer }) => introducer === trustee)) {
    return refuse('vouch-for-voucher', 'nobody vouches for whoever vouched for him', '/trustee', { trustee });
  }
  if (lent.introduce <= terms.introduce) {
    const needed = terms.introduce + 1;
    const detail = `the introducer may pass on ${lent.introduce} more introductions, and this takes ${needed}`;
    const missing = { relationship: through.id, introduce: needed };
    return refuse('introductions-exhausted', detail, '/introduce', missing);
  }
  return boundsRefusal(pair, terms) ?? lengthRefusal(trust, pair);
}

function boundsRefusal({ through, knows }: Pair, terms: Terms): Refused | undefined {
  if (isEmptySpan(terms)) return refuse('validity-empty', 'it would end before it begins', '/notAfter');
  const over = excess(terms, meet(through.relationship.terms, knows.relationship.terms));
  if (over === undefined) return undefined;
  const wide = excess(terms, through.relationship.terms) === undefined ? knows : through;
  const missing = { what: over, relationship: wide.id };
  return refuse(
    'terms-exceeded',
    `nobody gives more than he has: the ${over} goes beyond it`,
    `/${over}`,
    missing,
  );
}

function lengthRefusal(trust: Trust, { through, knows }: Pair): Refused | undefined {
  const length = 1 + Math.max(through.length, knows.length);
  const { chainMax } = trust.settings;
  if (length <= chainMax) return undefined;
  const missing = { length, chainMax };
  return refuse(
    'chain-too-long',
    `the chain would be ${length} long, and ${chainMax} is the most`,
    undefined,
    missing,
  );
}

/** How far a pair got before it was refused: what lies further on is nearer to being accepted. */
const STEPS: readonly RefusalCode[] = [
  'introducer-not-trusted',
  'trustee-not-trusted',
  'vouch-for-voucher',
  'introductions-exhausted',
  'validity-empty',
  'terms-exceeded',
  'chain-too-long',
];
