/** The fold of what happens to credentials. */
import { assert, required, unreachable, type WallTime } from '../base/index.ts';
import type { ActorId } from './actor.ts';
import { type Credential, type CredentialId, proofKey } from './credential.ts';
import type { Draft } from './draft.ts';
import type { TrustEvent } from './events.ts';
import { unbounded } from './snapshot.ts';

type CredentialEvent = Extract<TrustEvent, { kind: `credential-${string}` | 'psk-established' }>;

export function applyCredential(draft: Draft, event: CredentialEvent): void {
  const { revision } = draft;
  switch (event.kind) {
    case 'psk-established': {
      const { kind: _kind, ...rest } = event;
      return establish(draft, { ...unbounded(event.id), ...rest, kind: 'psk', revision });
    }
    case 'credential-established': {
      const { credential } = event;
      return establish(draft, { ...unbounded(credential.id), ...credential, revision });
    }
    case 'credential-rotated':
      return rotate(draft, event.id, event.successor, event.until);
    case 'credential-suspended':
      return change(draft, event.id, { state: 'suspended' }, event.by);
    case 'credential-resumed':
      return change(draft, event.id, { state: 'active' });
    case 'credential-ended':
      return end(draft, event.id);
    default:
      unreachable(event);
  }
}

function establish(draft: Draft, credential: Credential): void {
  const { id, actor } = credential;
  assert(draft.actors.get(actor) !== undefined, 'a credential belongs to an actor');
  assert(draft.credentials.get(id) === undefined, 'a credential is established once');
  draft.credentials.set(id, credential);
  draft.held.set(actor, [...(draft.held.get(actor) ?? []), id]);
  const key = proofKey(credential);
  if (key === undefined) return;
  assert(draft.identities.get(key) === undefined, 'one identity, one credential');
  draft.identities.set(key, id);
}

function rotate(draft: Draft, id: CredentialId, successor: CredentialId, until: WallTime | null): void {
  const old = required(draft.credentials.get(id), 'only an existing credential is replaced');
  assert(draft.credentials.get(successor)?.revision === draft.revision, 'a successor is new');
  const { notAfter } = old;
  const earlier = until !== null && (notAfter === null || until < notAfter) ? until : notAfter;
  change(draft, id, { successor, notAfter: earlier });
  change(draft, successor, { line: old.line });
}

function end(draft: Draft, id: CredentialId): void {
  const credential = required(draft.credentials.get(id), 'only an existing credential ends');
  draft.credentials.delete(id);
  const key = proofKey(credential);
  if (key !== undefined) draft.identities.delete(key);
  const rest = (draft.held.get(credential.actor) ?? []).filter((each) => each !== id);
  const before = rest.find((each) => draft.credentials.get(each)?.successor === id);
  // Whose successor has ended is followed by the successor of that.
  if (before !== undefined) change(draft, before, { successor: credential.successor });
  if (rest.length === 0) draft.held.delete(credential.actor);
  else draft.held.set(credential.actor, rest);
}

type Change = Partial<Pick<Credential, 'state' | 'notAfter' | 'line' | 'successor'>>;

function change(draft: Draft, id: CredentialId, changes: Change, suspendedBy?: ActorId): void {
  const found = required(draft.credentials.get(id), 'only an existing credential changes');
  const { suspendedBy: before, ...credential } = found;
  const by = changes.state === undefined ? before : suspendedBy;
  const { revision } = draft;
  draft.credentials.set(id, {
    ...credential,
    ...changes,
    ...(by === undefined ? {} : { suspendedBy: by }),
    revision,
  });
}
