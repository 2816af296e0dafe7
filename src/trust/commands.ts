/** What an operator may want, checked against a snapshot: the events that make it so, or why not. */
import type { Actor, ActorId, ActorKind, Revision } from './actor.ts';
import type { CredentialId, Establishment } from './credential.ts';
import type { TrustEvent } from './events.ts';
import { TRUST_LIMITS } from './limits.ts';
import { findActor, nameKey, type TrustSnapshot } from './snapshot.ts';

/** Why a command was refused: stable codes that travel to the admin API. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export type Verdict =
  | { readonly kind: 'accepted'; readonly events: readonly TrustEvent[] }
  /** `field` is the JSON pointer, within the command, of what is wrong. */
  | {
      readonly kind: 'refused';
      readonly code: RefusalCode;
      readonly detail: string;
      readonly field?: string;
    };

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
  const { id, kind, name } = wanted;
  const wrong = nameRefusal(snapshot, kind, name) ?? ownerRefusal(snapshot, wanted);
  if (wrong !== undefined) return wrong;
  if (snapshot.actors.size >= TRUST_LIMITS.actorsMax) {
    return refuse('limit-reached', `this gateway holds ${TRUST_LIMITS.actorsMax} actors at most`);
  }
  const owner = wanted.owner === null ? null : (findActor(snapshot, 'user', wanted.owner)?.id ?? null);
  const added: TrustEvent = { kind: 'actor-added', id, actor: kind, name, owner };
  if (psk === null) return { kind: 'accepted', events: [added] };
  const taken = identityRefusal(snapshot, psk.identityHex);
  if (taken !== undefined) return { ...taken, field: `/credential${taken.field}` };
  return { kind: 'accepted', events: [added, established(id, psk)] };
}

/** Gives an actor a further PSK. */
export function addPsk(snapshot: TrustSnapshot, actor: ActorId, psk: NewPsk): Verdict {
  const holder = snapshot.actors.get(actor);
  if (holder === undefined) return refuse('actor-unknown', 'there is no such actor', '/actor');
  if (holder.kind === 'user') {
    return refuse('credential-not-allowed', 'users reach the gateway through their devices', '/actor');
  }
  if ((snapshot.held.get(actor)?.length ?? 0) >= TRUST_LIMITS.credentialsPerActorMax) {
    return refuse('limit-reached', `an actor has ${TRUST_LIMITS.credentialsPerActorMax} credentials at most`);
  }
  return (
    identityRefusal(snapshot, psk.identityHex) ?? { kind: 'accepted', events: [established(actor, psk)] }
  );
}

/** Removes an actor and ends its credentials. A user who still owns devices stays. */
export function removeActor(snapshot: TrustSnapshot, id: ActorId): Verdict {
  const actor = snapshot.actors.get(id);
  if (actor === undefined) return refuse('actor-unknown', 'there is no such actor');
  const owned = actor.kind === 'user' ? ownedBy(snapshot, id) : undefined;
  if (owned !== undefined) {
    return refuse('owns-devices', `${actor.name} still owns ${owned.name}: remove his devices first`);
  }
  const ended = (snapshot.held.get(id) ?? []).map(
    (credential): TrustEvent => ({ kind: 'credential-ended', id: credential }),
  );
  return { kind: 'accepted', events: [...ended, { kind: 'actor-removed', id }] };
}

/** Ends one credential; its actor stays. */
export function endCredential(snapshot: TrustSnapshot, id: CredentialId): Verdict {
  if (!snapshot.credentials.has(id)) return refuse('credential-unknown', 'there is no such credential');
  return { kind: 'accepted', events: [{ kind: 'credential-ended', id }] };
}

/** Refuses with `revision-stale` unless `expected` is absent or the revision that last changed the object. */
export function revisionRefusal(current: Revision, expected: Revision | null): Verdict | undefined {
  if (expected === null || expected === current) return undefined;
  return refuse('revision-stale', `the object is at revision ${current}, not ${expected}`);
}

export function refuse(code: RefusalCode, detail: string, field?: string): Verdict & { kind: 'refused' } {
  return field === undefined ? { kind: 'refused', code, detail } : { kind: 'refused', code, detail, field };
}

function nameRefusal(snapshot: TrustSnapshot, kind: ActorKind, name: string): Verdict | undefined {
  if (name.length > TRUST_LIMITS.nameLengthMax || !NAME.test(name) || ID.test(name)) {
    return refuse(
      'name-invalid',
      `a name is 1 to ${TRUST_LIMITS.nameLengthMax} of A-Z a-z 0-9 . _ : @ -`,
      '/name',
    );
  }
  if (!snapshot.names.has(nameKey(kind, name))) return undefined;
  return refuse('name-taken', `there is a ${kind} named ${name} already`, '/name');
}

function ownerRefusal(snapshot: TrustSnapshot, { kind, owner }: NewActor): Verdict | undefined {
  if (kind !== 'device') {
    return owner === null ? undefined : refuse('owner-not-allowed', `a ${kind} has no owner`, '/owner');
  }
  if (owner === null)
    return refuse('owner-missing', 'a device acts on behalf of a user: name its owner', '/owner');
  if (findActor(snapshot, 'user', owner) !== undefined) return undefined;
  return refuse('owner-unknown', `there is no user with the name or id ${printable(owner)}`, '/owner');
}

function identityRefusal(
  snapshot: TrustSnapshot,
  identityHex: string,
): (Verdict & { kind: 'refused'; field: string }) | undefined {
  const field = '/identity';
  if (!IDENTITY_HEX.test(identityHex) || identityHex.length > 2 * TRUST_LIMITS.identityBytesMax) {
    const detail = `a PSK identity is 1 to ${TRUST_LIMITS.identityBytesMax} bytes`;
    return { kind: 'refused', code: 'identity-invalid', detail, field };
  }
  if (!snapshot.identities.has(identityHex)) return undefined;
  return {
    kind: 'refused',
    code: 'identity-taken',
    detail: 'another credential has this PSK identity',
    field,
  };
}

function established(actor: ActorId, psk: NewPsk): TrustEvent {
  return { kind: 'psk-established', actor, ...psk };
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

export const REFUSAL_CODES = [
  'name-invalid',
  'name-taken',
  'owner-missing',
  'owner-unknown',
  'owner-not-allowed',
  'actor-unknown',
  'owns-devices',
  'credential-unknown',
  'credential-not-allowed',
  'identity-invalid',
  'identity-taken',
  'key-invalid',
  'limit-reached',
  'revision-stale',
] as const;
