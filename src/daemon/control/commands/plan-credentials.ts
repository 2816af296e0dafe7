/** Commands on credentials, worked out: keys are drawn and sealed on the way. */
import {
  addPsk,
  type CredentialFacts,
  endCredential,
  establishCredential,
  keyEntitled,
  type NewPsk,
  refuse,
  resumeCredential,
  rotateCredential,
  suspendCredential,
  type Verdict,
} from '../../../trust/index.ts';
import type { Command, Plan, Planning } from './command.ts';
import { prepareCredential, type PreparedCredential } from './credential.ts';
import { resolveHolder } from './references.ts';
import { namingMember, only, staleRefusal, within } from './refusals.ts';

type Asked<K> = Extract<Command, { readonly kind: K }>;

export function planCredential(
  planning: Planning,
  { actor: reference, credential: wish }: Asked<'add-credential'>,
): Plan {
  const { trust, by } = planning;
  const { snapshot } = trust;
  const actor = resolveHolder(planning, reference);
  if ('code' in actor) return only(actor);
  const stranger = keyEntitled(trust, { actor: actor.id, user: null, kind: wish.kind }, by);
  if (stranger !== undefined) return only(stranger);
  const prepared = prepareCredential(planning, actor.id, actor.name, wish);
  if (prepared.kind === 'refused') return only(prepared);
  const { facts } = prepared;
  const refused = keyEntitled(trust, facts, by);
  if (refused !== undefined) return only(refused);
  const psk = plainPsk(facts);
  const verdict = psk === null ? establishCredential(trust, facts) : addPsk(snapshot, actor.id, psk);
  return planned(verdict, prepared, {});
}

export function planEnd({ trust, by }: Planning, { id, ifRevision }: Asked<'end-credential'>): Plan {
  const stale = staleRefusal(trust.snapshot.credentials.get(id), ifRevision);
  return only(stale ?? endCredential(trust, id, by));
}

export function planSwitch(
  { trust, by }: Planning,
  { kind, id, ifRevision }: Asked<'suspend-credential' | 'resume-credential'>,
): Plan {
  const stale = staleRefusal(trust.snapshot.credentials.get(id), ifRevision);
  const change = kind === 'suspend-credential' ? suspendCredential : resumeCredential;
  return { verdict: stale ?? change(trust, id, by), keys: [], made: { credential: id } };
}

/** The successor acts in the context of the same user, unless somebody asks for another: then trust says no. */
export function planRotation(planning: Planning, command: Asked<'rotate-credential'>): Plan {
  const { trust, by } = planning;
  const { id, credential: wish, until, ifRevision } = command;
  const old = trust.snapshot.credentials.get(id);
  if (old === undefined) return only(refuse('credential-unknown', 'there is no such credential'));
  const wrong = keyEntitled(trust, old, by) ?? staleRefusal(old, ifRevision);
  if (wrong !== undefined) return only(wrong);
  if (until !== null && until <= trust.now) {
    return only(refuse('validity-empty', 'the overlap would be over before it begins', '/until'));
  }
  const name = trust.snapshot.actors.get(old.actor)?.name ?? '';
  const prepared = prepareCredential(planning, old.actor, name, wish);
  if (prepared.kind === 'refused') return only(within('/credential', prepared));
  const successor = wish.user === null ? { ...prepared.facts, user: old.user } : prepared.facts;
  const verdict = rotateCredential(trust, { id, successor, until }, by);
  if (verdict.kind === 'accepted') return planned(verdict, prepared, {});
  const { field } = verdict;
  const named =
    field === undefined ? verdict : { ...verdict, field: field.replace(/^\/successor/, '/credential') };
  return only(namingMember(named, successor.kind));
}

/** What became of a verdict on a credential that was prepared. */
export function planned(
  verdict: Verdict,
  { facts, keys, keyHex, token }: PreparedCredential,
  made: Omit<Plan['made'], 'credential' | 'keyHex'>,
): Plan {
  if (verdict.kind === 'refused') return only(namingMember(verdict, facts.kind));
  const shown = {
    ...(keyHex === undefined ? {} : { keyHex }),
    ...(token === undefined ? {} : { token }),
  };
  return { verdict, keys, made: { ...made, credential: facts.id, ...shown } };
}

/** A PSK without a user of its own, which logs have said in the same way from the beginning. */
export function plainPsk(facts: CredentialFacts): NewPsk | null {
  if (facts.kind !== 'psk' || facts.user !== null) return null;
  const { id, identityHex, sealedKey, established } = facts;
  return { id, identityHex, sealedKey, established };
}
