/** TrustSnapshot: the state that the event log folds to, at one revision. */
import type { Actor, ActorId, ActorKind, Revision } from './actor.ts';
import type { Credential, CredentialId } from './credential.ts';

export interface TrustSnapshot {
  readonly revision: Revision;
  readonly actors: ReadonlyMap<ActorId, Actor>;
  readonly credentials: ReadonlyMap<CredentialId, Credential>;
  /** PSK identity (hex) -> credential: one identity, one credential. */
  readonly identities: ReadonlyMap<string, CredentialId>;
  /** {@link nameKey} -> actor: names are unique within a kind. */
  readonly names: ReadonlyMap<string, ActorId>;
  /** The credentials that an actor holds; actors without any are absent. */
  readonly held: ReadonlyMap<ActorId, readonly CredentialId[]>;
}

/** The state before the first event. */
export function emptySnapshot(): TrustSnapshot {
  return restoreSnapshot({ revision: 0 as Revision, actors: [], credentials: [] });
}

/** The key of an actor's name in {@link TrustSnapshot.names}. */
export const nameKey = (kind: ActorKind, name: string): string => `${kind}/${name}`;

/** The actor that `reference` means among those of `kind`: its id, or its name. */
export function findActor(snapshot: TrustSnapshot, kind: ActorKind, reference: string): Actor | undefined {
  const byId = snapshot.actors.get(reference as ActorId);
  if (byId !== undefined) return byId.kind === kind ? byId : undefined;
  const id = snapshot.names.get(nameKey(kind, reference));
  return id === undefined ? undefined : snapshot.actors.get(id);
}

/** The same snapshot in plain Maps, which structured cloning can carry to another thread. */
export function plainSnapshot(snapshot: TrustSnapshot): TrustSnapshot {
  return {
    revision: snapshot.revision,
    actors: new Map(snapshot.actors),
    credentials: new Map(snapshot.credentials),
    identities: new Map(snapshot.identities),
    names: new Map(snapshot.names),
    held: new Map(snapshot.held),
  };
}

/** What {@link restoreSnapshot} needs: plain JSON. */
export interface SnapshotRecord {
  readonly revision: Revision;
  readonly actors: readonly Actor[];
  readonly credentials: readonly Credential[];
}

export function recordSnapshot(snapshot: TrustSnapshot): SnapshotRecord {
  return {
    revision: snapshot.revision,
    actors: [...snapshot.actors.values()],
    credentials: [...snapshot.credentials.values()],
  };
}

/** The snapshot that was recorded, its indexes built anew. */
export function restoreSnapshot(record: SnapshotRecord): TrustSnapshot {
  const held = new Map<ActorId, CredentialId[]>();
  for (const { id, actor } of record.credentials) {
    const ids = held.get(actor);
    if (ids === undefined) held.set(actor, [id]);
    else ids.push(id);
  }
  return {
    revision: record.revision,
    actors: new Map(record.actors.map((actor) => [actor.id, actor])),
    credentials: new Map(record.credentials.map((credential) => [credential.id, credential])),
    identities: new Map(record.credentials.map(({ identityHex, id }) => [identityHex, id])),
    names: new Map(record.actors.map(({ kind, name, id }) => [nameKey(kind, name), id])),
    held,
  };
}
