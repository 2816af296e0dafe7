/**
 * Ownership: claim, release, transfer, reset.
 *
 *   nobody's --claim code--> owned by exactly one --release by the owner, or proof of a factory reset--> nobody's
 *
 * Exactly one ever wins because control is the only writer: the second claim finds an owner. A device changes hands
 * with a new key only, and whatever stood on the device before ends.
 */
import type { ActorId } from './actor.ts';
import type { ClaimCode } from './claim.ts';
import { codeRefusal } from './claim-window.ts';
import type { CredentialId } from './credential.ts';
import { keyRefusal } from './credential-commands.ts';
import { type Agent, byActor, firmRefusal, speaksFor } from './entitlement.ts';
import type { CredentialFacts, TrustEvent } from './events.ts';
import { mayGuess } from './guesses.ts';
import type { RelationshipId } from './relationship.ts';
import { ending } from './revocation.ts';
import { type Pattern, SCOPE_ACTIONS } from './scope.ts';
import { standingOn } from './standing-on.ts';
import type { Terms } from './terms.ts';
import type { Trust } from './trust.ts';
import { accept, refuse, type Refused, type Verdict } from './verdict.ts';
import { beyondOwnRefusal } from './word.ts';

export interface ClaimWish {
  readonly device: ActorId;
  readonly user: ActorId;
  /** The keyed hash of the code that was shown: comparing hashes tells nothing about the code. */
  readonly hashHex: string;
  /** For the relationship `device -> user` that ownership is. */
  readonly relationship: RelationshipId;
}

export interface ResetWish {
  readonly device: ActorId;
  readonly hashHex: string;
  /** What the device came back with. */
  readonly credential: CredentialFacts;
  readonly code: ClaimCode | null;
}

/** A device that came back under another name. */
export interface ReturnWish {
  /** What it was admitted as, by the key that it has now. */
  readonly newcomer: ActorId;
  /** What it was before. */
  readonly device: ActorId;
  readonly hashHex: string;
  /** For its key, under its former name. */
  readonly credential: CredentialId;
  /** What the next owner claims it by. */
  readonly code: ClaimCode;
}

/** Makes the user the owner if he has the code and nobody owns the device. Everybody claims for himself. */
export function claimDevice(
  trust: Trust,
  { device: id, user, hashHex, relationship }: ClaimWish,
  by: Agent,
): Verdict {
  const { actors, claims } = trust.snapshot;
  if (by.kind !== 'operator' && !speaksFor(trust, user, by)) {
    return refuse('not-entitled', 'everybody claims for himself', '/user', { user });
  }
  const device = actors.get(id);
  if (device?.kind !== 'device') return refuse('actor-unknown', 'there is no such device', '/device');
  if (device.owner !== null) return refuse('already-owned', 'somebody owns it already', '/device');
  if (actors.get(user)?.kind !== 'user') return refuse('actor-unknown', 'there is no such user', '/user');
  if (!trust.isActive(user)) return refuse('not-entitled', 'the user is suspended', '/user');
  const code = claims.get(id)?.code ?? null;
  if (code === null) return refuse('claim-code-missing', 'it has no claim code', '/code');
  if (code.notAfter !== null && code.notAfter <= trust.now) {
    return refuse('claim-code-expired', 'its claim code has run out', '/code', { notAfter: code.notAfter });
  }
  if (!mayGuess(code, by)) return refuse('claim-code-spent', 'too many wrong codes', '/code');
  if (code.hashHex !== hashHex) {
    const events: readonly TrustEvent[] = [{ kind: 'claim-failed', id, ...byActor(by) }];
    return { ...refuse('claim-code-wrong', 'that is not the code of this device', '/code'), events };
  }
  const owned = { id: relationship, trustor: id, trustee: user, terms: ownerTerms(device.name) };
  const origin = { kind: 'direct', ground: { kind: 'claim' } } as const;
  return accept(
    { kind: 'owner-set', id, owner: user },
    { kind: 'relationship-established', relationship: { ...owned, origin } },
  );
}

