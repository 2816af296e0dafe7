/** Who may do what to whose: an operator everything, an actor what is its own or its devices'. */
import type { ActorId } from './actor.ts';
import type { Credential, CredentialId } from './credential.ts';
import type { Relationship } from './relationship.ts';
import type { Trust } from './trust.ts';
import { refuse, type Refused } from './verdict.ts';

/** In whose name something is done. That an operator may do it at all has been settled where he was admitted. */
export type Agent =
  | { readonly kind: 'operator' }
  /** Nobody asked: the gateway itself, on what happened at its door. */
  | { readonly kind: 'gateway' }
  /** `credential`: what he was let in by; he may act no longer than that is good. */
  | { readonly kind: 'actor'; readonly id: ActorId; readonly credential?: CredentialId };

/** Whether an actor acts here that is this one, or that owns the device which this one is. */
export function speaksFor(trust: Trust, id: ActorId, by: Agent): boolean {
  if (by.kind !== 'actor' || !trust.isActive(by.id)) return false;
  return by.id === id || by.id === (trust.snapshot.actors.get(id)?.owner ?? null);
}

/** Refuses unless the agent is an operator, the trustor, or the owner of the device that is the trustor. */
export function entitled(
  trust: Trust,
  { trustor }: Pick<Relationship, 'trustor'>,
  by: Agent,
): Refused | undefined {
  if (by.kind === 'operator' || speaksFor(trust, trustor, by)) return undefined;
  const owner = trust.snapshot.actors.get(trustor)?.owner ?? null;
  return refuse('not-entitled', 'the trustor, its owner or an operator may do that', undefined, {
    trustor,
    owner,
  });
}

/** Refuses whoever is no operator: he must leave alone what an operator has made firm. */
export function firmRefusal({ firm }: Pick<Relationship, 'firm'>, by: Agent): Refused | undefined {
  if (firm === undefined || by.kind === 'operator') return undefined;
  return refuse('not-entitled', 'an operator made it firm: only an operator ends or suspends it');
}

/** Refuses to resume for an actor what an operator has suspended. */
export function resumptionRefusal(suspendedBy: ActorId | undefined, by: Agent): Refused | undefined {
  if (suspendedBy !== undefined || by.kind === 'operator') return undefined;
  return refuse('not-entitled', 'an operator suspended it, and only an operator may resume it');
}

/** Whether it changes anything that the agent suspends what is suspended already: an operator's word weighs more. */
export const outranks = (suspendedBy: ActorId | undefined, by: Agent): boolean =>
  suspendedBy !== undefined && by.kind === 'operator';

/** The member of an event that says which actor did it; none for an operator. */
export const byActor = (by: Agent): { readonly by?: ActorId } => (by.kind === 'actor' ? { by: by.id } : {});

/** Refuses unless the agent is an operator, the introducer, or the owner of the device that is the introducer. */
export function introducerEntitled(trust: Trust, introducer: ActorId, by: Agent): Refused | undefined {
  if (by.kind === 'operator' || speaksFor(trust, introducer, by)) return undefined;
  return refuse('not-entitled', 'nobody vouches in the name of somebody else', '/introducer', { introducer });
}

/**
 * Refuses unless the agent is an operator, or speaks for the holder and the credential acts in nobody else's name:
 * whoever makes a key for it would act in that name.
 */
export function keyEntitled(
  trust: Trust,
  { actor, user, kind }: Pick<Credential, 'actor' | 'user' | 'kind'>,
  by: Agent,
): Refused | undefined {
  if (by.kind === 'operator') return undefined;
  const wrong = kindEntitled(kind, by);
  if (wrong !== undefined) return wrong;
  if (!speaksFor(trust, actor, by)) return notTheHolder(actor);
  if (user === null || (by.kind === 'actor' && user === by.id)) return undefined;
  return refuse('not-entitled', 'it acts in the name of somebody else', '/user', { user });
}

/** Refuses what is an operator's to give, whoever it is for. */
export function kindEntitled(kind: Credential['kind'], by: Agent): Refused | undefined {
  if (by.kind === 'operator') return undefined;
  if (kind === 'token') return refuse('not-entitled', 'tokens are for an operator to give', '/kind');
  if (kind !== 'x509') return undefined;
  return refuse('not-entitled', 'whose a certificate is, is for an operator to say', '/kind');
}

/** Refuses to take a credential away unless the agent is an operator, speaks for the holder, or it acts in his name. */
export function withdrawalEntitled(
  trust: Trust,
  { actor, user }: Pick<Credential, 'actor' | 'user'>,
  by: Agent,
): Refused | undefined {
  if (by.kind === 'operator' || speaksFor(trust, actor, by)) return undefined;
  return user !== null && speaksFor(trust, user, by) ? undefined : notTheHolder(actor);
}

/** How the log names an agent: `operator`, `gateway`, or the actor's id. */
export const agentName = (by: Agent): string => (by.kind === 'actor' ? by.id : by.kind);

const notTheHolder = (actor: ActorId): Refused =>
  refuse('not-entitled', 'its holder, the owner of that or an operator may do that', undefined, { actor });
