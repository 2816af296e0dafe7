/** Commands about trust, worked out: references become ids, the rest is the trust core's. */
import { unreachable } from '../../../base/index.ts';
import {
  type ActorId,
  addSupport,
  establishTrust,
  introduce,
  ownerTerms,
  refuse,
  type Refused,
  resumeActor,
  resumeRelationship,
  revoke,
  suspendActor,
  suspendRelationship,
  TRUST_LIMITS,
  type TrustEvent,
  type TrustSnapshot,
} from '../../../trust/index.ts';
import type { Plan, Planning } from './command.ts';
import { drawRelationshipId } from './ids.ts';
import { resolveActor } from './references.ts';
import { only, staleRefusal } from './refusals.ts';
import type { IntroductionWish, RelationshipCommand, RelationshipWish } from './trust-command.ts';

export function planTrust(planning: Planning, command: RelationshipCommand): Plan {
  const { trust, by } = planning;
  switch (command.kind) {
    case 'establish':
      return planEstablish(planning, command.wish, command.firm);
    case 'introduce':
      return planIntroduction(planning, command.wish);
    case 'revoke': {
      const { id, ifRevision, asOf } = command;
      const shown = ifRevision === null ? null : { revision: ifRevision, asOf };
      const verdict = revoke(trust, { id, by, shown });
      const cascade = verdict.kind === 'accepted' ? { cascade: verdict.cascade } : {};
      return { verdict, keys: [], made: { relationship: id }, ...cascade };
    }
    case 'suspend-relationship':
    case 'resume-relationship': {
      const { id, ifRevision } = command;
      const stale = staleRefusal(trust.snapshot.relationships.get(id), ifRevision);
      const change = command.kind === 'suspend-relationship' ? suspendRelationship : resumeRelationship;
      return { verdict: stale ?? change(trust, id, by), keys: [], made: { relationship: id } };
    }
    case 'suspend-actor':
    case 'resume-actor': {
      const { id, ifRevision } = command;
      const stale = staleRefusal(trust.snapshot.actors.get(id), ifRevision);
      const change = command.kind === 'suspend-actor' ? suspendActor : resumeActor;
      return { verdict: stale ?? change(trust, id), keys: [], made: { actor: id } };
    }
    default:
      return unreachable(command);
  }
}

/** A device that comes with an owner trusts him: ownership is a relationship like any other. */
export function withOwnership({ entropy, trust }: Planning, plan: Plan): Plan {
  const { verdict } = plan;
  if (verdict.kind === 'refused') return plan;
  const owned = verdict.events.flatMap((event): TrustEvent[] => {
    if (event.kind !== 'actor-added' || event.owner === null) return [];
    const { id: trustor, owner: trustee, name } = event;
    const origin = { kind: 'direct', ground: { kind: 'operator' } } as const;
    const relationship = {
      id: drawRelationshipId(entropy),
      trustor,
      trustee,
      terms: ownerTerms(name),
      origin,
    };
    return [{ kind: 'relationship-established', relationship }];
  });
  if (owned.length === 0) return plan;
  const full = fullRefusal(trust.snapshot, owned.length);
  return { ...plan, verdict: full ?? { ...verdict, events: [...verdict.events, ...owned] } };
}

/** Why there is no room for so many more devices with owners. */
export function fullRefusal({ actors, relationships }: TrustSnapshot, devices: number): Refused | undefined {
  const { actorsMax, relationshipsMax } = TRUST_LIMITS;
  if (actors.size + devices > actorsMax) {
    return refuse('limit-reached', `this gateway holds ${actorsMax} actors at most`, undefined, {
      actorsMax,
    });
  }
  if (relationships.size + devices <= relationshipsMax) return undefined;
  const detail = `this gateway holds ${relationshipsMax} relationships at most`;
  return refuse('limit-reached', detail, undefined, { relationshipsMax });
}

function planEstablish(planning: Planning, wish: RelationshipWish, firm: boolean): Plan {
  const { trust, entropy, by } = planning;
  const trustor = resolveActor(planning, wish.trustor, '/trustor');
  if (typeof trustor !== 'string') return only(trustor);
  const trustee = resolveActor(planning, wish.trustee, '/trustee', 'anybody');
  if (typeof trustee !== 'string') return only(trustee);
  const id = drawRelationshipId(entropy);
  const terms = { id, trustor, trustee, terms: wish, credential: null, firm };
  const verdict = establishTrust(trust, terms, by);
  return { verdict, keys: [], made: { relationship: id } };
}

function planIntroduction(planning: Planning, wish: IntroductionWish): Plan {
  const { trust, entropy, by } = planning;
  const ends: ActorId[] = [];
  for (const end of ['introducer', 'trustor', 'trustee'] as const) {
    const found = resolveActor(planning, wish[end], `/${end}`);
    if (typeof found !== 'string') return only(found);
    ends.push(found);
  }
  const [introducer, trustor, trustee] = ends as [ActorId, ActorId, ActorId];
  const vouch = { introducer, through: null, knows: null };
  if (wish.relationship !== null) {
    const id = wish.relationship;
    return { verdict: addSupport(trust, id, vouch, by), keys: [], made: { relationship: id } };
  }
  const id = drawRelationshipId(entropy);
  const { scope, level, introduce: further, notBefore, notAfter } = wish;
  const terms = { scope, level, introduce: further, notBefore, notAfter };
  const verdict = introduce(trust, { id, trustor, trustee, ...vouch, ...terms }, by);
  return { verdict, keys: [], made: { relationship: id } };
}
