/**
 * TrustSnapshot: the facts that the event log folds to, at one revision. What they mean at a time is for Trust to
 * say.
 */
import type { Actor, ActorId, ActorKind, Revision } from './actor.ts';
import type { AdmissionCount, Claim, ClaimWindow } from './claim.ts';
import {
  type Credential,
  type CredentialId,
  type CredentialKind,
  type CredentialOf,
  proofKey,
} from './credential.ts';
import type { Relationship, RelationshipId } from './relationship.ts';

export interface TrustSnapshot {
  readonly revision: Revision;
  readonly actors: ReadonlyMap<ActorId, Actor>;
  readonly credentials: ReadonlyMap<CredentialId, Credential>;
  /** {@link proofKey} -> credential: one identity, one key, one credential. */
  readonly identities: ReadonlyMap<string, CredentialId>;
  /** {@link nameKey} -> actor: names are unique within a kind. */
  readonly names: ReadonlyMap<string, ActorId>;
  /** The credentials that an actor holds; actors without any are absent. */
  readonly held: ReadonlyMap<ActorId, readonly CredentialId[]>;
  /** Those that have ended too, until they are forgotten. */
  readonly relationships: ReadonlyMap<RelationshipId, Relationship>;
  /** Only of devices that have a claim code or a reset proof. */
  readonly claims: ReadonlyMap<ActorId, Claim>;
  readonly claimWindow: ClaimWindow | null;
  /** The revision that last opened or closed the claim window; 0: none ever did. */
  readonly claimWindowRevision: Revision;
  readonly admitted: AdmissionCount | null;
  /** Devices that nobody owns. */
  readonly unclaimed: number;
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
    ...snapshot,
    actors: new Map(snapshot.actors),
    credentials: new Map(snapshot.credentials),
    identities: new Map(snapshot.identities),
    names: new Map(snapshot.names),
    held: new Map(snapshot.held),
    relationships: new Map(snapshot.relationships),
    claims: new Map(snapshot.claims),
  };
}

/** What {@link restoreSnapshot} needs: plain JSON. What may be absent was not there in the first records. */
export interface SnapshotRecord {
  readonly revision: Revision;
  readonly actors: readonly Since<Actor, 'state'>[];
  readonly credentials: readonly {
    [K in CredentialKind]: CredentialRecord<CredentialOf<K>>;
  }[CredentialKind][];
  readonly relationships?: readonly Relationship[];
  readonly claims?: readonly Claim[];
  readonly claimWindow?: ClaimWindow | null;
  readonly claimWindowRevision?: Revision;
  readonly admitted?: AdmissionCount | null;
}

type Since<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;
type CredentialRecord<C extends Credential> = Since<
  C,
  'user' | 'notBefore' | 'notAfter' | 'state' | 'line' | 'successor'
>;

export function recordSnapshot(snapshot: TrustSnapshot): Required<SnapshotRecord> {
  const { revision, claimWindow, claimWindowRevision, admitted } = snapshot;
  return {
    revision,
    actors: [...snapshot.actors.values()],
    credentials: [...snapshot.credentials.values()],
    relationships: [...snapshot.relationships.values()],
    claims: [...snapshot.claims.values()],
    claimWindow,
    claimWindowRevision,
    admitted,
  };
}

/**
 * The record as JSON text, in pieces of about a millisecond's work: of a large snapshot it takes most of a second, and
 * whoever writes it down may do something else in between.
 */
export function* recordInPieces(snapshot: TrustSnapshot): Generator<string> {
  const { actors, credentials, relationships, claims, ...rest } = recordSnapshot(snapshot);
  yield JSON.stringify(rest).slice(0, -1);
  for (const [name, list] of Object.entries({ actors, credentials, relationships, claims })) {
    yield `,"${name}":[`;
    for (let at = 0; at < list.length; at += PIECE) {
      const piece = JSON.stringify(list.slice(at, at + PIECE)).slice(1, -1);
      yield at === 0 ? piece : `,${piece}`;
    }
    yield ']';
  }
  yield '}';
}

/** The snapshot that was recorded, its indexes built anew. */
export function restoreSnapshot(record: SnapshotRecord): TrustSnapshot {
  const actors = record.actors.map((actor): Actor => ({ state: 'active', ...actor }));
  const credentials = record.credentials.map((each): Credential => ({ ...unbounded(each.id), ...each }));
  const held = new Map<ActorId, CredentialId[]>();
  const identities = new Map<string, CredentialId>();
  for (const credential of credentials) {
    const { id, actor } = credential;
    const ids = held.get(actor);
    if (ids === undefined) held.set(actor, [id]);
    else ids.push(id);
    const key = proofKey(credential);
    if (key !== undefined) identities.set(key, id);
  }
  return {
    revision: record.revision,
    actors: new Map(actors.map((actor) => [actor.id, actor])),
    credentials: new Map(credentials.map((credential) => [credential.id, credential])),
    identities,
    names: new Map(actors.map(({ kind, name, id }) => [nameKey(kind, name), id])),
    held,
    relationships: new Map((record.relationships ?? []).map((each) => [each.id, each])),
    claims: new Map((record.claims ?? []).map((claim) => [claim.device, claim])),
    claimWindow: record.claimWindow ?? null,
    claimWindowRevision: record.claimWindowRevision ?? (0 as Revision),
    admitted: record.admitted ?? null,
    unclaimed: actors.filter(({ kind, owner }) => kind === 'device' && owner === null).length,
  };
}

/** What a credential has that nobody said anything about. */
export const unbounded = (id: CredentialId) =>
  ({ user: null, notBefore: null, notAfter: null, state: 'active', line: id, successor: null }) as const;

const PIECE = 250;
