/** Commands about trust, worked out: references become ids, the rest is the trust core's. */
import { unreachable } from '../../../base/index.ts';
import { keyedHash } from '../../../crypto/index.ts';
import {
  type ActorId,
  addSupport,
  addUnclaimedDevice,
  claimDevice,
  establishTrust,
  findActor,
  introduce,
  ownerTerms,
  refuse,
  type Refused,
  releaseDevice,
  resumeActor,
  resumeRelationship,
  revoke,
  revisionRefusal,
  suspendActor,
  suspendRelationship,
  TRUST_LIMITS,
  type TrustEvent,
  type TrustSnapshot,
  ACTOR_KINDS,
} from '../../../trust/index.ts';
import type { Plan, Planning } from './command.ts';
import { drawActorId, drawClaimCode, drawRelationshipId, plainClaimCode } from './ids.ts';
import type { IntroductionWish, RelationshipWish, TrustCommand } from './trust-command.ts';

export function planTrust(planning: Planning, command: TrustCommand): Plan {
  const { trust, by } = planning;
  switch (command.kind) {
    case 'establish':
      return planEstablish(planning, command.wish);
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
      const stale = staleRefusal(trust.snapshot.relationships.get(id)?.revision, ifRevision);
      const change = command.kind === 'suspend-relationship' ? suspendRelationship : resumeRelationship;
      return { verdict: stale ?? change(trust, id, by), keys: [], made: { relationship: id } };
    }
    case 'suspend-actor':
    case 'resume-actor': {
      const { id, ifRevision } = command;
      const stale = staleRefusal(trust.snapshot.actors.get(id)?.revision, ifRevision);
      const change = command.kind === 'suspend-actor' ? suspendActor : resumeActor;
      return { verdict: stale ?? change(trust, id), keys: [], made: { actor: id } };
    }
    case 'add-unclaimed':
      return planUnclaimed(planning, command);
    case 'claim':
      return planClaim(planning, command);
    case 'release':
      return planRelease(planning, command.device);
    default:
      return unreachable(command);
  }
}

/** A device that comes with an owner trusts him: ownership is a relationship like any other. */
export function withOwnership({ entropy }: Planning, plan: Plan): Plan {
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
  return { ...plan, verdict: { ...verdict, events: [...verdict.events, ...owned] } };
}

/** The actor that a reference means: its id, `KIND/NAME`, or its name where only one kind has it. */
export function resolveActor(snapshot: TrustSnapshot, reference: string, field: string): ActorId | Refused {
  const byId = snapshot.actors.get(reference as ActorId);
  if (byId !== undefined) return byId.id;
  const slash = reference.indexOf('/');
  const [wanted, name] =
    slash === -1 ? [null, reference] : [reference.slice(0, slash), reference.slice(slash + 1)];
  const found = ACTOR_KINDS.filter((kind) => wanted === null || kind === wanted).flatMap(
    (kind) => findActor(snapshot, kind, name) ?? [],
  );
  const [only, another] = found;
  if (only === undefined) return refuse('actor-unknown', `there is no actor ${printable(reference)}`, field);
  if (another === undefined) return only.id;
  const kinds = found.map(({ kind }) => `${kind}/${name}`).join(', ');
  return refuse('actor-unknown', `several are called ${name}: say which, ${kinds}`, field);
}

function planEstablish({ trust, entropy, by }: Planning, wish: RelationshipWish): Plan {
  const trustor = resolveActor(trust.snapshot, wish.trustor, '/trustor');
  if (typeof trustor !== 'string') return only(trustor);
  const trustee = resolveActor(trust.snapshot, wish.trustee, '/trustee');
  if (typeof trustee !== 'string') return only(trustee);
  const id = drawRelationshipId(entropy);
  const verdict = establishTrust(trust, { id, trustor, trustee, terms: wish, credential: null }, by);
  return { verdict, keys: [], made: { relationship: id } };
}

function planIntroduction({ trust, entropy, by }: Planning, wish: IntroductionWish): Plan {
  const ends: ActorId[] = [];
  for (const end of ['introducer', 'trustor', 'trustee'] as const) {
    const found = resolveActor(trust.snapshot, wish[end], `/${end}`);
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

function planUnclaimed(
  { trust, entropy, master }: Planning,
  { name, notAfter }: TrustCommand & { kind: 'add-unclaimed' },
): Plan {
  const id = drawActorId(entropy, 'device');
  const claimCode = drawClaimCode(entropy);
  const code = {
    hashHex: keyedHash(master, `claim ${id}`, plainClaimCode(claimCode)),
    established: 'printed',
    notAfter,
    failuresLeft: TRUST_LIMITS.claimFailuresMax,
  } as const;
  return { verdict: addUnclaimedDevice(trust, id, name, code), keys: [], made: { actor: id, claimCode } };
}

function planClaim(
  { trust, entropy, master, by }: Planning,
  { device: named, user: who, code }: TrustCommand & { kind: 'claim' },
): Plan {
  const { snapshot } = trust;
  const device = findActor(snapshot, 'device', named)?.id;
  if (device === undefined) return only(refuse('actor-unknown', 'there is no such device', '/device'));
  const user = findActor(snapshot, 'user', who)?.id;
  if (user === undefined) return only(refuse('actor-unknown', 'there is no such user', '/user'));
  const relationship = drawRelationshipId(entropy);
  const hashHex = keyedHash(master, `claim ${device}`, plainClaimCode(code));
  const verdict = claimDevice(trust, { device, user, hashHex, relationship }, by);
  return { verdict, keys: [], made: { actor: device, relationship } };
}

function planRelease({ trust, entropy, master, by }: Planning, named: string): Plan {
  const device = findActor(trust.snapshot, 'device', named)?.id;
  if (device === undefined) return only(refuse('actor-unknown', 'there is no such device', '/device'));
  const claimCode = drawClaimCode(entropy);
  const code = {
    hashHex: keyedHash(master, `claim ${device}`, plainClaimCode(claimCode)),
    established: 'printed',
    notAfter: null,
    failuresLeft: TRUST_LIMITS.claimFailuresMax,
  } as const;
  const verdict = releaseDevice(trust, device, by, code);
  return { verdict, keys: [], made: { actor: device, claimCode } };
}

function staleRefusal(
  current: Parameters<typeof revisionRefusal>[0] | undefined,
  expected: Parameters<typeof revisionRefusal>[1],
): Refused | undefined {
  return current === undefined ? undefined : revisionRefusal(current, expected);
}

const only = (verdict: Refused): Plan => ({ verdict, keys: [], made: {} });
const printable = (text: string): string =>
  text.slice(0, TRUST_LIMITS.nameLengthMax).replaceAll(/[^!-~]/g, '?');