/** The owner lets go: what stood on the device ends, its keys too, and the next owner may claim it by the code. */
export function releaseDevice(trust: Trust, id: ActorId, by: Agent, code: ClaimCode | null): Verdict {
  const wrong =
    ownershipRefusal(trust, id, by) ??
    shakingOffRefusal(trust, id, by) ??
    (code === null ? undefined : codeRefusal(trust, code));
  if (wrong !== undefined) return wrong;
  return accept(...handOver(trust, id, null), ...issued(id, code));
}

/**
 * The device is somebody else's from here on, with a new key. An operator's to do: whoever owns a device stands behind
 * whoever has its key, and nobody comes to that without his own word. An owner lets go, and the next one claims.
 */
export function transferDevice(
  trust: Trust,
  id: ActorId,
  by: Agent,
  to: { readonly user: ActorId; readonly credential: CredentialFacts; readonly relationship: RelationshipId },
): Verdict {
  if (by.kind !== 'operator') {
    return refuse('not-entitled', 'nobody is made an owner: let go of it, and he claims it', '/user');
  }
  const wrong = ownershipRefusal(trust, id, by) ?? newKeyRefusal(trust, id, to.credential);
  if (wrong !== undefined) return wrong;
  const { actors } = trust.snapshot;
  if (actors.get(to.user)?.kind !== 'user') return refuse('actor-unknown', 'there is no such user', '/user');
  const terms = ownerTerms(actors.get(id)?.name ?? '');
  const origin = { kind: 'direct', ground: { kind: 'claim' } } as const;
  const relationship = { id: to.relationship, trustor: id, trustee: to.user, terms, origin };
  return accept(
    ...handOver(trust, id, to.user),
    { kind: 'credential-established', credential: to.credential },
    { kind: 'relationship-established', relationship },
  );
}

/** The device proves that it has been reset: whoever owned it, it is free for a claim, with a new key. */
export function resetDevice(trust: Trust, wish: ResetWish, by: Agent): Verdict {
  const { device: id, credential, code } = wish;
  const unproven = resetRefusal(trust, wish, by);
  if (unproven !== undefined) return unproven;
  const wrong =
    newKeyRefusal(trust, id, credential) ?? (code === null ? undefined : codeRefusal(trust, code));
  if (wrong !== undefined) return wrong;
  const established: TrustEvent = { kind: 'credential-established', credential };
  return accept(...handOver(trust, id, null), established, ...issued(id, code));
}

/**
 * The device proves that it has been reset, and is here already, admitted as a newcomer by its new key: that key goes
 * over to what it was before, and the newcomer is no more.
 */
export function returnDevice(trust: Trust, wish: ReturnWish): Verdict {
  const { newcomer, device: id, credential, code } = wish;
  const { actors, credentials, held } = trust.snapshot;
  const device = actors.get(id);
  if (device?.kind !== 'device' || id === newcomer) {
    return refuse('actor-unknown', 'there is no such device', '/device');
  }
  const came = actors.get(newcomer);
  const keys = (held.get(newcomer) ?? []).flatMap((each) => credentials.get(each) ?? []);
  const [key] = keys;
  if (came?.kind !== 'device' || came.owner !== null || keys.length !== 1 || key?.kind !== 'rpk') {
    return refuse('not-entitled', 'only a newcomer that nobody owns comes back', '/newcomer');
  }
  const wrong = resetRefusal(trust, wish, { kind: 'actor', id: newcomer }) ?? codeRefusal(trust, code);
  if (wrong !== undefined) return wrong;
  const { fingerprintHex, spkiHex, established } = key;
  const proof = { kind: 'rpk', fingerprintHex, spkiHex } as const;
  const facts = {
    id: credential,
    actor: id,
    user: null,
    established,
    notBefore: null,
    notAfter: null,
  } as const;
  const former = [standingOn(trust, id), standingOn(trust, newcomer)];
  return accept(
    ...ending(trust, [...new Set(former.flatMap(({ nodes }) => nodes))]).events,
    ...former.flatMap(({ ended }) => ended),
    { kind: 'owner-set', id, owner: null },
    { kind: 'actor-removed', id: newcomer },
    { kind: 'credential-established', credential: { ...facts, ...proof } },
    ...issued(id, code),
  );
}

