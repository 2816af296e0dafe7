/** Commands on credentials: establish, rotate, suspend, resume, end. */
import type { WallTime } from '../base/index.ts';
import type { ActorId } from './actor.ts';
import { addActor, holderRefusal, identityRefusal, type NewActor } from './commands.ts';
import {
  type Credential,
  type CredentialId,
  isCurrent,
  nameOfSubject,
  type Proof,
  proofKey,
} from './credential.ts';
import {
  type Agent,
  keyEntitled,
  outranks,
  resumptionRefusal,
  byActor,
  withdrawalEntitled,
} from './entitlement.ts';
import type { CredentialFacts, TrustEvent } from './events.ts';
import { ending, type Revocation } from './revocation.ts';
import type { TrustSnapshot } from './snapshot.ts';
import { isEmptySpan } from './terms.ts';
import type { Trust } from './trust.ts';
import { accept, refuse, type Refused, type Verdict } from './verdict.ts';

/** A credential that takes the place of another, which stays valid for a while. */
export interface Rotation {
  readonly id: CredentialId;
  readonly successor: CredentialFacts;
  /** The old one ends then; `null`: at the first use of the new one only. */
  readonly until: WallTime | null;
}

/** Gives an actor a credential; the caller drew the id, sealed what is secret, and asked whether the agent may. */
export function establishCredential({ snapshot }: Trust, credential: CredentialFacts): Verdict {
  const wrong = credentialRefusal(snapshot, credential);
  return wrong ?? accept({ kind: 'credential-established', credential });
}

/** Adds an actor with its first credential, of whatever kind, in one transaction. */
export function addActorWith({ snapshot }: Trust, wanted: NewActor, credential: CredentialFacts): Verdict {
  const added = addActor(snapshot, wanted, null);
  if (added.kind === 'refused') return added;
  const wrong = keyRefusal(snapshot, wanted.id, credential) ?? byNameRefusal(wanted, credential);
  if (wrong !== undefined) return { ...wrong, field: `/credential${wrong.field ?? ''}` };
  return accept(...added.events, { kind: 'credential-established', credential });
}

/** Establishes the successor of a credential. What stands on the one stands on the other as well. */
export function rotateCredential(trust: Trust, { id, successor, until }: Rotation, by: Agent): Verdict {
  const { snapshot } = trust;
  const old = snapshot.credentials.get(id);
  if (old === undefined) return refuse('credential-unknown', 'there is no such credential');
  const refusal = keyEntitled(trust, old, by) ?? keyEntitled(trust, successor, by);
  if (refusal !== undefined) return refusal;
  // Its successor would be in force, and carry what stood on it.
  const suspended = old.state === 'suspended' ? resumptionRefusal(old.suspendedBy, by) : undefined;
  if (suspended !== undefined) return suspended;
  if (old.successor !== null) {
    const missing = { successor: old.successor };
    return refuse('credential-replaced', 'it has a successor already: rotate that one', undefined, missing);
  }
  if (successor.actor !== old.actor || successor.user !== old.user) {
    return refuse(
      'credential-not-allowed',
      'a successor belongs to the same actor and user',
      '/successor/actor',
    );
  }
  const wrong = credentialRefusal(snapshot, successor);
  if (wrong !== undefined) return { ...wrong, field: `/successor${wrong.field ?? ''}` };
  return accept(
    { kind: 'credential-established', credential: successor },
    { kind: 'credential-rotated', id, successor: successor.id, until },
  );
}

/** The credential has been used: those that it replaces have had their time. */
export function useCredential({ snapshot, now }: Trust, id: CredentialId): Verdict {
  const credential = snapshot.credentials.get(id);
  if (credential === undefined) return refuse('credential-unknown', 'there is no such credential');
  if (!isCurrent(credential, now)) return accept();
  const replaced = replacedBy(snapshot, credential);
  return accept(...replaced.map((each): TrustEvent => ({ kind: 'credential-ended', id: each })));
}

/** Makes a credential, and what stands on it alone, invalid until it is resumed. */
export function suspendCredential(trust: Trust, id: CredentialId, by: Agent): Verdict {
  return switchTo(trust, id, by, 'suspended');
}

/** The reverse of suspending it. */
export function resumeCredential(trust: Trust, id: CredentialId, by: Agent): Verdict {
  return switchTo(trust, id, by, 'active');
}

/**
 * Ends one credential; its actor stays. What was established on it is revoked, unless another credential of its line
 * is valid: one that might become so later does not save it.
 */
export function endCredential(trust: Trust, id: CredentialId, by: Agent): Revocation {
  const { snapshot, graph, now } = trust;
  const credential = snapshot.credentials.get(id);
  if (credential === undefined) return refuse('credential-unknown', 'there is no such credential');
  const refusal = withdrawalEntitled(trust, credential, by);
  if (refusal !== undefined) return refusal;
  const { actor, line } = credential;
  const isCarried = snapshot.held.get(actor)?.some((each) => {
    const other = snapshot.credentials.get(each);
    return each !== id && other?.line === line && isCurrent(other, now);
  });
  const { events, cascade } = ending(trust, isCarried === true ? [] : [...graph.on(line)]);
  return { ...accept(...events, { kind: 'credential-ended', id }), cascade };
}

