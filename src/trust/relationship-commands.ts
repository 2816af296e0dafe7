/** Commands on relationships: trust directly, suspend, resume, forget. */
import type { WallTime } from '../base/index.ts';
import type { ActorId, Revision } from './actor.ts';
import type { CredentialId } from './credential.ts';
import { type Agent, entitled, firmRefusal, outranks, resumptionRefusal, byActor } from './entitlement.ts';
import { wordRefusal } from './word.ts';
import { TRUST_LIMITS } from './limits.ts';
import type { Ground, Relationship, RelationshipId } from './relationship.ts';
import { parseScope, type Scope, type ScopeWish } from './scope.ts';
import { isEmptySpan, type Level, type Terms } from './terms.ts';
import type { Trust } from './trust.ts';
import { accept, refuse, type Refused, type Verdict } from './verdict.ts';

/** Terms as somebody wrote them. */
export interface TermsWish {
  readonly scope: ScopeWish;
  readonly level: Level;
  readonly introduce: number;
  readonly notBefore: WallTime | null;
  readonly notAfter: WallTime | null;
}

/** A direct relationship that shall exist; the caller drew the id. */
export interface NewRelationship {
  readonly id: RelationshipId;
  readonly trustor: ActorId;
  readonly trustee: ActorId;
  readonly terms: TermsWish;
  /** The trustee's credential that it shall stand on; `null`: the operator's word. */
  readonly credential: CredentialId | null;
  /** An operator alone shall be able to end it. */
  readonly firm?: boolean;
}

/** Establishes direct trust: the trustor itself, the owner of the device that it is, or an operator. */
export function establishTrust(trust: Trust, wish: NewRelationship, by: Agent): Verdict {
  const { id, trustor, trustee } = wish;
  const wrong =
    actorsRefusal(trust, trustor, trustee) ??
    entitled(trust, wish, by) ??
    capacityRefusal(trust, trustor, trustee);
  if (wrong !== undefined) return wrong;
  const terms = termsOf(wish.terms);
  if ('code' in terms) return terms;
  const refusal = wordRefusal(trust, { trustor, trustee, terms, firm: wish.firm === true }, by);
  if (refusal !== undefined) return refusal;
  const ground = groundOf(trust, wish, by);
  if ('code' in ground) return ground;
  const origin = { kind: 'direct', ground } as const;
  const firm = wish.firm === true ? ({ firm: true } as const) : {};
  const relationship = { id, trustor, trustee, terms, origin, ...firm };
  return accept({ kind: 'relationship-established', relationship });
}

/** Makes a relationship invalid, and what stands on it with it, until it is resumed. */
export function suspendRelationship(trust: Trust, id: RelationshipId, by: Agent): Verdict {
  return switchTo(trust, id, by, 'suspended');
}

/** The reverse of suspending it; what stood on it returns. */
export function resumeRelationship(trust: Trust, id: RelationshipId, by: Agent): Verdict {
  return switchTo(trust, id, by, 'active');
}

/** Lets go of what ended at or before `until`, `max` at a time, so that the state does not grow for ever. */
export function forgetRelationships(trust: Trust, until: Revision, max: number): Verdict {
  const ids: RelationshipId[] = [];
  for (const { id, state, revision } of trust.snapshot.relationships.values()) {
    if (ids.length >= max) break;
    if (state.kind === 'ended' && revision <= until) ids.push(id);
  }
  return ids.length === 0 ? accept() : accept({ kind: 'relationships-forgotten', ids });
}

/** Both must exist and differ. That one is suspended hinders nothing: the relationship is then not valid yet. */
export function actorsRefusal(trust: Trust, trustor: ActorId, trustee: ActorId): Refused | undefined {
  const { actors } = trust.snapshot;
  if (!actors.has(trustor))
    return refuse('actor-unknown', 'there is no such trustor', '/trustor', { trustor });
  if (!actors.has(trustee))
    return refuse('actor-unknown', 'there is no such trustee', '/trustee', { trustee });
  if (trustor !== trustee) return undefined;
  return refuse('self-trust', 'nobody needs a relationship with himself', '/trustee');
}