/** Why that does not prove a reset of the device. */
export function resetRefusal(
  { snapshot }: Trust,
  { device: id, hashHex }: Pick<ResetWish, 'device' | 'hashHex'>,
  by: Agent,
): Refused | undefined {
  const device = snapshot.actors.get(id);
  if (device?.kind !== 'device') return refuse('actor-unknown', 'there is no such device', '/device');
  const proof = snapshot.claims.get(id)?.reset ?? null;
  if (proof === null || !mayGuess(proof, by)) {
    return refuse('reset-proof-missing', 'only its owner can let go of it', '/device');
  }
  if (proof.hashHex === hashHex) return undefined;
  const events: readonly TrustEvent[] = [{ kind: 'reset-failed', id, ...byActor(by) }];
  return { ...refuse('reset-proof-wrong', 'that does not prove a reset of this device', '/hashHex'), events };
}

/** Refuses whoever has no say in who owns the device. */
export function ownershipRefusal(trust: Trust, id: ActorId, by: Agent): Refused | undefined {
  const device = trust.snapshot.actors.get(id);
  if (device?.kind !== 'device') return refuse('actor-unknown', 'there is no such device', '/device');
  if (device.owner === null) return refuse('not-owned', 'nobody owns it', '/device');
  if (by.kind === 'operator' || speaksFor(trust, device.owner, by)) return undefined;
  return refuse('not-entitled', 'its owner or an operator may do that', undefined, { owner: device.owner });
}

/**
 * Refuses an owner whose say over the device an operator has cut down, and one whose device trusts somebody firmly: he
 * would let go, claim it by the code that he is shown, and be rid of both.
 */
function shakingOffRefusal(trust: Trust, id: ActorId, by: Agent): Refused | undefined {
  const device = trust.snapshot.actors.get(id);
  if (by.kind !== 'actor' || device === undefined) return undefined;
  for (const { relationship } of trust.graph.of(id)) {
    const wrong = relationship.trustor === id ? firmRefusal(relationship, by) : undefined;
    if (wrong !== undefined) return { ...wrong, missing: { relationship: relationship.id } };
  }
  return beyondOwnRefusal(trust, id, by.id, ownerTerms(device.name));
}

/** The terms of ownership: everything on the device, to be passed on as far as the default chain goes. */
export function ownerTerms(device: string): Terms {
  const scope = [{ actions: SCOPE_ACTIONS, resources: [`d/${device}/*` as Pattern] }];
  return { scope, level: 'administer', introduce: OWNER_INTRODUCES, notBefore: null, notAfter: null };
}

/** All that stood on the device and its keys ends, and it has another owner, or none. */
function handOver(trust: Trust, id: ActorId, owner: ActorId | null): readonly TrustEvent[] {
  const { nodes, ended } = standingOn(trust, id);
  return [...ending(trust, nodes).events, ...ended, { kind: 'owner-set', id, owner }];
}

const issued = (id: ActorId, code: ClaimCode | null): readonly TrustEvent[] =>
  code === null ? [] : [{ kind: 'claim-code-issued', id, code }];

/** Refuses a credential that is not of this device, or whose key somebody has, this device included. */
function newKeyRefusal({ snapshot }: Trust, id: ActorId, credential: CredentialFacts): Refused | undefined {
  if (credential.user !== null) {
    const detail = 'it acts for whoever owns the device';
    return refuse('credential-not-allowed', detail, '/credential/user', { user: null });
  }
  if (credential.kind === 'token') {
    return refuse('credential-not-allowed', 'devices prove themselves with keys', '/credential/kind');
  }
  const wrong = keyRefusal(snapshot, id, credential);
  if (wrong?.code !== 'identity-taken') return wrong;
  return refuse('key-reused', 'it changes hands with a new key only', '/credential');
}

const OWNER_INTRODUCES = 3;
