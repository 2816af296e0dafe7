/**
 * The fold: a snapshot and what happened next make the next snapshot. Control and every shard run this same code, so
 * that they agree by construction. Events are facts: one that contradicts the snapshot means that the log is damaged.
 */
import { assert, required, unreachable } from '../base/index.ts';
import type { Actor, ActorId, Revision } from './actor.ts';
import type { Credential, CredentialId } from './credential.ts';
import type { TrustEvent } from './events.ts';
import { MapEdit } from './layered-map.ts';
import { nameKey, type TrustSnapshot } from './snapshot.ts';

/** What was appended to the log as one transaction. */
export interface TrustBatch {
  readonly revision: Revision;
  readonly events: readonly TrustEvent[];
}

/** The snapshot after `events`, which became `revision`. The given snapshot stays as it is. */
export function apply(
  snapshot: TrustSnapshot,
  revision: Revision,
  events: readonly TrustEvent[],
): TrustSnapshot {
  return replay(snapshot, [{ revision, events }]);
}

/** The snapshot after all `batches`, in order of revision. Throws an assertion when they do not follow each other. */
export function replay(snapshot: TrustSnapshot, batches: Iterable<TrustBatch>): TrustSnapshot {
  const draft = edit(snapshot);
  for (const { revision, events } of batches) {
    assert(revision === draft.revision + 1, 'revisions follow each other');
    draft.revision = revision;
    for (const event of events) step(draft, event);
  }
  return {
    revision: draft.revision,
    actors: draft.actors.finish(),
    credentials: draft.credentials.finish(),
    identities: draft.identities.finish(),
    names: draft.names.finish(),
    held: draft.held.finish(),
  };
}

interface Draft {
  revision: Revision;
  readonly actors: MapEdit<ActorId, Actor>;
  readonly credentials: MapEdit<CredentialId, Credential>;
  readonly identities: MapEdit<string, CredentialId>;
  readonly names: MapEdit<string, ActorId>;
  readonly held: MapEdit<ActorId, readonly CredentialId[]>;
}

function edit(snapshot: TrustSnapshot): Draft {
  return {
    revision: snapshot.revision,
    actors: new MapEdit(snapshot.actors),
    credentials: new MapEdit(snapshot.credentials),
    identities: new MapEdit(snapshot.identities),
    names: new MapEdit(snapshot.names),
    held: new MapEdit(snapshot.held),
  };
}

function step(draft: Draft, event: TrustEvent): void {
  switch (event.kind) {
    case 'actor-added': {
      const { id, actor: kind, name, owner } = event;
      const key = nameKey(kind, name);
      assert(draft.actors.get(id) === undefined, 'an actor is added once');
      assert(draft.names.get(key) === undefined, 'names are unique within a kind');
      draft.actors.set(id, { id, kind, name, owner, revision: draft.revision });
      draft.names.set(key, id);
      return;
    }
    case 'actor-removed': {
      const actor = required(draft.actors.get(event.id), 'only an existing actor is removed');
      assert(draft.held.get(actor.id) === undefined, 'the credentials of a removed actor ended before');
      draft.actors.delete(actor.id);
      draft.names.delete(nameKey(actor.kind, actor.name));
      return;
    }
    case 'psk-established': {
      const { kind: _kind, ...rest } = event;
      assert(draft.actors.get(event.actor) !== undefined, 'a credential belongs to an actor');
      assert(draft.credentials.get(event.id) === undefined, 'a credential is established once');
      assert(draft.identities.get(event.identityHex) === undefined, 'one identity, one credential');
      draft.credentials.set(event.id, { ...rest, kind: 'psk', revision: draft.revision });
      draft.identities.set(event.identityHex, event.id);
      draft.held.set(event.actor, [...(draft.held.get(event.actor) ?? []), event.id]);
      return;
    }
    case 'credential-ended': {
      const credential = required(draft.credentials.get(event.id), 'only an existing credential ends');
      draft.credentials.delete(event.id);
      draft.identities.delete(credential.identityHex);
      const rest = (draft.held.get(credential.actor) ?? []).filter((id) => id !== event.id);
      if (rest.length === 0) draft.held.delete(credential.actor);
      else draft.held.set(credential.actor, rest);
      return;
    }
    default:
      unreachable(event);
  }
}