/** There is a most of relationships, altogether and between the same two. */
export function capacityRefusal(trust: Trust, trustor: ActorId, trustee: ActorId): Refused | undefined {
  const { relationshipsMax, relationshipsBetweenMax } = TRUST_LIMITS;
  if (trust.snapshot.relationships.size >= relationshipsMax) {
    return refuse('limit-reached', `this gateway holds ${relationshipsMax} relationships at most`);
  }
  if (trust.graph.between(trustor, trustee).length < relationshipsBetweenMax) return undefined;
  return refuse(
    'limit-reached',
    `there are ${relationshipsBetweenMax} relationships between the two already`,
  );
}

/** The relationship, if it exists and has not ended. */
export function standing(trust: Trust, id: RelationshipId): Relationship | Refused {
  const relationship = trust.snapshot.relationships.get(id);
  if (relationship === undefined) {
    return refuse('relationship-unknown', 'there is no such relationship', undefined, { relationship: id });
  }
  if (relationship.state.kind !== 'ended') return relationship;
  return refuse('relationship-ended', 'it has ended, and that is final: establish it anew', undefined, {
    relationship: id,
  });
}

/** The scope in canonical form. */
export function scopeOf(wish: ScopeWish): Scope | Refused {
  const scope = parseScope(wish);
  return 'problem' in scope ? refuse('scope-invalid', scope.problem, `/scope${scope.field}`) : scope;
}

export function introduceRefusal(introduce: number): Refused | undefined {
  const { introduceMax } = TRUST_LIMITS;
  if (Number.isInteger(introduce) && introduce >= 0 && introduce <= introduceMax) return undefined;
  return refuse('terms-invalid', `introduce is a whole number from 0 to ${introduceMax}`, '/introduce');
}

function termsOf(wish: TermsWish): Terms | Refused {
  const scope = scopeOf(wish.scope);
  if ('code' in scope) return scope;
  const wrong = introduceRefusal(wish.introduce);
  if (wrong !== undefined) return wrong;
  const { level, introduce, notBefore, notAfter } = wish;
  if (isEmptySpan({ notBefore, notAfter })) {
    return refuse('validity-empty', 'it would end before it begins', '/notAfter');
  }
  return { scope, level, introduce, notBefore, notAfter };
}

function groundOf(trust: Trust, { credential: id, trustee }: NewRelationship, by: Agent): Ground | Refused {
  if (id === null) return by.kind === 'actor' ? { kind: 'actor', id: by.id } : { kind: 'operator' };
  const credential = trust.snapshot.credentials.get(id);
  const field = '/credential';
  if (credential === undefined) return refuse('credential-unknown', 'there is no such credential', field);
  if (credential.actor === trustee || credential.user === trustee) {
    return { kind: 'credential', line: credential.line, holder: credential.actor };
  }
  return refuse('credential-not-allowed', 'it stands on a credential of the trustee', field, { trustee });
}

function switchTo(trust: Trust, id: RelationshipId, by: Agent, kind: 'active' | 'suspended'): Verdict {
  const relationship = standing(trust, id);
  if ('code' in relationship) return relationship;
  const wrong = entitled(trust, relationship, by) ?? firmRefusal(relationship, by);
  if (wrong !== undefined) return wrong;
  const { state } = relationship;
  const suspendedBy = state.kind === 'suspended' ? state.by : undefined;
  if (kind === 'active') {
    if (state.kind === kind) return accept();
    return resumptionRefusal(suspendedBy, by) ?? accept({ kind: 'relationship-resumed', id });
  }
  if (state.kind === kind && !outranks(suspendedBy, by)) return accept();
  return accept({ kind: 'relationship-suspended', id, ...byActor(by) });
}
