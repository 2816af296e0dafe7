/** What operators see of relationships: the facts, what they mean now, and what would happen to them. */
import { explainFlaw } from '../../../policy/index.ts';
import {
  type ActorId,
  type Cascade,
  flawOf,
  pathOf,
  type Relationship,
  relationshipsAround,
  type RelationshipId,
  type Support,
  type Terms,
  type Trust,
} from '../../../trust/index.ts';
import type { Viewer } from './viewer.ts';
import { byKey, type Page, type PageRequest, pageOf } from './page.ts';

export interface RelationshipView
  extends Pick<Terms, 'scope' | 'level' | 'introduce' | 'notBefore' | 'notAfter'> {
  readonly id: RelationshipId;
  readonly trustor: ActorId;
  readonly trustee: ActorId;
  readonly origin: 'direct' | 'introduced';
  readonly ground: string | null;
  readonly supports: readonly Support[];
  /** An operator alone ends or suspends it. */
  readonly firm: boolean;
  readonly state: 'active' | 'suspended' | 'ended';
  readonly valid: boolean;
  /** Why it is not valid. */
  readonly flaw: string | null;
  /** 0 when direct, `null` when not valid. */
  readonly chainLength: number | null;
  /** The direct relationships that lead from trustor to trustee. */
  readonly path: readonly RelationshipId[];
  readonly revision: number;
}

/** What falls with a relationship, and what survives. */
export interface CascadeView {
  readonly revision: number;
  /** The time that it was worked out for, milliseconds since 1970. */
  readonly asOf: number;
  readonly falls: readonly { readonly id: RelationshipId; readonly because: RelationshipId | null }[];
  readonly survives: readonly { readonly id: RelationshipId; readonly heldBy: Support }[];
}

export function viewRelationship(trust: Trust, relationship: Relationship): RelationshipView {
  const { id, trustor, trustee, terms, origin, state, revision } = relationship;
  const { scope, level, introduce, notBefore, notAfter } = terms;
  const flaw = flawOf(trust, id);
  return {
    id,
    trustor,
    trustee,
    scope,
    level,
    introduce,
    notBefore,
    notAfter,
    origin: origin.kind,
    ground: origin.kind === 'direct' ? origin.ground.kind : null,
    supports: origin.kind === 'direct' ? [] : origin.supports,
    firm: relationship.firm === true,
    state: state.kind,
    valid: flaw === undefined,
    flaw: flaw === undefined ? null : explainFlaw(flaw),
    chainLength: trust.lengthOf(id) ?? null,
    path: pathOf(trust, id).steps,
    revision,
  };
}

export function viewCascade({ revision, asOf, revoked, fallen, survivors }: Cascade): CascadeView {
  return {
    revision,
    asOf,
    falls: [...revoked.map((id) => ({ id, because: null })), ...fallen],
    survives: survivors,
  };
}

/** Relationships by id, of one actor or of all; those that have ended only when asked for. */
export function pageOfRelationships(
  trust: Trust,
  viewer: Viewer,
  { of, ended }: { readonly of: ActorId | null; readonly ended: boolean },
  request: PageRequest,
): Page<RelationshipView> | undefined {
  const { actor } = viewer;
  const all =
    actor === null || ended ? trust.snapshot.relationships.values() : relationshipsAround(trust, actor);
  const chosen: Relationship[] = [];
  for (const relationship of all) {
    const { trustor, trustee, state } = relationship;
    if (of !== null && trustor !== of && trustee !== of) continue;
    if (!ended && state.kind === 'ended') continue;
    if (viewer.relationshipOrNone(relationship) !== undefined) chosen.push(relationship);
  }
  const page = pageOf(chosen.toSorted(byKey(({ id }) => id)), ({ id }) => id, request);
  return page && { ...page, items: page.items.map((each) => viewRelationship(trust, each)) };
}