/** Why that credential cannot be established for an actor that exists. */
function credentialRefusal(snapshot: TrustSnapshot, wanted: CredentialFacts): Refused | undefined {
  const wrong = holderRefusal(snapshot, wanted.actor, wanted.kind) ?? factsRefusal(snapshot, wanted);
  const holder = snapshot.actors.get(wanted.actor);
  return wrong ?? (holder && byNameRefusal(holder, wanted));
}

/** Names that rules derive from certificates are names of devices: one is known by its own, nobody by another. */
function byNameRefusal({ kind, name }: Pick<NewActor, 'kind' | 'name'>, proof: Proof): Refused | undefined {
  const wanted = proof.kind === 'x509' ? nameOfSubject(proof.subject) : undefined;
  if (wanted === undefined || (kind === 'device' && wanted === name)) return undefined;
  const rule = 'by the name in a certificate only the device of that name is known';
  return refuse('credential-not-allowed', rule, '/proof');
}

/** Why that credential cannot be the first of a device which comes, or comes back, without any. */
export function keyRefusal(
  snapshot: TrustSnapshot,
  device: ActorId,
  wanted: CredentialFacts,
): Refused | undefined {
  if (wanted.kind === 'token') return refuse('credential-not-allowed', NO_TOKEN, '/credential/kind');
  const holder = snapshot.actors.get(device);
  if (wanted.actor === device) {
    return factsRefusal(snapshot, wanted) ?? (holder && byNameRefusal(holder, wanted));
  }
  return refuse('credential-not-allowed', 'the credential must be of this device', '/credential/actor');
}

function factsRefusal(snapshot: TrustSnapshot, wanted: CredentialFacts): Refused | undefined {
  const wrong = proofRefusal(snapshot, wanted);
  if (wrong !== undefined) return wrong;
  if (wanted.user !== null && snapshot.actors.get(wanted.user)?.kind !== 'user') {
    return refuse('actor-unknown', 'there is no such user', '/user', { user: wanted.user });
  }
  if (wanted.kind === 'token' && wanted.user !== null) {
    return refuse('credential-not-allowed', 'a token speaks for its holder alone', '/user');
  }
  if (!isEmptySpan(wanted)) return undefined;
  return refuse('validity-empty', 'it would end before it begins', '/notAfter');
}

function proofRefusal(snapshot: TrustSnapshot, proof: Proof): Refused | undefined {
  const wrong = proof.kind === 'psk' ? identityRefusal(snapshot, proof.identityHex) : formRefusal(proof);
  if (wrong !== undefined) return wrong;
  const key = proofKey(proof);
  if (key === undefined || !snapshot.identities.has(key)) return undefined;
  return refuse('identity-taken', 'another credential has this key or subject: one key, one owner', '/proof');
}

function formRefusal(proof: Exclude<Proof, { kind: 'psk' }>): Refused | undefined {
  switch (proof.kind) {
    case 'rpk':
      if (!SHA256_HEX.test(proof.fingerprintHex)) return badForm('/fingerprintHex', SHA256_RULE);
      return BYTES_HEX.test(proof.spkiHex)
        ? undefined
        : badForm('/spkiHex', 'it is a key in DER, in hexadecimal');
    case 'x509':
      if (!SHA256_HEX.test(proof.anchorHex)) return badForm('/anchorHex', SHA256_RULE);
      return SUBJECT.test(proof.subject)
        ? undefined
        : badForm('/subject', 'it is 1 to 256 printable characters');
    case 'token':
      return SHA256_HEX.test(proof.hashHex) ? undefined : badForm('/hashHex', SHA256_RULE);
    case 'pairing-code':
      return Number.isInteger(proof.failuresMax) && proof.failuresMax >= 1 && proof.failuresMax <= 100
        ? undefined
        : badForm('/failuresMax', 'it is 1 to 100');
  }
}

const badForm = (field: string, rule: string): Refused => refuse('key-invalid', rule, field);

/** Those that this credential replaces, directly or through others: they end when it is used. */
export function replacedBy(
  { credentials, held }: TrustSnapshot,
  { id, actor, line }: Credential,
): CredentialId[] {
  const before = new Map<CredentialId, CredentialId>();
  for (const each of held.get(actor) ?? []) {
    const credential = credentials.get(each);
    if (credential?.line === line && credential.successor !== null) before.set(credential.successor, each);
  }
  const found: CredentialId[] = [];
  for (let at = before.get(id); at !== undefined; at = before.get(at)) found.push(at);
  return found;
}

function switchTo(trust: Trust, id: CredentialId, by: Agent, state: Credential['state']): Verdict {
  const credential = trust.snapshot.credentials.get(id);
  if (credential === undefined) return refuse('credential-unknown', 'there is no such credential');
  const entitledTo = state === 'active' ? keyEntitled : withdrawalEntitled;
  const refusal = entitledTo(trust, credential, by);
  if (refusal !== undefined) return refusal;
  const { suspendedBy } = credential;
  if (state === 'active') {
    if (credential.state === state) return accept();
    return resumptionRefusal(suspendedBy, by) ?? accept({ kind: 'credential-resumed', id });
  }
  if (credential.state === state && !outranks(suspendedBy, by)) return accept();
  return accept({ kind: 'credential-suspended', id, ...byActor(by) });
}

const NO_TOKEN = 'devices prove themselves with keys';
const SHA256_HEX = /^[0-9a-f]{64}$/;
const SHA256_RULE = 'it is a SHA-256 hash, in lower-case hexadecimal';
const BYTES_HEX = /^(?:[0-9a-f]{2}){16,1024}$/;
const SUBJECT = /^[ -~]{1,256}$/;
