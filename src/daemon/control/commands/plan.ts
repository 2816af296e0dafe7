/** From a command and a snapshot to the events that it becomes, or why it is refused. Nothing is written. */
import {
  type ActorId,
  addActor,
  addActorWith,
  addPsk,
  type CredentialFacts,
  endCredential,
  establishCredential,
  findActor,
  keyEntitled,
  type NewPsk,
  refuse,
  type Refused,
  removeActor,
  revisionRefusal,
  type Verdict,
} from '../../../trust/index.ts';
import type { ActorWish, Command, CredentialWish, Plan, Planning } from './command.ts';
import { prepareCredential, type PreparedCredential } from './credential.ts';
import { agentRefusal } from './agents.ts';
import { drawActorId } from './ids.ts';
import { planTrust, withOwnership } from './plan-trust.ts';

export function plan(planning: Planning, command: Command): Plan {
  const refused = agentRefusal(command.kind, planning.by);
  if (refused !== undefined) return only(refused);
  switch (command.kind) {
    case 'add-actor':
      return withOwnership(planning, planActor(planning, command.actor, command.credential));
    case 'add-credential':
      return planCredential(planning, command.actor, command.credential);
    case 'remove-actor': {
      const { trust } = planning;
      const actor = trust.snapshot.actors.get(command.id);
      const stale = actor === undefined ? undefined : revisionRefusal(actor.revision, command.ifRevision);
      return only(stale ?? removeActor(trust, command.id));
    }
    case 'end-credential': {
      const { trust, by } = planning;
      const credential = trust.snapshot.credentials.get(command.id);
      const stale =
        credential === undefined ? undefined : revisionRefusal(credential.revision, command.ifRevision);
      return only(stale ?? endCredential(trust, command.id, by));
    }
    default:
      return planTrust(planning, command);
  }
}

function planActor(planning: Planning, wish: ActorWish, credential: CredentialWish | null): Plan {
  const { entropy, trust } = planning;
  const id = drawActorId(entropy, wish.kind);
  const actor = { id, ...wish };
  if (credential === null) return { ...only(addActor(trust.snapshot, actor, null)), made: { actor: id } };
  if (wish.kind === 'user') {
    return only(refuse('credential-not-allowed', 'users reach the gateway through devices', '/credential'));
  }
  const prepared = prepareCredential(planning, id, wish.name, credential);
  if (prepared.kind === 'refused') return only(within('/credential', prepared));
  const { facts } = prepared;
  const psk = plainPsk(facts);
  const verdict = psk === null ? addActorWith(trust, actor, facts) : addActor(trust.snapshot, actor, psk);
  return planned(verdict, prepared, { actor: id });
}

function planCredential(planning: Planning, reference: string, wish: CredentialWish): Plan {
  const { trust, by } = planning;
  const { snapshot } = trust;
  const actor = snapshot.actors.get(reference as ActorId) ?? findActor(snapshot, 'device', reference);
  if (actor === undefined) return only(refuse('actor-unknown', 'there is no such actor', '/actor'));
  const prepared = prepareCredential(planning, actor.id, actor.name, wish);
  if (prepared.kind === 'refused') return only(prepared);
  const { facts } = prepared;
  const refused = keyEntitled(trust, facts, by);
  if (refused !== undefined) return only(refused);
  const psk = plainPsk(facts);
  const verdict = psk === null ? establishCredential(trust, facts) : addPsk(snapshot, actor.id, psk);
  return planned(verdict, prepared, {});
}

function planned(
  verdict: Verdict,
  { facts, keys, keyHex }: PreparedCredential,
  made: { readonly actor?: ActorId },
): Plan {
  if (verdict.kind === 'refused') return only(namingMember(verdict, facts.kind));
  const shown = keyHex === undefined ? {} : { keyHex };
  return { verdict, keys, made: { ...made, credential: facts.id, ...shown } };
}

/** A PSK without a user of its own, which logs have said in the same way from the beginning. */
function plainPsk(facts: CredentialFacts): NewPsk | null {
  if (facts.kind !== 'psk' || facts.user !== null) return null;
  const { id, identityHex, sealedKey, established } = facts;
  return { id, identityHex, sealedKey, established };
}

const within = (where: string, refused: Refused): Refused => ({
  ...refused,
  field: `${where}${refused.field ?? ''}`,
});

/** Trust speaks of a proof; the request has a member for it. */
function namingMember(refused: Refused, kind: CredentialFacts['kind']): Refused {
  const member = kind === 'rpk' ? '/publicKey' : kind === 'x509' ? '/subject' : '/identity';
  const { field } = refused;
  return field === undefined ? refused : { ...refused, field: field.replace(/\/proof$/, member) };
}

const only = (verdict: Verdict): Plan => ({ verdict, keys: [], made: {} });
