/** Commands on actors: add, remove, suspend, resume. Each gives the events that make it so, or why not. */
import type { Actor, ActorId, ActorKind } from './actor.ts';
import type { CredentialId, Establishment } from './credential.ts';
import type { TrustEvent } from './events.ts';
import type { Node } from './graph.ts';
import { TRUST_LIMITS } from './limits.ts';
import { ending, type Revocation } from './revocation.ts';
import { findActor, nameKey, type TrustSnapshot } from './snapshot.ts';
import type { Trust } from './trust.ts';
import { accept, refuse, type Refused, type Verdict } from './verdict.ts';

/** An actor that shall exist; the caller drew the id. */
export interface NewActor {
  readonly id: ActorId;
  readonly kind: ActorKind;
  readonly name: string;
  /** Name or id of the owning user; `null` for actors that have none. */
  readonly owner: string | null;
}

/** A PSK that shall exist; the caller drew the id and sealed the key. */
export interface NewPsk {
  readonly id: CredentialId;
  readonly identityHex: string;
  readonly sealedKey: string;
  readonly established: Establishment;
}

/** Adds an actor, with its first credential in the same transaction if there is one. */
export function addActor(snapshot: TrustSnapshot, wanted: NewActor, psk: NewPsk | null): Verdict {
  const wrong = newcomerRefusal(snapshot, wanted.kind, wanted.name) ?? ownerRefusal(snapshot, wanted);
  if (wrong !== undefined) return wrong;
  const { id, kind, name } = wanted;
  const owner = wanted.owner === null ? null : (findActor(snapshot, 'user', wanted.owner)?.id ?? null);
  const added: TrustEvent = { kind: 'actor-added', id, actor: kind, name, owner };
  if (psk === null) return accept(added);
  const taken = identityRefusal(snapshot, psk.identityHex);
  if (taken !== undefined) return { ...taken, field: '/credential/identity' };
  return accept(added, { kind: 'psk-established', actor: id, ...psk });
}

/** Gives an actor a further PSK. */
export function addPsk(snapshot: TrustSnapshot, actor: ActorId, psk: NewPsk): Verdict {
  const wrong = holderRefusal(snapshot, actor, 'psk') ?? identityRefusal(snapshot, psk.identityHex);
  return wrong ?? accept({ kind: 'psk-established', actor, ...psk });
}

/**
 * Removes an actor for good: its credentials end, its relationships are revoked with all that stands on them. A user
 * who still owns devices stays.
 */
export function removeActor(trust: Trust, id: ActorId): Revocation {
  const { snapshot } = trust;
  const actor = snapshot.actors.get(id);
  if (actor === undefined) return refuse('actor-unknown', 'there is no such actor');
  const owned = actor.kind === 'user' ? ownedBy(snapshot, id) : undefined;
  if (owned !== undefined) {
    return refuse('owns-devices', `${actor.name} still owns ${owned.name}: remove his devices first`);
  }
  const nodes = new Set<Node>(trust.graph.of(id));
  const ended: TrustEvent[] = [];
  for (const credential of snapshot.held.get(id) ?? []) {
    ended.push({ kind: 'credential-ended', id: credential });
    const line = snapshot.credentials.get(credential)?.line ?? credential;
    for (const node of trust.graph.on(line)) nodes.add(node);
  }
  const { events, cascade } = ending(trust, [...nodes]);
  return { ...accept(...events, ...ended, { kind: 'actor-removed', id }), cascade };
}

/** Makes an actor's relationships and credentials invalid until it is resumed. */
export function suspendActor(trust: Trust, id: ActorId): Verdict {
  return switchTo(trust, id, 'suspended');
}

/** The reverse of suspending it: what stood on it returns. */
export function resumeActor(trust: Trust, id: ActorId): Verdict {
  return switchTo(trust, id, 'active');
}

/** Why no actor of that name can be added. */
export function newcomerRefusal(snapshot: TrustSnapshot, kind: ActorKind, name: string): Refused | undefined {
  const { nameLengthMax, actorsMax } = TRUST_LIMITS;
  if (name.length > nameLengthMax || !NAME.test(name) || ID.test(name)) {
    return refuse('name-invalid', `a name is 1 to ${nameLengthMax} of A-Z a-z 0-9 . _ : @ -`, '/name');
  }
  if (snapshot.names.has(nameKey(kind, name))) {
    return refuse('name-taken', `there is a ${kind} named ${name} already`, '/name');
  }
  if (snapshot.actors.size < actorsMax) return undefined;
  return refuse('limit-reached', `this gateway holds ${actorsMax} actors at most`);
}

/** Why the actor cannot have one more credential of that kind. */
export function holderRefusal(snapshot: TrustSnapshot, actor: ActorId, kind: string): Refused | undefined {
  const holder = snapshot.actors.get(actor);
  if (holder === undefined) return refuse('actor-unknown', 'there is no such actor', '/actor');
  if (holder.kind === 'user' && kind !== 'token') {
    return refuse('credential-not-allowed', 'users reach the gateway through their devices', '/actor');
  }
  if (holder.kind === 'device' && kind === 'token') {
    return refuse('credential-not-allowed', 'devices prove themselves with keys', '/actor');
  }
  const { credentialsPerActorMax } = TRUST_LIMITS;
  if ((snapshot.held.get(actor)?.length ?? 0) < credentialsPerActorMax) return undefined;
  return refuse('limit-reached', `an actor has ${credentialsPerActorMax} credentials at most`);
}

/** Why nobody can have that PSK identity. */
export function identityRefusal(snapshot: TrustSnapshot, identityHex: string): Refused | undefined {
  const { identityBytesMax } = TRUST_LIMITS;
  if (!IDENTITY_HEX.test(identityHex) || identityHex.length > 2 * identityBytesMax) {
    return refuse('identity-invalid', `a PSK identity is 1 to ${identityBytesMax} bytes`, '/identity');
  }
  if (!snapshot.identities.has(identityHex)) return undefined;
  return refuse('identity-taken', 'another credential has this PSK identity', '/identity');
}

function ownerRefusal(snapshot: TrustSnapshot, { kind, owner }: NewActor): Refused | undefined {
  if (kind !== 'device') {
    return owner === null ? undefined : refuse('owner-not-allowed', `a ${kind} has no owner`, '/owner');
  }
  if (owner === null)
    return refuse('owner-missing', 'a device acts on behalf of a user: name its owner', '/owner');
  if (findActor(snapshot, 'user', owner) !== undefined) return undefined;
  return refuse('owner-unknown', `there is no user with the name or id ${printable(owner)}`, '/owner');
}

function switchTo(trust: Trust, id: ActorId, state: Actor['state']): Verdict {
  const actor = trust.snapshot.actors.get(id);
  if (actor === undefined) return refuse('actor-unknown', 'there is no such actor');
  if (actor.state === state) return accept();
  return accept({ kind: state === 'active' ? 'actor-resumed' : 'actor-suspended', id });
}

function ownedBy(snapshot: TrustSnapshot, owner: ActorId): Actor | undefined {
  for (const actor of snapshot.actors.values()) if (actor.owner === owner) return actor;
  return undefined;
}

const printable = (text: string): string =>
  text.slice(0, TRUST_LIMITS.nameLengthMax).replaceAll(/[^!-~]/g, '?');

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]*$/;
/** What ids look like: a name must not be mistaken for one. */
const ID = /^[a-z]{3}-[0-9a-f]{20}$/;
const IDENTITY_HEX = /^(?:[0-9a-f]{2})+$/;
